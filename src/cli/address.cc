#include "cli/address.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace mailrail::cli {
namespace {

// Nothing of a URL, which is easily given instead.
constexpr std::string_view in_name =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
constexpr std::string_view in_ipv6 = "abcdefABCDEF0123456789:.";

}  // namespace

std::optional<Address> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Address address{.host = text.substr(0, colon)};
  const bool is_ipv6 = address.host.starts_with('[') && address.host.ends_with(']');
  if (is_ipv6) address.host = address.host.substr(1, address.host.size() - 2);
  const auto is_allowed = [&](char each) {
    return is_ipv6 ? in_ipv6.contains(each) : in_name.contains(each);
  };
  if (address.host.empty() || !std::ranges::all_of(address.host, is_allowed)) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return address;
}

}  // namespace mailrail::cli
