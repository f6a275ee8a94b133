// ListEvents: what has just happened to messages and conversations, from the last few thousand
// events that the server keeps in memory.
//
// Who asks again and again with the last answer's NextAfter follows the queues without receiving
// anything; who asks too seldom is told how many events were missed. A start begins anew. Queues of
// the caller's region and account, while they are there.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "admin/event_shapes.h"
#include "api/access.h"
#include "api/api_call.h"
#include "auth/caller.h"
#include "broker/traffic.h"
#include "sqs/target_queue.h"

namespace mailrail::admin {

struct ListEvents {
  static constexpr std::string_view name = "ListEvents";
  using Input = ListEventsInput;
  using Output = ListEventsOutput;
  enum class Bodies : std::uint8_t { left_out, shown };
  // What becomes of events beyond the most that are asked for: they are for the next answer, or
  // counted and left out of all.
  enum class Beyond : std::uint8_t { next, left_out };
  struct Prepared {
    engine::QueueName place;  // Region and account.
    std::optional<sqs::TargetQueue> queue = {};
    std::optional<Error> error = {};
    std::optional<std::uint64_t> from = {};  // None: from now on.
    std::optional<std::string> group = {};
    std::vector<std::string> kinds = {};
    std::size_t count_max = 0;
    Bodies bodies = Bodies::left_out;
    Beyond beyond = Beyond::next;
    auth::Caller caller = {};
    const broker::Traffic* traffic = nullptr;
  };
  struct Event {
    broker::TrafficEvent event;
    engine::QueueName queue;
    std::optional<engine::InspectedMessage> message = {};
    std::optional<std::size_t> body = {};  // Its place among the bodies.
    engine::QueueType type = engine::QueueType::standard;
  };
  struct Decided {
    std::vector<Event> events = {};
    std::uint64_t next = 0;
    std::uint64_t missed = 0;
    std::uint64_t left_out = 0;
    std::vector<engine::ReceivedMessage> readable = {};
    std::vector<engine::Body> bodies = {};
  };

  static Prepared prepare(Input input, const api::Context& context);
  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static std::span<const engine::Body> bodies(const Decided& decided) { return decided.bodies; }
  static api::Shown shown(const Decided& decided, const Prepared& prepared) {
    return {.queue = &prepared.place, .messages = decided.readable};
  }
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies& bodies);
};

}  // namespace mailrail::admin
