#include "sqs/queue_room.h"

#include <fmt/format.h>

#include "api/room.h"
#include "sqs/errors.h"

namespace mailrail::sqs {

Result<void> expect_room_in(const engine::Engine& engine, const engine::Queue& queue) {
  const auto reached = engine.reached_bound(queue.id);
  if (!reached) return {};
  return fail(errors::over_limit, api::sentence_about(queue, *reached));
}

Error too_fast(const engine::Queue& queue) {
  return {.kind = &errors::request_throttled,
          .message = fmt::format("The queue {} takes {} messages a second, as its tag {} says. "
                                 "Send more slowly, or change the tag.",
                                 queue.name.name, queue.bounds.sends_per_second.value_or(0),
                                 engine::send_rate_tag)};
}

}  // namespace mailrail::sqs
