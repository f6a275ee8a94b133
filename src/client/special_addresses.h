// The addresses that are not of the public Internet: private networks, this machine, a cloud's
// metadata service, multicast, what is reserved.
//
// From IANA's special-purpose address registries (RFC 6890 and what updates it) and its IPv6
// address space registry, as of 2025. A range that is in part reachable from everywhere counts as
// special whole: nobody has a webhook there.

#pragma once

#include <string_view>

#include "base/ip_network.h"

namespace mailrail::client {

struct SpecialRange {
  IpNetwork network;
  std::string_view what;  // As in "10.0.0.1 is in 10.0.0.0/8, a private network".
};

// The narrowest one, or null if the address is an ordinary one. Take IPv4 addresses out of IPv6
// ones first.
const SpecialRange* special_range(const IpAddress& address);

}  // namespace mailrail::client
