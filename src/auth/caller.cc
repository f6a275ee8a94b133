#include "auth/caller.h"

#include <algorithm>
#include <array>
#include <optional>

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
    return std::string(rest.substr(0, std::min(rest.find(','), rest.find(' '))));
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

using Parts = std::array<std::string_view, 5>;

// Nothing if there are more or fewer.
std::optional<Parts> parts_of(std::string_view credential) {
  Parts parts;
  for (std::string_view& each : parts) {
    const std::size_t end = credential.find('/');
    if ((end == std::string_view::npos) != (&each == &parts.back())) return std::nullopt;
    each = credential.substr(0, end);
    credential.remove_prefix(std::min(credential.size(), each.size() + 1));
  }
  return parts;
}

}  // namespace

Caller caller_of(const http::Request& request, const Home& home) {
  Caller caller{.account = home.account, .region = home.region};
  const std::string credential = credential_of(request);
  const std::optional<Parts> parts = parts_of(credential);
  if (!parts) {
    caller.user = caller.account;
    return caller;
  }
  const auto& [key, date, region, service, end] = *parts;
  if (is_account(key)) caller.account = key;
  if (is_region(region)) caller.region = region;
  if (is_plain_text(service)) caller.service = service;
  const bool has_name = !key.empty() && key.size() <= user_bytes_max && is_plain_text(key);
  caller.user = has_name ? std::string(key) : caller.account;
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
