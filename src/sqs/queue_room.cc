#include "sqs/queue_room.h"

#include <span>

#include "api/room.h"
#include "sqs/errors.h"

namespace mailrail::sqs {

Result<void> expect_room_in(const engine::Engine& engine, const engine::Queue& queue) {
  const auto reached = engine.reached_bound(queue.id);
  if (!reached) return {};
  return fail(errors::over_limit, api::sentence_about(queue, *reached));
}

std::optional<api::HeldBack> hold_back(engine::Engine& engine,
                                       Instant now,
                                       const engine::PlaceRequest& request,
                                       std::optional<Instant>& place) {
  const auto too_fast = [&] {
    return Error{.kind = &errors::request_throttled,
                 .message = api::sentence_about_rate(*engine.find_queue(request.queue))};
  };
  if (!place) {
    const auto wait = engine.await_places(now, std::span(&request, 1));
    if (!wait) return api::HeldBack{.otherwise = too_fast()};
    place = now + *wait;
  }
  if (now >= *place) return std::nullopt;
  return api::held_until(*place, too_fast());
}

}  // namespace mailrail::sqs
