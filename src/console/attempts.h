// Attempts: how many logins have failed lately, so that nobody tries secrets one after the other:
// of each address, and of all together.
//
// They are forgotten a minute after the first of them. What it remembers is bounded by how many may
// fail in that time.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/time.h"

namespace mailrail::console {

class Attempts {
 public:
  static constexpr std::size_t of_address_max = 10;
  static constexpr std::size_t of_all_max = 1'000;
  static constexpr Duration forgotten_after = 1min;

  // Whether another one may be made.
  bool may_try(std::string_view address, Instant now) {
    if (now - begin_ >= forgotten_after || now < begin_) {
      begin_ = now;
      failed_.clear();
      all_ = 0;
    }
    const auto found = failed_.find(std::string(address));
    return all_ < of_all_max && (found == failed_.end() || found->second < of_address_max);
  }

  void failed(std::string_view address) {
    ++all_;
    ++failed_[std::string(address)];
  }

 private:
  Instant begin_{};
  std::size_t all_ = 0;
  boost::unordered_flat_map<std::string, std::size_t> failed_;  // By address.
};

}  // namespace mailrail::console
