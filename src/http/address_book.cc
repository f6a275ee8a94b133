#include "http/address_book.h"

#include <algorithm>
#include <utility>

namespace mailrail::http {

namespace {

// No client's address begins like that: it is one of multicast.
constexpr std::uint64_t ipv4 = std::uint64_t{0xffff} << 48;
constexpr std::uint64_t ipv6_loopback_net = 0;  // Of ::1; nothing else that connects is in it.

bool is_loopback_ipv4(std::uint32_t address) { return address >> 24 == 127; }

}  // namespace

AddressBook::Key AddressBook::key_of_ipv4(std::uint32_t address) const {
  const bool is_exempt = limits_.loopback == AddressLimits::Loopback::exempt;
  if (is_exempt && is_loopback_ipv4(address)) return Key::uncounted;
  return Key{ipv4 | address};
}

AddressBook::Key AddressBook::key_of_ipv6(const std::array<unsigned char, 16>& address) const {
  constexpr std::array<unsigned char, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), address.begin())) {
    return key_of_ipv4(std::uint32_t{address[12]} << 24 | std::uint32_t{address[13]} << 16 |
                       std::uint32_t{address[14]} << 8 | address[15]);
  }
  std::uint64_t net = 0;
  for (std::size_t i = 0; i < 8; ++i) net = net << 8 | address[i];
  if (net != ipv6_loopback_net) return Key{net};
  const bool is_exempt = limits_.loopback == AddressLimits::Loopback::exempt;
  return is_exempt ? Key::uncounted : Key{ipv4 | 0x7f000001};
}

bool AddressBook::enter(Key key) {
  if (key == Key::uncounted) return true;
  const std::scoped_lock lock(mutex_);
  const auto [found, is_new] = entries_.try_emplace(std::to_underlying(key));
  Entry& entry = found->second;
  if (is_new) {
    entry.tokens = limits_.requests_per_second;
  } else if (entry.connections >= limits_.connections_max) {
    return false;
  } else if (entry.connections == 0) {
    left_.erase(entry.place);
  }
  ++entry.connections;
  return true;
}

void AddressBook::leave(Key key) {
  if (key == Key::uncounted) return;
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(std::to_underlying(key));
  if (found == entries_.end() || --found->second.connections > 0) return;
  if (limits_.requests_per_second == 0) {
    entries_.erase(found);
    return;
  }
  // Or a connection for each request would know no rate.
  found->second.place = left_.insert(left_.end(), key);
  if (left_.size() <= remembered_max) return;
  entries_.erase(std::to_underlying(left_.front()));
  left_.pop_front();
}

Pace AddressBook::ask(Key key, Steady::time_point now) {
  if (key == Key::uncounted || limits_.requests_per_second == 0) return Pace::granted;
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(std::to_underlying(key));
  if (found == entries_.end()) return Pace::granted;
  Entry& entry = found->second;
  const double most = limits_.requests_per_second;
  const std::chrono::duration<double> passed =
      entry.filled_at == Steady::time_point{} ? std::chrono::seconds(1) : now - entry.filled_at;
  entry.tokens = std::min(most, entry.tokens + passed.count() * most);
  entry.filled_at = now;
  if (entry.tokens < 1) return Pace::too_fast;
  entry.tokens -= 1;
  return Pace::granted;
}

std::size_t AddressBook::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

}  // namespace mailrail::http
