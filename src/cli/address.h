// HOST:PORT as it is said on the command line, an IPv6 address in brackets.
// The host is not looked up, and is never empty.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace mailrail::cli {

struct Address {
  std::string host;  // Without the brackets.
  std::uint16_t port = 0;
};

std::optional<Address> parse_address(const std::string& text);

}  // namespace mailrail::cli
