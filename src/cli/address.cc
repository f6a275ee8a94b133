#include "cli/address.h"

#include <charconv>

namespace mailrail::cli {

std::optional<Address> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Address address{.host = text.substr(0, colon)};
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return address;
}

}  // namespace mailrail::cli
