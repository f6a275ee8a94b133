// Poison conversations: what is told and asked of those that a queue has parked.
//
// A FIFO queue may be set to park (OnPoison): a message that was received as often as it may be
// then stays where it is, and its whole conversation, later arrivals with it, is given to nobody
// until somebody decides to retry it, to skip the message or to drop it all. So no message of it is
// ever given before an earlier one.

#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/time.h"

namespace mailrail::engine {

struct ParkedConversation {
  std::string group;
  Instant since;                    // When it was parked.
  std::uint64_t message_count = 0;  // In any state.

  // The message that it stopped at, the oldest of it.
  Seq head = {};
  QueueId head_origin_queue = {};
  Seq head_origin_seq = {};
  std::uint16_t head_redrives = 0;
  std::uint32_t head_receive_count = 0;
  Instant head_sent = {};
};

enum class SkipTo : std::uint8_t { nowhere, dead_letters };

enum class ParkedResult : std::uint8_t {
  done,
  not_parked,
  head_in_flight,
  head_damaged,     // What cannot be read can be given to nobody and is nobody's dead letter.
  no_dead_letters,  // The queue has no dead-letter queue, or that is gone.
};

// All that was in a parked conversation when it was made; of a conversation of that name that is
// parked later it says nothing.
struct DropRequest {
  std::string group;
  Instant parked_since = {};
  Seq through = {};  // Messages that came later are not meant.
};

struct DropResult {
  bool was_parked = false;
  bool has_more = false;  // There is more of it to remove.
  std::uint64_t removed = 0;
};

}  // namespace mailrail::engine
