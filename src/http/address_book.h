// AddressBook: what each address from which clients come has here, so that one of them does not
// take the place of all others: its connections, and how fast it asks.
//
// IPv6 is counted by /64, which is what one client gets. What it remembers is bounded by the
// connections there are and a fixed number of addresses beside them. All HTTP threads share it; it
// is touched when a connection comes and goes, and by each request only where there is a rate.

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>

#include <boost/unordered/unordered_flat_map.hpp>

#include "http/options.h"

namespace mailrail::http {

class AddressBook {
 public:
  using Steady = std::chrono::steady_clock;

  // An address as it is counted.
  enum class Key : std::uint64_t { uncounted = 0 };

  explicit AddressBook(const AddressLimits& limits) : limits_(limits) {}

  Key key_of_ipv4(std::uint32_t address) const;
  Key key_of_ipv6(const std::array<unsigned char, 16>& address) const;

  // False if that address has as many connections as it may. Else it has one more, until leave().
  bool enter(Key key);
  void leave(Key key);

  // Of an address that has a connection. One that waited may ask a second's worth at once.
  Pace ask(Key key, Steady::time_point now);

  std::size_t size() const;  // For tests.

  // Without a connection, of which the pace is still remembered.
  static constexpr std::size_t remembered_max = 4'096;

 private:
  struct Entry {
    std::size_t connections = 0;
    double tokens = 0;
    Steady::time_point filled_at = {};
    std::list<Key>::iterator place = {};  // In `left_`, without connections.
  };

  const AddressLimits limits_;
  mutable std::mutex mutex_;
  boost::unordered_flat_map<std::uint64_t, Entry> entries_;
  std::list<Key> left_;  // Without connections; whoever left first, first.
};

}  // namespace mailrail::http
