// The engine's own limits, and AWS's with the sentence that promises each. None is a setting.

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace mailrail::engine {

// "For most standard queues [...] there can be a maximum of approximately 120,000 in flight
// messages"; FIFO queues: "a maximum of 120,000 in flight messages" (Amazon SQS Developer Guide,
// message quotas).
inline constexpr std::uint64_t in_flight_max = 120'000;

// "[MessageGroupId] can contain up to 128 alphanumeric characters and punctuation" (API reference,
// SendMessage); a name in memory has its length in a byte.
inline constexpr std::size_t group_name_bytes_max = 255;

// "The deduplication interval [...] is 5 minutes" (Amazon SQS Developer Guide, exactly-once
// processing).
inline constexpr Duration deduplication_window = 5min;

// "You can use ReceiveRequestAttemptId only for 5 minutes after a ReceiveMessage action" (API
// reference, ReceiveMessage).
inline constexpr Duration receive_attempt_window = 5min;

// "A message can be extended to a total of 12 hours from when it is received" (API reference,
// ChangeMessageVisibility).
inline constexpr Duration lease_total_max = 12h;

// A tenant of a standard queue is noisy with at least 30 messages in flight that are more than a
// tenth of the queue's, and quiet again when it has not sent for five minutes (Amazon SQS Developer
// Guide, fair queues, where the thresholds are approximate).
inline constexpr std::uint32_t noisy_in_flight_min = 30;
inline constexpr std::uint64_t noisy_share = 10;
inline constexpr Duration noisy_silence_max = 5min;

// "Only one PurgeQueue operation on a queue is allowed every 60 seconds" (API reference,
// PurgeQueue); "you must wait at least 60 seconds before creating a queue with the same name" (API
// reference, DeleteQueue). Of so many queues each is remembered.
inline constexpr Duration recent_window = 60s;
inline constexpr std::size_t recent_max = 10'000;

// Dead-letter moves, expired messages and parked conversations that one receive deals with before
// it is asked again in a turn of its own.
inline constexpr std::size_t set_aside_per_receive_max = 100;

// "Gets the most recent message movement tasks (up to 10) under a specific source queue." (API
// reference, ListMessageMoveTasks)
inline constexpr std::size_t move_tasks_kept_max = 10;

// Messages that the tasks of all queues move in one turn, and how many they look at for that.
inline constexpr std::size_t moves_per_turn_max = 100;
inline constexpr std::size_t move_looks_per_turn_max = 4096;

// How long a task that has seen everything waits before it looks again for what was not visible
// then: this, and as much again for each so many that it looked at.
inline constexpr Duration move_task_pause = 1s;
inline constexpr std::uint64_t looks_per_move_task_pause = 100'000;

// A ramp begins at one message a second, and after each such time goes on twice as fast until it is
// at the task's rate.
inline constexpr Duration move_ramp_step = 10s;

// A task makes up for moves that are late by less than this, so that a coarse clock costs nothing
// of its rate. What was missed by more is not made up for, or there would be a burst.
inline constexpr Duration late_moves_made_up_max = 100ms;

// How often the id of a message changes by redrives; from then on it stays.
inline constexpr std::uint16_t redrives_max = 0xffff;

// Messages of a dropped conversation that one turn removes.
inline constexpr std::size_t dropped_per_turn_max = 1000;

// Messages that one publication may become, so that a batch of ten with all of their bytes is well
// below what one call may add to a frame. AWS allows 12,500,000 subscriptions of a topic.
inline constexpr std::size_t deliveries_per_publication_max = 5'000;

// "Confirmation tokens are valid for two days." (API reference, Subscribe) A subscription whose
// token has lost its meaning is gone.
inline constexpr Duration confirmation_life = 48h;

// Subscriptions of a topic whose endpoints may have them back. With more, the oldest are gone for
// good.
inline constexpr std::size_t deactivated_subscriptions_max = 1'000;

// What waits for an HTTP endpoint is kept as long as anything ("MessageRetentionPeriod: 60 to
// 1,209,600 seconds (14 days)", API reference, SetQueueAttributes), while all retries together take
// an hour. An attempt that nobody answers for is made again after its visibility timeout, which is
// longer than an attempt may take.
inline constexpr Duration delivery_retention = 1'209'600s;
inline constexpr Duration delivery_visibility_timeout = 60s;

// What bytes on a disk may claim. Instants until the year 6429, so that any sum of one and a
// duration has 48 bits, which is what the timing wheel holds; numbers that leave as many to go on
// with, where a seq has 48 bits next to a deduplication key; and bodies at most 256 TiB of log
// before what names them.
inline constexpr std::int64_t instant_ms_max = (std::int64_t{1} << 47) - 1;
inline constexpr std::int64_t duration_ms_max = (std::int64_t{1} << 46) - 1;
inline constexpr std::uint64_t seq_max = (std::uint64_t{1} << 47) - 1;
inline constexpr std::uint32_t queue_id_max = (std::uint32_t{1} << 31) - 1;
inline constexpr std::uint32_t topic_id_max = queue_id_max;
inline constexpr std::uint32_t subscription_id_max = queue_id_max;
inline constexpr std::uint64_t log_span_max = std::uint64_t{1} << 48;

// Of so many messages it is noted who received them last, by so many names of so many bytes.
inline constexpr std::size_t receivers_kept_max = 16'384;
inline constexpr std::size_t receiver_names_max = 1'024;
inline constexpr std::size_t receiver_bytes_max = 128;

// Messages that one turn looks at for who only wants to see some.
inline constexpr std::size_t looks_per_turn_max = 4096;

// The largest bounds that a queue's tags may say. What a drop-oldest queue drops for one message
// that comes, where much must go because its bound was made tighter.
inline constexpr std::uint64_t bounded_messages_max = 1'000'000'000'000;
inline constexpr std::uint64_t send_rate_max = 1'000'000;
inline constexpr std::size_t dropped_for_one_max = 100;

// How long a send waits for its place where a queue's rate is bounded, before it is refused.
inline constexpr Duration send_patience = 100ms;

// What one call of Engine::advance() looks at, so that no turn is long.
inline constexpr std::size_t steps_per_advance_max = 4096;

}  // namespace mailrail::engine
