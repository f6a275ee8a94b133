// StartRampedMoveTask: a task as AWS's StartMessageMoveTask starts it, but a slow one at first: one
// message a second, and with each ten seconds twice as many, up to its rate.
//
// Whoever takes the messages has failed with them before. Shown a few first, it fails with few, and
// somebody can cancel the task. It is listed and cancelled like others.

#pragma once

#include "admin/redrive_shapes.h"
#include "sqs/move_tasks.h"

namespace mailrail::admin {

struct StartRampedMoveTask : sqs::StartMessageMoveTask {
  static constexpr std::string_view name = "StartRampedMoveTask";
  using Input = StartRampedMoveTaskInput;

  static Prepared prepare(Input input, const api::Context& context);
};

}  // namespace mailrail::admin
