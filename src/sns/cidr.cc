#include "sns/cidr.h"

#include <string>

#include <fmt/format.h>

#include "base/shown.h"
#include "sns/filter_errors.h"

namespace mailrail::sns {
namespace {

std::string reason(NetworkFlaw flaw, std::string_view text) {
  const std::string_view address = text.substr(0, text.find('/'));
  switch (flaw) {
    case NetworkFlaw::not_one_slash:
      return "Malformed CIDR, one '/' required";
    case NetworkFlaw::bits_no_integer:
      return "Malformed CIDR, mask bits must be an integer";
    case NetworkFlaw::bits_negative:
      return "Malformed CIDR, mask bits must not be negative";
    case NetworkFlaw::no_address:
      return fmt::format("Nonstandard IP address: {}", shown(address));
    case NetworkFlaw::bits_beyond_address:
      break;
  }
  return address.contains(':') ? "IPv6 mask bits must be < 129" : "IPv4 mask bits must be < 33";
}

}  // namespace

Result<IpNetwork> parse_cidr(std::string_view text) {
  const auto network = parse_ip_network(text);
  if (!network) return fail(errors::invalid_filter_policy, reason(network.error(), text));
  return *network;
}

}  // namespace mailrail::sns
