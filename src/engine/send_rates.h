// SendRates: a token bucket for each queue whose sends are bounded.
//
// Kept in memory alone: a restart fills every bucket.

#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <span>

#include "base/ids.h"
#include "base/time.h"
#include "base/token_bucket.h"

namespace mailrail::engine {

class SendRates {
 public:
  struct Wanted {
    QueueId queue;
    TokenBucket::Wanted messages;
  };

  // How long they must all wait until each has its place. Else the queue at which that would be too
  // long, and none has any. No queue may be named twice.
  std::expected<Duration, QueueId> take(std::span<const Wanted> wanted, Instant now);
  void forget(QueueId queue) { buckets_.erase(queue); }

  std::uint64_t memory_bytes() const;

 private:
  std::map<QueueId, TokenBucket> buckets_;
};

}  // namespace mailrail::engine
