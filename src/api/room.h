// Room: whether what a call adds still fits the limits of the server; and what to say if it does
// not fit those of a queue.
//
// Asked in decide by every action that stores messages or shows them to who only looks, after all
// that is wrong with the request itself. Whatever takes messages out or changes settings does not
// ask.

#pragma once

#include <string>

#include "base/result.h"
#include "engine/queue.h"
#include "engine/requests.h"
#include "engine/turn.h"

namespace mailrail::api {

// The limit, what is used of it, and what helps.
std::string sentence_about(const engine::Full& full);
std::string sentence_about(const engine::Queue& queue, const engine::ReachedBound& reached);
// That the queue's rate does not let so many messages in, not even soon.
std::string sentence_about_rate(const engine::Queue& queue);

// Else the error that AWS's clients wait on and try again after.
Result<void> expect_room(const engine::Turn& turn);
// The same for who only looks, to whom it is told a little earlier.
Result<void> expect_room_to_look(const engine::Turn& turn);

}  // namespace mailrail::api
