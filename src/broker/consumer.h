// Consumer: one of those who receive from a queue, and what is known of it, in a few numbers.
//
// A program is told from another by where it asks from, by what it says it is, and by its key.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace mailrail::broker {

// One consumer of one queue, as long as it is remembered. Never used again; 0 is nobody.
using ConsumerId = Id<struct ConsumerIdTag, std::uint64_t>;

// Who asks. The texts are lent, and bounded by whoever lends them.
struct Consumer {
  std::string_view address = {};
  std::string_view user_agent = {};
  std::string_view key_id = {};  // Empty: it showed none.
};

// How often something happened lately.
class LastSeconds {
 public:
  static constexpr std::int64_t kept = 10;

  void add(Instant now);
  // In the last whole seconds; this one, which is not over, is left out.
  std::uint32_t count(Instant now) const;

 private:
  static constexpr std::int64_t places = kept + 1;

  std::array<std::uint32_t, places> counts_{};  // By the second, modulo `places`.
  std::int64_t newest_ = 0;                     // The last second that has a count.
};

// How long something took, the last few times.
class LastDurations {
 public:
  static constexpr std::size_t kept_max = 31;

  void add(Duration took);
  // Nothing if there was none yet.
  std::optional<Duration> median() const;

 private:
  std::array<std::uint32_t, kept_max> milliseconds_{};
  std::size_t count_ = 0;  // Of all that there ever were.
};

struct ConsumerRecord {
  ConsumerId id = {};
  QueueId queue = {};
  // Empty, as no address ever is: all those of the queue together that have no record of their own.
  std::string address = {};
  std::string user_agent = {};
  std::string key_id = {};
  Instant first_seen = {};
  Instant last_seen = {};
  std::uint64_t receives = 0;        // That were answered,
  std::uint64_t empty_receives = 0;  // and those of them that got nothing.
  std::uint64_t messages = 0;        // A message counts each time.
  std::uint64_t expired_leases = 0;  // They came back: their visibility timeout ended.
  std::uint32_t open_polls = 0;      // That wait now.
  LastSeconds recent_receives = {};
  LastDurations processing = {};  // From a receive to the delete by its handle.

  bool is_of_others() const { return address.empty(); }
};

}  // namespace mailrail::broker
