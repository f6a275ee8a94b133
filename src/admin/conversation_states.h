// ListConversations and DescribeConversation: which conversations of a FIFO queue wait, are with a
// consumer, are blocked or parked; by which message, since when, and how often that was received.
//
// A conversation that moves on while it is listed may come twice, under another first message; none
// is left out that was there all the time.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/conversation_state_shapes.h"
#include "admin/walk.h"
#include "api/api_call.h"
#include "sqs/target_queue.h"

namespace mailrail::admin {

struct ListConversations {
  static constexpr std::string_view name = "ListConversations";
  using Input = ListConversationsInput;
  using Output = ListConversationsOutput;
  struct Prepared {
    sqs::TargetQueue queue;
    std::optional<Error> error = {};
    std::size_t count_max = 0;
    std::optional<engine::ConversationState> state = {};
    Walk walk = {};
  };
  struct Decided {
    std::vector<engine::InspectedConversation> conversations;
    std::optional<Seq> next;
    Instant now = {};
  };

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

struct DescribeConversation {
  static constexpr std::string_view name = "DescribeConversation";
  using Input = DescribeConversationInput;
  using Output = DescribeConversationOutput;
  struct Prepared {
    sqs::TargetQueue queue;
    std::string group;
  };
  struct Decided {
    engine::InspectedConversation conversation;
    Instant now;
  };

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

}  // namespace mailrail::admin
