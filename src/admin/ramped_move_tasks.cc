#include "admin/ramped_move_tasks.h"

#include <utility>

namespace mailrail::admin {

StartRampedMoveTask::Prepared StartRampedMoveTask::prepare(Input input,
                                                           const api::Context& context) {
  Prepared prepared = StartMessageMoveTask::prepare(
      {.source_arn = std::move(input.source_arn),
       .destination_arn = std::move(input.destination_arn),
       .max_number_of_messages_per_second = input.max_number_of_messages_per_second},
      context);
  prepared.pace = engine::MovePace::ramp;
  return prepared;
}

}  // namespace mailrail::admin
