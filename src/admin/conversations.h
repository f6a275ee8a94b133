// Actions on the conversations that a queue has parked, or parks by hand: seeing them, and deciding
// how each goes on.
//
// They are for operators. Each is one call: what it answers is durable, and one that is made twice
// finds the conversation no longer parked. Only dropping takes several turns where the conversation
// is long; it stays parked meanwhile, and a crash leaves what was not reached.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/conversation_shapes.h"
#include "api/api_call.h"
#include "sqs/queue_pages.h"
#include "sqs/target_queue.h"

namespace mailrail::admin {

struct ListParkedConversations {
  static constexpr std::string_view name = "ListParkedConversations";
  using Input = ListParkedConversationsInput;
  using Output = ListParkedConversationsOutput;
  struct Prepared {
    sqs::TargetQueue queue;
    Result<sqs::PageRequest> page;
  };
  struct Decided {
    std::vector<engine::ParkedConversation> conversations;
    bool has_more = false;
  };

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context& context,
                               const api::Bodies&);
};

// By hand, whatever the queue does about poison; one that is parked stays as it is.
struct ParkConversation {
  static constexpr std::string_view name = "ParkConversation";
  using Input = ParkConversationInput;
  using Output = Nothing;
  struct Prepared {
    sqs::TargetQueue queue;
    std::string group;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct RetryConversation {
  static constexpr std::string_view name = "RetryConversation";
  using Input = RetryConversationInput;
  using Output = Nothing;
  struct Prepared {
    sqs::TargetQueue queue;
    std::string group;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct SkipConversation {
  static constexpr std::string_view name = "SkipConversation";
  using Input = SkipConversationInput;
  using Output = Nothing;
  struct Prepared {
    sqs::TargetQueue queue;
    std::optional<Error> error = {};
    std::string group = {};
    engine::SkipTo to = engine::SkipTo::nowhere;
    std::optional<std::string> message_id = {};
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct DropConversation {
  static constexpr std::string_view name = "DropConversation";
  using Input = DropConversationInput;
  using Output = DropConversationOutput;
  struct Prepared {
    sqs::TargetQueue queue;
    std::string group;
    std::optional<engine::DropRequest> request = {};  // Made when it was first asked.
    std::uint64_t dropped = 0;
  };
  using Decided = std::uint64_t;  // Messages dropped.

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& dropped,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&);
};

}  // namespace mailrail::admin
