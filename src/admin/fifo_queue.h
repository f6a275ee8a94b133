// What actions on conversations have in common: they are about a FIFO queue, and a conversation is
// there while it has messages. Here are the errors that say that it is not so.

#pragma once

#include <string_view>

#include <fmt/format.h>

#include "admin/errors.h"
#include "sqs/errors.h"
#include "sqs/target_queue.h"

namespace mailrail::admin {

inline Result<const engine::Queue*> find_fifo(const sqs::TargetQueue& target,
                                              const engine::Engine& engine) {
  const engine::Queue* queue = TRY(target.find(engine));
  if (!queue->attributes.is_fifo)
    return sqs::errors::invalid_parameter({"QueueUrl", target.name.name},
                                          "Only a FIFO queue has conversations");
  return queue;
}

inline std::unexpected<Error> no_conversation(std::string_view group) {
  return fail(
      errors::conversation_does_not_exist,
      fmt::format("The queue has no message of the conversation {}.", sqs::errors::shown(group)));
}

}  // namespace mailrail::admin
