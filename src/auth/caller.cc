#include "auth/caller.h"

#include <algorithm>
#include <vector>

namespace mailrail::auth {
namespace {

// `KEY/DATE/REGION/SERVICE/aws4_request`, from the header or the query string; empty if there is
// none. In a query string the slashes may be escaped.
std::string credential_of(const http::Request& request) {
  const std::string_view header = request.header("Authorization");
  constexpr std::string_view in_header = "Credential=";
  constexpr std::string_view in_query = "X-Amz-Credential=";
  if (const std::size_t at = header.find(in_header); at != std::string_view::npos) {
    const std::string_view rest = header.substr(at + in_header.size());
    return std::string(rest.substr(0, rest.find_first_of(", ")));
  }
  const std::string_view target = request.target;
  const std::size_t at = target.find(in_query);
  if (at == std::string_view::npos) return {};
  std::string credential(target.substr(at + in_query.size()));
  credential.resize(std::min(credential.size(), credential.find('&')));
  for (const std::string_view escape : {"%2F", "%2f"}) {
    for (std::size_t found; (found = credential.find(escape)) != std::string::npos;)
      credential.replace(found, escape.size(), "/");
  }
  return credential;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Caller caller_of(const http::Request& request, const Home& home) {
  Caller caller{.account = home.account, .region = home.region};
  const std::string credential = credential_of(request);
  const std::vector<std::string_view> parts = split(credential, '/');
  if (parts.size() != 5) {
    caller.user = caller.account;
    return caller;
  }
  if (is_account(parts[0])) caller.account = parts[0];
  if (is_region(parts[2])) caller.region = parts[2];
  if (is_plain_text(parts[3])) caller.service = parts[3];
  const bool has_name =
      !parts[0].empty() && parts[0].size() <= user_bytes_max && is_plain_text(parts[0]);
  caller.user = has_name ? std::string(parts[0]) : caller.account;
  return caller;
}

bool is_plain_text(std::string_view text) {
  return std::ranges::all_of(text, [](char each) { return each >= ' ' && each <= '~'; });
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '-';
  });
}

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char each) { return each >= '0' && each <= '9'; });
}

}  // namespace mailrail::auth
