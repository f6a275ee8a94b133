#include "auth/canonical_request.h"

#include <algorithm>
#include <cstddef>

#include "base/parts.h"
#include "http/target.h"

namespace mailrail::auth {
namespace {

bool is_blank(char each) { return each == ' ' || each == '\t'; }

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// A percent sign that no two digits follow is one. Who reads the parameters later refuses it.
std::string decoded(std::string_view encoded) {
  std::string text;
  text.reserve(encoded.size());
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const int high = i + 1 < encoded.size() ? hex_digit(encoded[i + 1]) : -1;
    const int low = i + 2 < encoded.size() ? hex_digit(encoded[i + 2]) : -1;
    if (encoded[i] == '%' && high >= 0 && low >= 0) {
      text.push_back(static_cast<char>(high << 4 | low));
      i += 2;
    } else {
      text.push_back(encoded[i] == '+' ? ' ' : encoded[i]);
    }
  }
  return text;
}

bool is_unreserved(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
         (each >= '0' && each <= '9') || each == '-' || each == '.' || each == '_' || each == '~';
}

// Its words, with one blank between them.
void append_words(std::string& canonical, std::string_view text) {
  bool is_first = true;
  for (auto at = std::ranges::find_if_not(text, is_blank); at != text.end();) {
    const auto end = std::find_if(at, text.end(), is_blank);
    if (!is_first) canonical.push_back(' ');
    is_first = false;
    canonical.append(at, end);
    at = std::find_if_not(end, text.end(), is_blank);
  }
}

void append_value(std::string& canonical, const http::Headers& headers, std::string_view name) {
  bool is_first = true;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const http::Header header = headers[i];
    if (!http::equal_ignoring_case(header.name, name)) continue;
    if (!is_first) canonical.push_back(',');
    is_first = false;
    append_words(canonical, header.value);
  }
}

}  // namespace

std::vector<QueryParameter> query_parameters(std::string_view query_string) {
  std::vector<QueryParameter> parameters;
  while (!query_string.empty()) {
    std::string_view parameter = take_until(query_string, '&');
    if (parameter.empty()) continue;
    const std::string_view name = take_until(parameter, '=');
    parameters.push_back({.name = decoded(name), .value = decoded(parameter)});
  }
  return parameters;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char each : text) {
    if (is_unreserved(each)) {
      encoded.push_back(each);
    } else {
      const auto byte = static_cast<unsigned char>(each);
      encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return encoded;
}

std::string canonical_path(std::string_view path) {
  const bool ends_with_slash = path.ends_with('/');
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::string_view segment = take_until(path, '/');
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  std::string canonical;
  for (const std::string_view each : segments) canonical.append("/").append(percent_encoded(each));
  if (ends_with_slash || segments.empty()) canonical.push_back('/');
  return canonical;
}

std::string canonical_query(std::vector<QueryParameter> parameters) {
  std::erase_if(parameters,
                [](const QueryParameter& each) { return each.name == "X-Amz-Signature"; });
  for (QueryParameter& each : parameters)
    each = {.name = percent_encoded(each.name), .value = percent_encoded(each.value)};
  std::ranges::sort(parameters);  // As they are encoded.
  std::string canonical;
  for (const QueryParameter& each : parameters) {
    if (!canonical.empty()) canonical.push_back('&');
    canonical.append(each.name).append("=").append(each.value);
  }
  return canonical;
}

std::string canonical_value(const http::Headers& headers, std::string_view name) {
  std::string canonical;
  append_value(canonical, headers, name);
  return canonical;
}

std::string canonical_request(const http::Request& request,
                              std::string_view signed_headers,
                              std::string_view payload_hash) {
  std::string canonical;
  canonical.reserve(512);
  canonical.append(request.method);
  canonical.append("\n").append(canonical_path(http::path_of(request.target)));
  canonical.append("\n").append(
      canonical_query(query_parameters(http::query_string_of(request.target))));
  canonical.push_back('\n');
  for (const std::string_view each : Parts(signed_headers, ';')) {
    canonical.append(each).append(":");
    append_value(canonical, request.headers, each);
    canonical.push_back('\n');
  }
  canonical.append("\n").append(signed_headers);
  canonical.append("\n").append(payload_hash);
  return canonical;
}

}  // namespace mailrail::auth
