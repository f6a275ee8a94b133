#include "client/special_addresses.h"

#include <array>
#include <cstddef>

#include "base/check.h"

namespace mailrail::client {
namespace {

struct Row {
  std::string_view range;
  std::string_view what;
};

constexpr Row rows[] = {
    // IANA IPv4 Special-Purpose Address Registry, and multicast of the IPv4 address space registry.
    {"0.0.0.0/8", "\"this network\" (RFC 791)"},
    {"10.0.0.0/8", "a private network (RFC 1918)"},
    {"100.64.0.0/10", "shared by carriers (RFC 6598)"},
    {"127.0.0.0/8", "this machine (RFC 1122)"},
    {"169.254.0.0/16", "link-local, as clouds' metadata services are (RFC 3927)"},
    {"172.16.0.0/12", "a private network (RFC 1918)"},
    {"192.0.0.0/24", "for protocol assignments (RFC 6890)"},
    {"192.0.2.0/24", "for documentation (RFC 5737)"},
    {"192.88.99.0/24", "6to4 relays (RFC 7526)"},
    {"192.168.0.0/16", "a private network (RFC 1918)"},
    {"198.18.0.0/15", "for benchmarks (RFC 2544)"},
    {"198.51.100.0/24", "for documentation (RFC 5737)"},
    {"203.0.113.0/24", "for documentation (RFC 5737)"},
    {"224.0.0.0/4", "multicast (RFC 5771)"},
    {"240.0.0.0/4", "reserved (RFC 1112)"},
    {"255.255.255.255/32", "broadcast (RFC 919)"},
    // IANA IPv6 Address Space: only 2000::/3 is global unicast. These three are the rest.
    {"::/3", "no global unicast (RFC 4291)"},
    {"4000::/2", "no global unicast (RFC 4291)"},
    {"8000::/1", "no global unicast (RFC 4291)"},
    // IANA IPv6 Special-Purpose Address Registry.
    {"::/128", "\"this host\" (RFC 4291)"},
    {"::1/128", "this machine (RFC 4291)"},
    {"64:ff9b:1::/48", "for local translation to IPv4 (RFC 8215)"},
    {"100::/64", "discarded (RFC 6666)"},
    {"2001::/23", "for protocol assignments (RFC 2928)"},
    {"2001:db8::/32", "for documentation (RFC 3849)"},
    {"2002::/16", "6to4 (RFC 3056)"},
    {"3fff::/20", "for documentation (RFC 9637)"},
    {"5f00::/16", "for segment routing (RFC 9602)"},
    {"fc00::/7", "a private network (RFC 4193)"},
    {"fe80::/10", "link-local (RFC 4291)"},
    {"fec0::/10", "site-local (RFC 3879)"},
    {"ff00::/8", "multicast (RFC 4291)"},
};

using Table = std::array<SpecialRange, std::size(rows)>;

Table make_table() {
  Table table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto network = parse_ip_network(rows[i].range);
    CHECK(network.has_value());
    table[i] = {.network = *network, .what = rows[i].what};
  }
  return table;
}

}  // namespace

const SpecialRange* special_range(const IpAddress& address) {
  static const Table table = make_table();
  const SpecialRange* narrowest = nullptr;
  for (const SpecialRange& each : table) {
    if (!each.network.contains(address)) continue;
    if (narrowest == nullptr || each.network.prefix_bits > narrowest->network.prefix_bits)
      narrowest = &each;
  }
  return narrowest;
}

}  // namespace mailrail::client
