// Decisions about poison conversations: what is spent, and how a parked conversation goes on.

#include "engine/poison.h"

#include "base/seeded_bug.h"
#include "engine/engine.h"

namespace mailrail::engine {

// Was the message received here as often as it may be, by what counts? A dead letter may come with
// a count that is too high here, too: it is given once all the same.
bool Engine::is_spent(const Queue& queue, Index entry) const {
  const std::optional<DeadLetter>& policy = queue.attributes.dead_letter;
  const Delivery* delivery = delivery_of(store_.entries[entry]);
  if (!policy || delivery == nullptr || !delivery->was_received_here()) return false;
  const std::uint32_t forgiven = contents_of(queue).forgiven(store_.entries[entry].seq);
  return delivery->receive_count >= forgiven &&
         delivery->receive_count - forgiven >= policy->receive_count_max;
}

const Queue* Engine::dead_letters_of(const Queue& queue) const {
  if (!queue.attributes.dead_letter) return nullptr;
  return find_target(queue, queue.attributes.dead_letter->target);
}

const Queue* Engine::find_target(const Queue& from, const QueueName& name) const {
  const Queue* target = find_queue(name);
  const bool can_take =
      target != nullptr && target != &from && target->attributes.is_fifo == from.attributes.is_fifo;
  return can_take ? target : nullptr;
}

// That a conversation is parked no more because nothing is left of it is a fact of its own: a
// checkpoint may have seen one that began under its name since.
void Engine::remove(Turn& turn, const Queue& queue, Index entry, RemovalReason why) {
  const Group& group = store_.groups[store_.entries[entry].group];
  const Seq seq = store_.entries[entry].seq;
  if (group.is_parked && group.size == 1 && !has_bug(SeededBug::keeps_parking_of_emptied))
    record(turn, ConversationUnparked{.queue = queue.id, .group = group.name_view()});
  record(turn, Removed{.queue = queue.id, .why = why, .seqs = {seq}});
}

// --- What there is.

ParkedConversation Engine::describe(Index number, Instant since) const {
  const Group& group = store_.groups[number];
  const Entry& head = store_.entries[group.head];
  const QueueId queue = contents_[group.contents]->queue();
  const Delivery delivery = delivery_or_origin(queue_at(queue), head);
  return {.group = std::string(group.name_view()),
          .since = since,
          .message_count = group.size,
          .head = head.seq,
          .head_origin_queue = delivery.origin_queue,
          .head_origin_seq = delivery.origin_seq(),
          .head_redrives = delivery.redrives(),
          .head_receive_count = delivery.receive_count,
          .head_sent = head.sent};
}

std::vector<ParkedConversation> Engine::parked(QueueId queue,
                                               std::string_view after,
                                               std::size_t count_max) const {
  std::vector<ParkedConversation> page;
  const Parking::Places& places = contents_of(queue_at(queue)).parked();
  auto each = places.upper_bound(after);
  for (; each != places.end() && page.size() < count_max; ++each)
    page.push_back(describe(each->second.group, each->second.since));
  return page;
}

std::optional<ParkedConversation> Engine::find_parked(QueueId queue, std::string_view group) const {
  const Parking::Place* place = find_place(queue_at(queue), group);
  if (place == nullptr) return std::nullopt;
  return describe(place->group, place->since);
}

const Parking::Place* Engine::find_place(const Queue& queue, std::string_view group) const {
  const Parking::Places& places = contents_of(queue).parked();
  const auto found = places.find(group);
  return found == places.end() ? nullptr : &found->second;
}

// --- How it goes on.

// All that were received here are at the front: whoever receives takes from there.
void Engine::unpark(Turn& turn, const Queue& queue, Index number) {
  const Group& group = store_.groups[number];
  ConversationUnparked fact{.queue = queue.id, .group = group.name_view()};
  for (Index each = group.head; each != no_index; each = store_.entries[each].next) {
    const Delivery* delivery = delivery_of(store_.entries[each]);
    if (delivery == nullptr || !delivery->was_received_here()) break;
    fact.forgiven.push_back(
        {.seq = store_.entries[each].seq, .receive_count = delivery->receive_count});
  }
  record(turn, fact);
}

void Engine::park(Turn& turn, QueueId queue, std::string_view group) {
  const Index found = store_.groups.find(queue_at(queue).contents, group);
  if (found == no_index || store_.groups[found].is_parked) return;
  record(turn, ConversationParked{.queue = queue, .group = group, .at = turn.now});
}

ParkedResult Engine::retry(Turn& turn, QueueId queue, std::string_view group) {
  const Queue& of = queue_at(queue);
  const Parking::Place* parked = find_place(of, group);
  if (parked == nullptr) return ParkedResult::not_parked;
  if (is_damaged(store_.groups[parked->group].head)) return ParkedResult::head_damaged;
  unpark(turn, of, parked->group);
  return ParkedResult::done;
}

ParkedResult Engine::skip(Turn& turn, QueueId queue, std::string_view group, SkipTo to) {
  const Queue& of = queue_at(queue);
  const Parking::Place* place = find_place(of, group);
  if (place == nullptr) return ParkedResult::not_parked;
  const Index parked = place->group;
  const Index head = store_.groups[parked].head;
  const Entry& entry = store_.entries[head];
  const Delivery* delivery = delivery_of(entry);
  if (entry.state == EntryState::in_flight && delivery->until > turn.now)
    return ParkedResult::head_in_flight;
  if (to == SkipTo::nowhere) {
    unpark(turn, of, parked);
    remove(turn, of, head, RemovalReason::deleted);
    return ParkedResult::done;
  }
  if (is_damaged(head)) return ParkedResult::head_damaged;
  const Queue* target = dead_letters_of(of);
  if (target == nullptr) return ParkedResult::no_dead_letters;
  unpark(turn, of, parked);
  move_to_dead_letters(turn, of, entry, *target);
  return ParkedResult::done;
}

std::optional<DropRequest> Engine::drop_request(QueueId queue, std::string_view group) const {
  const auto parked = find_parked(queue, group);
  if (!parked) return std::nullopt;
  return DropRequest{.group = parked->group, .parked_since = parked->since, .through = last_seq_};
}

DropResult Engine::drop(Turn& turn,
                        QueueId queue,
                        const DropRequest& request,
                        std::size_t count_max) {
  const Queue& of = queue_at(queue);
  const Parking::Place* place = find_place(of, request.group);
  if (place == nullptr || place->since != request.parked_since) return {};
  const Index parked = place->group;
  const Group& group = store_.groups[parked];
  Removed fact{.queue = queue, .why = RemovalReason::deleted, .seqs = {}};
  Index next = group.head;
  for (; next != no_index && fact.seqs.size() < count_max; next = store_.entries[next].next) {
    if (store_.entries[next].seq > request.through) break;
    fact.seqs.push_back(store_.entries[next].seq);
  }
  const bool has_more = next != no_index && store_.entries[next].seq <= request.through;
  if (!has_more) unpark(turn, of, parked);
  if (!fact.seqs.empty()) record(turn, fact);
  return {.was_parked = true, .has_more = has_more, .removed = fact.seqs.size()};
}

}  // namespace mailrail::engine
