#include "base/ip_network.h"

#include <algorithm>
#include <charconv>

#include "base/parts.h"

namespace mailrail {
namespace {

// A number that is all of `text`, or nothing.
template <class Number>
std::optional<Number> whole(std::string_view text, int base) {
  Number number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, number, base);
  if (code != std::errc() || stopped != end) return std::nullopt;
  return number;
}

bool parse_v4(std::string_view text, std::uint8_t* out) {
  if (std::ranges::count(text, '.') != 3) return false;
  for (int i = 0; i < 4; ++i) {
    const std::string_view part = take_until(text, '.');
    const std::optional<std::uint8_t> byte = whole<std::uint8_t>(part, 10);
    if (!byte || (part.size() > 1 && part.front() == '0')) return false;
    out[i] = *byte;
  }
  return true;
}

// Groups of 16 bits, and at the very end an IPv4 address in the place of two; returns how many
// bytes they are.
std::optional<std::size_t> parse_groups(std::string_view text, std::uint8_t* out) {
  std::size_t bytes = 0;
  if (text.empty()) return bytes;
  if (text.ends_with(':')) return std::nullopt;
  while (!text.empty()) {
    const std::string_view part = take_until(text, ':');
    if (text.empty() && part.contains('.')) {
      if (bytes > 12 || !parse_v4(part, out + bytes)) return std::nullopt;
      return bytes + 4;
    }
    const auto group = part.size() <= 4 ? whole<std::uint16_t>(part, 16) : std::nullopt;
    if (!group || bytes > 14) return std::nullopt;
    out[bytes++] = static_cast<std::uint8_t>(*group >> 8);
    out[bytes++] = static_cast<std::uint8_t>(*group);
  }
  return bytes;
}

// `::` stands for as many zeros as are missing, one group at least.
bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& out) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, out.data()) == 16;
  std::array<std::uint8_t, 16> tail{};
  const std::string_view head = text.substr(0, gap);
  if (head.contains('.')) return false;  // An IPv4 address may only end it.
  const auto before = parse_groups(head, out.data());
  const auto after = parse_groups(text.substr(gap + 2), tail.data());
  if (!before || !after || *before + *after > 14) return false;
  std::copy_n(tail.begin(), *after, out.end() - static_cast<std::ptrdiff_t>(*after));
  return true;
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  IpAddress address;
  if (text.contains(':')) {
    address.version = IpVersion::v6;
    if (!parse_v6(text, address.bytes)) return std::nullopt;
  } else if (!parse_v4(text, address.bytes.data())) {
    return std::nullopt;
  }
  return address;
}

bool IpNetwork::contains(const IpAddress& other) const {
  if (other.version != address.version) return false;
  const int whole_bytes = prefix_bits / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole_bytes, other.bytes.begin()))
    return false;
  const int rest = prefix_bits % 8;
  if (rest == 0) return true;
  return ((address.bytes[whole_bytes] ^ other.bytes[whole_bytes]) >> (8 - rest)) == 0;
}

std::expected<IpNetwork, NetworkFlaw> parse_ip_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos)
    return std::unexpected(NetworkFlaw::not_one_slash);
  const std::optional<int> bits = whole<int>(text.substr(slash + 1), 10);
  if (!bits) return std::unexpected(NetworkFlaw::bits_no_integer);
  if (*bits < 0) return std::unexpected(NetworkFlaw::bits_negative);
  const std::optional<IpAddress> address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::unexpected(NetworkFlaw::no_address);
  if (*bits > (address->version == IpVersion::v4 ? 32 : 128))
    return std::unexpected(NetworkFlaw::bits_beyond_address);
  return IpNetwork{.address = *address, .prefix_bits = *bits};
}

}  // namespace mailrail
