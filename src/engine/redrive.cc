// Redrive of messages that somebody chose.

#include <algorithm>
#include <set>

#include "engine/engine.h"

namespace mailrail::engine {

FoundMessages Engine::find(Instant now, const FindRequest& request) const {
  const Queue& queue = queue_at(request.queue);
  const Contents& contents = contents_of(queue);
  FoundMessages found;
  Seq seen = request.after;
  std::size_t looks = 0;
  for (Index each = contents.first_from(seen + 1);
       each != no_index && found.messages.size() < request.ids.size();
       each = contents.first_from(seen + 1)) {
    if (looks++ == request.looks_max) {
      found.next = seen;
      break;
    }
    const Entry& entry = store_.entries[each];
    seen = entry.seq;
    const Delivery origin = delivery_or_origin(queue, entry);
    const Hash128 id =
        identity_->message_number(origin.origin_queue, origin.origin_seq(), origin.redrives());
    if (std::ranges::binary_search(request.ids, id) && !is_expired(queue, entry, now))
      found.messages.push_back({.id = id, .seq = entry.seq});
  }
  return found;
}

std::expected<std::vector<RedriveResult>, MoveTaskVerdict> Engine::redrive(
    Turn& turn, const RedriveRequest& request) {
  advance(turn.now);
  const Queue& source = queue_at(request.source);
  if (const auto refusal = refusal_of_move(source, request.destination))
    return std::unexpected(*refusal);
  std::vector<RedriveResult> results;
  std::set<Index> held_up;  // Conversations of which one stays.
  for (const Seq each : request.messages) {
    const Index index = find_entry(source, each);
    if (index == no_index || is_expired(source, store_.entries[index], turn.now)) {
      results.push_back({.verdict = RedriveVerdict::not_there});
      continue;
    }
    const Index group = store_.entries[index].group;
    RedriveResult result{.state = contents_of(source).state_of(index)};
    if (result.state == MessageState::visible && held_up.contains(group))
      result.state = MessageState::blocked;
    if (result.state != MessageState::visible) {
      result.verdict = RedriveVerdict::not_visible;
    } else {
      result = redrive_one(turn, source, index, request.destination);
    }
    if (source.attributes.is_fifo && result.verdict != RedriveVerdict::moved) held_up.insert(group);
    results.push_back(result);
  }
  return results;
}

RedriveResult Engine::redrive_one(Turn& turn,
                                  const Queue& source,
                                  Index index,
                                  const std::optional<QueueName>& destination) {
  const Entry& entry = store_.entries[index];
  const auto to = way_out(source, entry, destination);
  if (!to && to.error() == MoveTaskFailure::no_source)
    return {.verdict = RedriveVerdict::no_source};
  if (!to) return {.verdict = RedriveVerdict::no_destination};
  record(turn, redriven(source, entry, **to, turn.now));
  return {.to = (*to)->id};
}

}  // namespace mailrail::engine
