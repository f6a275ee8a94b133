// Whether a caller may have dead letters go to a queue.
//
// AWS asks for nothing but the same account. Here a key may be narrowed to queues by their names,
// and a redrive policy would be a way for it to write to any other.

#pragma once

#include "api/context.h"
#include "base/result.h"
#include "engine/queue_attributes.h"

namespace mailrail::api {

Result<void> authorize_dead_letters(const Context& context, const engine::QueueName& target);

}  // namespace mailrail::api
