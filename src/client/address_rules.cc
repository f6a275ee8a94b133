#include "client/address_rules.h"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/shown.h"
#include "client/special_addresses.h"

namespace mailrail::client {
namespace {

// `::ffff:0:0/96` of RFC 4291 and `64:ff9b::/96` of RFC 6052: the last four bytes are an IPv4
// address.
constexpr int embedding_bits = 96;
constexpr IpNetwork embeddings[] = {
    {.address = {.version = IpVersion::v6,
                 .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0}},
     .prefix_bits = embedding_bits},
    {.address = {.version = IpVersion::v6,
                 .bytes = {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
     .prefix_bits = embedding_bits}};

bool is_embedding(const IpAddress& address) {
  return std::ranges::any_of(embeddings,
                             [&](const IpNetwork& each) { return each.contains(address); });
}

IpAddress last_four(const IpAddress& address) {
  IpAddress embedded{.version = IpVersion::v4};
  std::copy_n(address.bytes.end() - 4, 4, embedded.bytes.begin());
  return embedded;
}

// Connecting to "this host on this network" (RFC 1122), or to the unspecified address of RFC 4291,
// reaches this machine.
constexpr IpNetwork this_host{.address = {.version = IpVersion::v4}, .prefix_bits = 8};
constexpr IpNetwork unspecified{.address = {.version = IpVersion::v6}, .prefix_bits = 128};
constexpr IpAddress loopback_v4{.version = IpVersion::v4, .bytes = {127, 0, 0, 1}};
constexpr IpAddress loopback_v6{.version = IpVersion::v6,
                                .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

// As whom the address is judged.
IpAddress judged_as(const IpAddress& address) {
  const IpAddress reached = is_embedding(address) ? last_four(address) : address;
  if (this_host.contains(reached)) return loopback_v4;
  return unspecified.contains(reached) ? loopback_v6 : reached;
}

int bits_of(const IpAddress& address) { return address.version == IpVersion::v4 ? 32 : 128; }

const IpNetwork* narrowest(const std::vector<IpNetwork>& ranges, const IpAddress& address) {
  const IpNetwork* found = nullptr;
  for (const IpNetwork& each : ranges) {
    if (each.contains(address) && (found == nullptr || each.prefix_bits > found->prefix_bits))
      found = &each;
  }
  return found;
}

// The address with all bits beyond the prefix zero.
IpAddress first_of(const IpNetwork& range) {
  IpAddress first = range.address;
  for (int bit = range.prefix_bits; bit < bits_of(first); ++bit)
    first.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> (bit % 8)));
  return first;
}

std::string with_embedding(const IpAddress& judged, const IpAddress& given) {
  return judged == given ? address_text(judged)
                         : fmt::format("{} ({})", address_text(given), address_text(judged));
}

}  // namespace

std::optional<std::string> refusal(const AddressRules& rules, const IpAddress& address) {
  const IpAddress judged = judged_as(address);
  const IpNetwork* const allowed = narrowest(rules.allowed, judged);
  const IpNetwork* const denied = narrowest(rules.denied, judged);
  if (allowed != nullptr && (denied == nullptr || denied->prefix_bits < allowed->prefix_bits))
    return std::nullopt;
  const std::string shown_address = with_embedding(judged, address);
  const std::string its_range = range_text({.address = judged, .prefix_bits = bits_of(judged)});
  if (denied != nullptr) {
    const bool is_final = denied->prefix_bits == bits_of(judged);
    return fmt::format("{} is in {}, which --webhook-deny names; {} would allow it.", shown_address,
                       range_text(*denied),
                       is_final ? "only leaving that out" : "--webhook-allow " + its_range);
  }
  if (rules.otherwise == AddressRules::Default::allow_all) return std::nullopt;
  const SpecialRange* const special = special_range(judged);
  if (special == nullptr) return std::nullopt;
  return fmt::format(
      "{} is in {}, {}, where webhooks don't go unless told; --webhook-allow {} would allow it.",
      shown_address, range_text(special->network), special->what, its_range);
}

Result<IpNetwork> parse_address_range(std::string_view text) {
  const auto refuse = [&](const std::string& instead) {
    return fail(errors::unusable, fmt::format("{}, not \"{}\".", instead, shown(text)));
  };
  const std::string like = "must be a range of addresses like 10.0.0.0/8, fd00::/8 or 10.1.2.3";
  IpNetwork range;
  if (text.contains('/')) {
    const auto parsed = parse_ip_network(text);
    if (!parsed) return refuse(like);
    range = *parsed;
  } else {
    const std::optional<IpAddress> address = parse_ip_address(text);
    if (!address) return refuse(like);
    range = {.address = *address, .prefix_bits = bits_of(*address)};
  }
  const IpNetwork whole{.address = first_of(range), .prefix_bits = range.prefix_bits};
  if (whole != range) {
    return refuse(fmt::format("must be {}, or {} for that one address", range_text(whole),
                              address_text(range.address)));
  }
  if (range.prefix_bits >= embedding_bits && is_embedding(range.address)) {
    return refuse(fmt::format("must be {}, as IPv4 within IPv6 is judged as IPv4",
                              range_text({.address = last_four(range.address),
                                          .prefix_bits = range.prefix_bits - embedding_bits})));
  }
  return range;
}

std::string address_text(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.version == IpVersion::v4 ? AF_INET : AF_INET6, address.bytes.data(), text,
            sizeof text);
  return text;
}

std::string range_text(const IpNetwork& range) {
  return fmt::format("{}/{}", address_text(range.address), range.prefix_bits);
}

}  // namespace mailrail::client
