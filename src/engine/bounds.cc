// Decisions about a queue's own bounds: what is full, what goes to make room, who must wait.
//
// Only what is new is bounded: messages that move here, dead letters and those of a redrive, are in
// the server already and always find a place. So does everything that takes messages out.

#include "base/seeded_bug.h"
#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

std::optional<ReachedBound> bound_of(const QueueBounds& bounds, const Contents& contents) {
  if (has_bug(SeededBug::ignores_bounds)) return std::nullopt;
  if (bounds.messages_max && contents.size() >= *bounds.messages_max) {
    return ReachedBound{
        .what = ReachedBound::What::messages, .used = contents.size(), .max = *bounds.messages_max};
  }
  if (bounds.bytes_max && contents.body_bytes() >= *bounds.bytes_max) {
    return ReachedBound{
        .what = ReachedBound::What::bytes, .used = contents.body_bytes(), .max = *bounds.bytes_max};
  }
  return std::nullopt;
}

}  // namespace

std::optional<ReachedBound> Engine::reached_bound(QueueId id) const {
  const Queue& queue = queue_at(id);
  if (drops_oldest(queue)) return std::nullopt;
  return bound_of(queue.bounds, contents_of(queue));
}

// A FIFO queue keeps what it has: without its oldest a conversation would go on with a hole in it.
bool Engine::drops_oldest(const Queue& queue) {
  return queue.bounds.on_full == OnFull::drop_oldest && !queue.attributes.is_fifo;
}

// Until there is room for one, but not without end where a bound was made much tighter: the next
// message takes up where this one left off.
void Engine::make_room(Turn& turn, const Queue& queue) {
  if (!drops_oldest(queue)) return;
  const Contents& contents = contents_of(queue);
  for (std::size_t left = dropped_for_one_max; left > 0; --left) {
    if (contents.empty() || !bound_of(queue.bounds, contents)) return;
    remove(turn, queue, contents.first_from(Seq(0)), RemovalReason::dropped);
    dropped_[queue.name] += 1;
  }
}

std::expected<Duration, QueueId> Engine::await_places(Instant now,
                                                      std::span<const PlaceRequest> requests) {
  std::vector<SendRates::Wanted> wanted;
  for (const PlaceRequest& each : requests) {
    const std::optional<std::uint32_t> rate = queue_at(each.queue).bounds.sends_per_second;
    if (!rate) continue;
    wanted.push_back(
        {.queue = each.queue,
         .messages = {.per_second = *rate, .tokens = each.messages, .patience = send_patience}});
  }
  return send_rates_.take(wanted, now);
}

}  // namespace mailrail::engine
