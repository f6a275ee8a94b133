// QueueRoom: whether what a call adds still fits the bounds of its queue, which its tags say.
//
// Asked after all that is wrong with the request itself and after the server's own room. The error
// names the tag and what is used of it.

#pragma once

#include "base/result.h"
#include "engine/engine.h"

namespace mailrail::sqs {

Result<void> expect_room_in(const engine::Engine& engine, const engine::Queue& queue);

// That the queue's rate does not let so many messages in, not even soon.
Error too_fast(const engine::Queue& queue);

}  // namespace mailrail::sqs
