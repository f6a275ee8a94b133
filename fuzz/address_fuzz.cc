// Arbitrary lines as where webhooks may go: `+RANGE` allows, `-RANGE` denies, anything else is an
// address or a URL. An address is read as the C library reads it, a range says of itself what it
// is, and rules decide as the slowest and plainest reading of them does.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <arpa/inet.h>

#include "base/check.h"
#include "client/address_rules.h"
#include "client/special_addresses.h"
#include "client/target.h"

namespace mailrail::client {
namespace {

int bit_of(const IpAddress& address, int bit) {
  return address.bytes[bit / 8] >> (7 - bit % 8) & 1;
}

bool is_within(const IpAddress& address, const IpNetwork& range) {
  if (address.version != range.address.version) return false;
  for (int bit = 0; bit < range.prefix_bits; ++bit) {
    if (bit_of(address, bit) != bit_of(range.address, bit)) return false;
  }
  return true;
}

// The address that is judged: the IPv4 one within, if there is one.
IpAddress plain(const IpAddress& address) {
  if (address.version == IpVersion::v4) return address;
  const std::string_view bytes(reinterpret_cast<const char*>(address.bytes.data()), 12);
  using std::string_view_literals::operator""sv;
  if (bytes != "\0\0\0\0\0\0\0\0\0\0\xff\xff"sv && bytes != "\0\x64\xff\x9b\0\0\0\0\0\0\0\0"sv)
    return address;
  IpAddress within{.version = IpVersion::v4};
  std::copy_n(address.bytes.begin() + 12, 4, within.bytes.begin());
  return within;
}

bool is_allowed(const AddressRules& rules, const IpAddress& address) {
  const IpAddress judged = plain(address);
  for (int bits = 128; bits >= 0; --bits) {
    const auto holds = [&](const IpNetwork& each) {
      return each.prefix_bits == bits && is_within(judged, each);
    };
    if (std::ranges::any_of(rules.denied, holds)) return false;
    if (std::ranges::any_of(rules.allowed, holds)) return true;
  }
  return rules.otherwise == AddressRules::Default::allow_all || special_range(judged) == nullptr;
}

void fuzz_address(std::string_view text, const AddressRules& rules) {
  const std::string copy(text);
  const std::optional<IpAddress> address = parse_ip_address(text);
  if (!copy.contains('\0')) {  // It would end there.
    IpAddress expected{.version = copy.contains(':') ? IpVersion::v6 : IpVersion::v4};
    const int family = expected.version == IpVersion::v4 ? AF_INET : AF_INET6;
    const bool is_address = inet_pton(family, copy.c_str(), expected.bytes.data()) == 1;
    CHECK(address.has_value() == is_address);
    CHECK(!is_address || *address == expected);
  }
  if (address) {
    const auto reason = refusal(rules, *address);
    CHECK(reason.has_value() != is_allowed(rules, *address));
    CHECK(parse_ip_address(address_text(*address)) == address);
  } else if (const auto target = parse_target(copy)) {
    CHECK(target->authority.contains(':'));
  }
}

void fuzz_lines(std::string_view text) {
  AddressRules rules;
  for (std::size_t lines = 0; lines < 100 && !text.empty(); ++lines) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with('+') || line.starts_with('-')) {
      const auto range = parse_address_range(line.substr(1));
      if (!range) continue;
      const auto again = parse_address_range(range_text(*range));
      CHECK(again.has_value() && *again == *range);
      (line.front() == '+' ? rules.allowed : rules.denied).push_back(*range);
    } else {
      rules.otherwise =
          lines % 2 == 0 ? AddressRules::Default::allow_all : AddressRules::Default::deny_private;
      fuzz_address(line, rules);
    }
  }
}

}  // namespace
}  // namespace mailrail::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::client::fuzz_lines({reinterpret_cast<const char*>(data), size});
  return 0;
}
