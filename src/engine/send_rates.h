// SendRates: a token bucket for each queue whose sends are bounded.
//
// A bucket holds a second's worth, or ten, which is a batch. Who comes when it is empty is told how
// long to wait and has a place from then on, as long as that is not too long. Kept in memory alone:
// a restart fills every bucket.

#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace mailrail::engine {

class SendRates {
 public:
  struct Wanted {
    QueueId queue;
    std::uint32_t per_second = 1;
    std::size_t messages = 1;
    Duration patience{0};
  };

  // How long they must wait for their place. Nothing: longer than that, and they have none.
  std::optional<Duration> take(const Wanted& wanted, Instant now);
  void forget(QueueId queue) { spent_until_.erase(queue); }

  std::uint64_t memory_bytes() const;

 private:
  // When all that was taken from a bucket will have come in again, in nanoseconds since 1970.
  std::map<QueueId, std::int64_t> spent_until_;
};

}  // namespace mailrail::engine
