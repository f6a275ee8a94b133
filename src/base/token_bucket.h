// TokenBucket: so many a second, no more, and never for ever.
//
// It holds a second's worth, or ten, which is a batch. Who comes when it is empty is told how long
// to wait and has a place from then on, as long as that is not too long. A new one is full.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace mailrail {

class TokenBucket {
 public:
  struct Wanted {
    std::uint32_t per_second = 1;
    std::size_t tokens = 1;
    Duration patience{0};
  };

  // How long they would have to wait for their place. Nothing: longer than that.
  std::optional<Duration> wait_for(const Wanted& wanted, Instant now) const;
  // The same, and they have it.
  std::optional<Duration> take(const Wanted& wanted, Instant now);

  // It is as good as a new one, however it was used.
  bool is_full(Instant now) const;

 private:
  std::int64_t spent_after(const Wanted& wanted, Instant now) const;

  // When all that was taken will have come in again, in nanoseconds since 1970.
  std::int64_t spent_until_ = 0;
};

}  // namespace mailrail
