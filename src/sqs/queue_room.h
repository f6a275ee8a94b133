// QueueRoom: whether what a call adds still fits the bounds of its queue, which its tags say.
//
// Asked after all that is wrong with the request itself and after the server's own room. The error
// names the tag and what is used of it.

#pragma once

#include <optional>

#include "api/held_back.h"
#include "base/result.h"
#include "engine/engine.h"

namespace mailrail::sqs {

Result<void> expect_room_in(const engine::Engine& engine, const engine::Queue& queue);

// What becomes of a call whose messages have no place yet, where the queue's rate is bounded;
// nothing: they have it. `place` is the call's own.
std::optional<api::HeldBack> hold_back(engine::Engine& engine,
                                       Instant now,
                                       const engine::PlaceRequest& request,
                                       std::optional<Instant>& place);

}  // namespace mailrail::sqs
