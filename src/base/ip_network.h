// IP addresses and networks, IPv4 and IPv6, as text and as bytes: what a filter policy's `cidr`
// names, and where webhooks may go.
//
// Nothing is looked up and no socket is touched. Reading an address takes no memory, because it is
// done for every message.

#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace mailrail {

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

// What keeps a text from being a network. Each reader has its own words for it.
enum class NetworkFlaw : std::uint8_t {
  not_one_slash,
  bits_no_integer,
  bits_negative,
  no_address,
  bits_beyond_address,
};

// `10.0.0.0/24`. Bits of the address beyond the prefix mean nothing.
std::expected<IpNetwork, NetworkFlaw> parse_ip_network(std::string_view text);

}  // namespace mailrail
