// What the engine is asked about messages, their redrive and the front of the log, and what came of
// it. What it is asked about topics is in topic_requests.h.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "engine/entry.h"
#include "engine/identity.h"
#include "engine/queue_attributes.h"

namespace mailrail::engine {

struct SendRequest {
  QueueId queue = {};
  std::optional<Duration> delay = {};      // Standard queues; else the queue's.
  std::string_view group = {};             // FIFO: required. Standard: the tenant, if any.
  std::string_view deduplication_id = {};  // FIFO: required.
  std::string_view record = {};
  std::uint64_t message_bytes = 0;  // As its service counts them: the engine only passes it on.
};

// Places that so many messages need in a queue, where its rate is bounded.
struct PlaceRequest {
  QueueId queue = {};
  std::size_t messages = 1;
};

// A bound of a queue that is reached, and what it has.
struct ReachedBound {
  enum class What : std::uint8_t { messages, bytes };

  What what = What::messages;
  std::uint64_t used = 0;
  std::uint64_t max = 0;
};

// Sent, or the message that it is a duplicate of.
struct SendResult {
  QueueId queue = {};
  Seq seq = {};
};

struct ReceiveRequest {
  QueueId queue = {};
  std::size_t count_max = 1;
  std::optional<Duration> visibility_timeout = {};  // Else the queue's.
  std::string_view attempt = {};                    // FIFO: ReceiveRequestAttemptId.
  std::string_view receiver = {};                   // Who asks, for people; see Receivers.
};

struct ReceivedMessage {
  QueueId queue = {};
  Seq seq = {};
  Body body = {};
  Instant sent = {};
  Instant first_received = {};
  std::uint32_t receive_count = 0;
  QueueId origin_queue = {};
  Seq origin_seq = {};
  std::uint16_t redrives = 0;
  std::optional<QueueName> dead_letter_source = {};
  Index conversation = no_index;    // FIFO: one number for each group in a receive's answer.
  std::optional<Share> share = {};  // It came by a topic.
  bool is_grouped = false;          // It has its group here: a share may have lost it.

  ReceiptHandle handle() const { return {.queue = queue, .seq = seq, .generation = receive_count}; }
};

// The group's name holds until the next turn.
struct MessageView {
  std::string_view group = {};
  std::uint32_t receive_count = 0;
  std::optional<TopicId> topic = {};  // That it came by.
};

struct ReceiveResult {
  std::vector<ReceivedMessage> messages;
  bool is_unfinished = false;  // Much had to be set aside first: ask again in another turn.
  bool is_at_limit = false;    // Nothing given because too many messages are in flight.
  bool moved_dead_letters = false;
  // Asked with an attempt id. If the answer is lost its leases may not be given back: another
  // answer to the same attempt may have told them to somebody.
  bool is_repeatable = false;
};

enum class PurgeResult { done, too_soon };

struct MoveTaskRequest {
  QueueId source = {};
  std::optional<QueueName> destination = {};  // Else each message goes back to its own source.
  std::uint32_t rate = 0;                     // The most messages a second; 0: no limit.
  MovePace pace = MovePace::steady;
};

enum class MoveTaskVerdict {
  started,
  no_dead_letter_queue,  // The source is nobody's.
  no_destination,
  to_itself,
  to_another_type,
  already_running,
};
struct MoveTaskResult {
  MoveTaskVerdict verdict = MoveTaskVerdict::started;
  Seq task = {};
};

enum class DeleteResult { done, handle_expired };
enum class GiveUpResult { moved, removed, handle_expired };
enum class VisibilityResult { done, no_such_message, handle_expired, beyond_limit };

}  // namespace mailrail::engine
