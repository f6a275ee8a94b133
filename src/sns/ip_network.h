// IP addresses and networks as a filter policy's `cidr` has them: IPv4 and IPv6, as text.
//
// Nothing is looked up and no socket is touched. Reading an address takes no memory, because it is
// done for every message.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace mailrail::sns {

enum class IpVersion : std::uint8_t { v4, v6 };

struct IpAddress {
  IpVersion version = IpVersion::v4;
  std::array<std::uint8_t, 16> bytes = {};  // Of IPv4 the first four; the others are zero.

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// `10.0.0.1`, `2001:db8::1`, `::ffff:10.0.0.1`; no zone, no port, no leading zeros in IPv4.
std::optional<IpAddress> parse_ip_address(std::string_view text);

// The addresses that begin with the same bits.
struct IpNetwork {
  IpAddress address;
  int prefix_bits = 0;

  bool contains(const IpAddress& other) const;

  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;
};

// `10.0.0.0/24`. Bits of the address beyond the prefix mean nothing. The error has AWS's reason.
Result<IpNetwork> parse_ip_network(std::string_view text);

}  // namespace mailrail::sns
