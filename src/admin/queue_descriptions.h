// DescribeQueues: all that there is to know about queues without looking at their messages.
//
// Every number is one that the engine keeps along, so a page of a thousand queues costs little more
// than their names. Queues of the caller's region and account, as ListQueues has them; what is
// still to be sent to HTTP endpoints is in none of them.

#pragma once

#include <optional>
#include <string>

#include "admin/queue_shapes.h"
#include "api/api_call.h"
#include "auth/caller.h"
#include "broker/traffic.h"
#include "sqs/queue_pages.h"

namespace mailrail::admin {

struct DescribeQueues {
  static constexpr std::string_view name = "DescribeQueues";
  static constexpr bool is_about_account = true;
  using Input = DescribeQueuesInput;
  using Output = DescribeQueuesOutput;
  struct Prepared {
    engine::QueueName first;  // Region and account.
    std::string prefix;
    Result<sqs::PageRequest> page;
    auth::Caller caller;
    const broker::Traffic* traffic = nullptr;
  };
  using Decided = DescribeQueuesOutput;  // Without URLs.

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

}  // namespace mailrail::admin
