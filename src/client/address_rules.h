// Address rules: where outbound requests may go. A webhook must not become a way into the network
// that mailrail stands in.
//
// They are asked about the address of every connection that is about to be opened, so no name and
// no spelling gets around them. An IPv4 address within an IPv6 one (`::ffff:10.0.0.1`, or that of
// NAT64, `64:ff9b::10.0.0.1`) is judged as the IPv4 address that it is.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_network.h"
#include "base/result.h"

namespace mailrail::client {

// Of the ranges that hold an address the longest prefix decides, a denied one before an allowed one
// of equal length. Where no range holds it, `otherwise` decides.
struct AddressRules {
  // Private ones are all that special_addresses.h lists: whatever is not the public Internet.
  enum class Default : std::uint8_t { allow_all, deny_private };

  Default otherwise = Default::deny_private;
  std::vector<IpNetwork> allowed = {};
  std::vector<IpNetwork> denied = {};

  friend bool operator==(const AddressRules&, const AddressRules&) = default;
};

// Why no connection may go there, in a sentence that names the flag by which it might; nothing if
// it may.
std::optional<std::string> refusal(const AddressRules& rules, const IpAddress& address);

// `10.0.0.0/8`, `fd00::/8`, or one address. Refused, with a sentence that says how it would be
// right and goes on from the option's name, if the address has bits beyond the prefix or the range
// is of IPv4 addresses written as IPv6.
Result<IpNetwork> parse_address_range(std::string_view text);

std::string address_text(const IpAddress& address);
std::string range_text(const IpNetwork& range);

}  // namespace mailrail::client
