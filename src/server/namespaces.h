// Namespaces: the accounts that tests were given for a time, and until when.
//
// An account isolates by itself: its queues and topics have names of their own, and whoever uses
// its number as access key id is in it. They are known to this process alone, and their time is the
// machine's, so that a test that advances the server's clock ends nobody else's.

#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"

namespace mailrail::server {

class Namespaces {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t count_max = 1000;

  // An account that ends then. Nothing if there are too many.
  std::optional<std::string> open(Time end, Random& random);
  // False if there is none of that number.
  bool close(const std::string& account) { return ends_.erase(account) > 0; }
  // When the next one ends, if there is one.
  std::optional<Time> next_end() const;
  // Those that have ended by now, which are no more.
  std::vector<std::string> take_ended(Time now);

 private:
  std::map<std::string, Time> ends_;
};

}  // namespace mailrail::server
