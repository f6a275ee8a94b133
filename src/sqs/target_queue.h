// TargetQueue: the queue that a request is about, resolved on the HTTP thread, looked up on the
// engine thread.
// Which queue a URL means does not depend on whether it exists, so a request names the same one
// from beginning to end.

#pragma once

#include <optional>
#include <string_view>

#include "api/access.h"
#include "base/result.h"
#include "engine/engine.h"
#include "sqs/errors.h"
#include "sqs/queue_url.h"

namespace mailrail::sqs {

struct TargetQueue {
  engine::QueueName name;

  TargetQueue(std::string_view url, const api::Context& context)
      : name(queue_name_of(url, context)) {}

  std::optional<api::Subject> subject() const {
    return api::Subject{.about = auth::About::queue, .name = name};
  }

  // Good for this turn.
  Result<const engine::Queue*> find(const engine::Engine& engine) const {
    const engine::Queue* queue = engine.find_queue(name);
    if (queue == nullptr)
      return fail(errors::queue_does_not_exist, "The specified queue does not exist.");
    return queue;
  }
};

}  // namespace mailrail::sqs
