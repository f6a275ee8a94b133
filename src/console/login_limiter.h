// LoginLimiter: how many logins have failed lately, so that nobody tries secrets one after the
// other: of each address, and of all together.
//
// An address that has not failed may always try: whoever fails from a thousand others keeps nobody
// out. Failures are forgotten a minute after the first of them, and when they come from more
// addresses than it remembers.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/time.h"

namespace mailrail::console {

class LoginLimiter {
 public:
  static constexpr std::size_t of_address_max = 10;
  // Beyond, who has failed once may not try again.
  static constexpr std::size_t of_all_max = 1'000;
  static constexpr std::size_t addresses_max = 10'000;
  static constexpr Duration forgotten_after = 1min;

  bool may_try(std::string_view address, Instant now);
  void failed(std::string_view address);

  std::size_t addresses() const { return failed_.size(); }  // For tests.

 private:
  void forget();

  Instant begin_{};
  std::size_t all_ = 0;
  boost::unordered_flat_map<std::string, std::size_t> failed_;  // By network_of() the address.
};

}  // namespace mailrail::console
