// A filter policy's `cidr`: an IP network, and AWS's words for what is none.
// The reading itself is base's; see base/ip_network.h.

#pragma once

#include <string_view>

#include "base/ip_network.h"
#include "base/result.h"

namespace mailrail::sns {

Result<IpNetwork> parse_cidr(std::string_view text);

}  // namespace mailrail::sns
