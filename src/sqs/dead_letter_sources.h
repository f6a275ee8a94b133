// ListDeadLetterSourceQueues: which queues give their dead letters to one.
//
// A queue is such a source while its RedrivePolicy names the other, whether that takes its dead
// letters by its RedriveAllowPolicy or not. Decided by a look at every queue of the account.

#pragma once

#include <string_view>

#include "api/api_call.h"
#include "sqs/queue_pages.h"
#include "sqs/queue_shapes.h"
#include "sqs/target_queue.h"

namespace mailrail::sqs {

struct ListDeadLetterSourceQueues {
  static constexpr std::string_view name = "ListDeadLetterSourceQueues";
  using Input = ListDeadLetterSourceQueuesInput;
  using Output = ListDeadLetterSourceQueuesOutput;
  struct Prepared {
    TargetQueue queue;
    Result<PageRequest> page;
    auth::Caller caller;
  };
  using Decided = Page;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn&, Prepared& prepared);
  static Result<Output> finish(const Decided& page,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

}  // namespace mailrail::sqs
