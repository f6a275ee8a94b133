// Decisions about messages: sending, receiving, deleting, hiding.

#include <algorithm>

#include "base/check.h"
#include "engine/engine.h"
#include "engine/limits.h"

namespace mailrail::engine {

struct Engine::Receiving {
  const Queue& queue;
  Contents& contents;
  std::size_t count_max;
  Duration visibility_timeout;
  Hash128 attempt;
  std::string_view receiver = {};
  std::size_t set_aside = 0;
  ReceiveResult result = {};

  bool is_full() const { return result.messages.size() >= count_max; }
  bool is_exhausted() const { return set_aside >= set_aside_per_receive_max; }
  bool is_at_limit() const { return contents.in_flight() >= in_flight_max; }
};

enum class Engine::Fate : std::uint8_t {
  given,
  gone,   // It left the queue; the one behind it is next.
  stays,  // Neither it nor what is behind it in its conversation can be given.
};

SendResult Engine::send(Turn& turn, const SendRequest& request) {
  const Queue& queue = queue_at(request.queue);
  Sent fact{.queue = queue.id,
            .seq = last_seq_ + 1,
            .at = turn.now,
            .group = request.group,
            .record = request.record,
            .message_bytes = request.message_bytes};
  if (queue.attributes.is_fifo) {
    CHECK(!request.group.empty());
    fact.deduplication_id = request.deduplication_id;
    fact.deduplication_key = deduplication_key(queue, request);
    if (const auto original = deduplication_.find(fact.deduplication_key, turn.now))
      return {.queue = queue.id, .seq = *original};
  } else {
    const Duration delay = request.delay.value_or(queue.attributes.delay);
    fact.delay_seconds =
        static_cast<std::uint16_t>(std::chrono::duration_cast<std::chrono::seconds>(delay).count());
  }
  make_room(turn, queue);
  record(turn, fact);
  return {.queue = queue.id, .seq = fact.seq};
}

std::optional<SendResult> Engine::original_of(Instant now, const SendRequest& request) const {
  const Queue& queue = queue_at(request.queue);
  if (!queue.attributes.is_fifo) return std::nullopt;
  const auto original = deduplication_.find(deduplication_key(queue, request), now);
  if (!original) return std::nullopt;
  return SendResult{.queue = queue.id, .seq = *original};
}

Hash128 Engine::deduplication_key(const Queue& queue, const SendRequest& request) const {
  CHECK(!request.deduplication_id.empty());
  const bool is_per_group =
      queue.attributes.deduplication_scope == DeduplicationScope::message_group;
  return identity_->deduplication_key(queue.id, queue.purged_below,
                                      is_per_group ? request.group : std::string_view{},
                                      request.deduplication_id);
}

ReceiveResult Engine::receive(Turn& turn, const ReceiveRequest& request) {
  advance(turn.now);
  const Queue& queue = queue_at(request.queue);
  if (queue.bounds.is_paused) return {};
  Receiving receiving{.queue = queue,
                      .contents = contents_of(queue),
                      .count_max = request.count_max,
                      .visibility_timeout =
                          request.visibility_timeout.value_or(queue.attributes.visibility_timeout),
                      .attempt = {},
                      .receiver = request.receiver};
  if (!queue.attributes.is_fifo) {
    take_from_standard(turn, receiving);
  } else {
    if (!request.attempt.empty()) {
      receiving.attempt = identity_->attempt_key(queue.id, request.attempt);
      receiving.result.is_repeatable = true;
      receive_again(turn, receiving);
    }
    if (receiving.result.messages.empty()) take_from_fifo(turn, receiving);
  }
  ReceiveResult& result = receiving.result;
  result.is_unfinished = result.messages.empty() && receiving.is_exhausted();
  result.is_at_limit = result.messages.empty() && receiving.is_at_limit();
  return std::move(result);
}

// The same attempt again: the same messages under the same handles, their time starting over,
// unless any has changed.
void Engine::receive_again(Turn& turn, Receiving& receiving) {
  const auto given = attempts_.find(receiving.attempt, turn.now);
  for (const auto& [seq, generation, until] : given) {
    const Index entry = find_entry(receiving.queue, seq);
    if (entry == no_index || is_damaged(entry)) return;
    const Delivery* delivery = delivery_of(store_.entries[entry]);
    if (delivery == nullptr || delivery->receive_count != generation || delivery->until != until ||
        until <= turn.now)
      return;
  }
  for (const auto& [seq, generation, until] : given) {
    const Index entry = find_entry(receiving.queue, seq);
    Delivery& delivery = *delivery_of(store_.entries[entry]);
    record(turn, Leased{.queue = receiving.queue.id,
                        .seq = seq,
                        .until = turn.now + receiving.visibility_timeout,
                        .started = delivery.lease_started,
                        .first_received = delivery.first_received,
                        .receive_count = generation,
                        .attempt = receiving.attempt});
    give(receiving, entry);
  }
}

// One message of each tenant in turn.
void Engine::take_from_standard(Turn& turn, Receiving& receiving) {
  while (!receiving.is_full() && !receiving.is_exhausted() && !receiving.is_at_limit()) {
    const Index group = receiving.contents.next_group(turn.now);
    if (group == no_index) return;
    const Index entry = receiving.contents.next_message(group);
    if (set_aside(turn, receiving, entry) != Fate::given) continue;
    lease(turn, receiving, entry);
    receiving.contents.served(group);
  }
}

// As many as possible of one conversation, in order, then the next conversation.
void Engine::take_from_fifo(Turn& turn, Receiving& receiving) {
  while (!receiving.is_full() && !receiving.is_exhausted() && !receiving.is_at_limit()) {
    const Index group = receiving.contents.next_group(turn.now);
    if (group == no_index) return;
    Index entry = receiving.contents.next_message(group);
    while (entry != no_index && !receiving.is_full() && !receiving.is_exhausted() &&
           !receiving.is_at_limit()) {
      const Index behind = receiving.contents.next_in_order(entry);
      const Fate fate = set_aside(turn, receiving, entry);
      if (fate == Fate::stays) break;
      if (fate == Fate::given) lease(turn, receiving, entry);
      entry = behind;
    }
  }
}

// Removes an expired message, marks one whose body was found damaged by another, moves a dead
// letter, parks a conversation.
Engine::Fate Engine::set_aside(Turn& turn, Receiving& receiving, Index index) {
  const Entry& entry = store_.entries[index];
  const QueueAttributes& attributes = receiving.queue.attributes;
  if (is_expired(receiving.queue, entry, turn.now)) {
    remove(turn, receiving.queue, index, RemovalReason::expired);
    receiving.set_aside += 1;
    return Fate::gone;
  }
  if (entry.is_shared && store_.shared[entry.part.body].is_damaged) {
    record(turn, Damaged{.queue = receiving.queue.id,
                         .seq = entry.seq,
                         .position = store_.body_of(entry).position});
    receiving.set_aside += 1;
    return Fate::stays;
  }
  if (!is_spent(receiving.queue, index)) return Fate::given;
  if (attributes.is_fifo && attributes.on_poison == OnPoison::park)
    return park(turn, receiving, index);
  const Queue* target = dead_letters_of(receiving.queue);
  if (target == nullptr) return Fate::given;  // Better received once more than lost.
  move_to_dead_letters(turn, receiving.queue, entry, *target);
  receiving.result.moved_dead_letters = true;
  receiving.set_aside += 1;
  return Fate::gone;
}

// A message that follows others in the answer may become a head yet: it keeps its conversation for
// the next receive.
Engine::Fate Engine::park(Turn& turn, Receiving& receiving, Index index) {
  const Group& group = store_.groups[store_.entries[index].group];
  if (group.head != index) return Fate::stays;
  record(turn, ConversationParked{
                   .queue = receiving.queue.id, .group = group.name_view(), .at = turn.now});
  receiving.set_aside += 1;
  return Fate::stays;
}

void Engine::lease(Turn& turn, Receiving& receiving, Index index) {
  const Entry& entry = store_.entries[index];
  const Delivery* delivery = delivery_of(entry);
  const bool was_received = delivery != nullptr && delivery->was_received();
  record(turn, Leased{.queue = receiving.queue.id,
                      .seq = entry.seq,
                      .until = turn.now + receiving.visibility_timeout,
                      .started = turn.now,
                      .first_received = was_received ? delivery->first_received : turn.now,
                      .receive_count = was_received ? delivery->receive_count + 1 : 1,
                      .attempt = receiving.attempt});
  receivers_.note(entry.seq, receiving.receiver);
  give(receiving, index);
}

// Adds a message, as its lease now says, to the answer.
void Engine::give(Receiving& receiving, Index index) const {
  receiving.result.messages.push_back(shown(receiving.queue, index));
  if (!receiving.queue.attributes.is_fifo) return;
  receiving.result.messages.back().conversation = store_.entries[index].group;
}

// As it is, received or not.
ReceivedMessage Engine::shown(const Queue& queue, Index index) const {
  const Entry& entry = store_.entries[index];
  const Delivery delivery = delivery_or_origin(queue, entry);
  ReceivedMessage message{.queue = queue.id,
                          .seq = entry.seq,
                          .body = store_.body_of(entry),
                          .sent = entry.sent,
                          .first_received = delivery.first_received,
                          .receive_count = delivery.receive_count,
                          .origin_queue = delivery.origin_queue,
                          .origin_seq = delivery.origin_seq(),
                          .redrives = delivery.redrives(),
                          .share = store_.share_of(entry),
                          .is_grouped = !store_.groups[entry.group].is_ungrouped()};
  if (delivery.source != no_index) message.dead_letter_source = sources_[delivery.source];
  return message;
}

// Of a message that was never received it says only where that was sent.
Delivery Engine::delivery_or_origin(const Queue& queue, const Entry& entry) const {
  if (const Delivery* known = delivery_of(entry)) return *known;
  Delivery delivery;
  delivery.origin_queue = queue.id;
  delivery.origin = entry.seq.value();
  return delivery;
}

void Engine::move_to_dead_letters(Turn& turn,
                                  const Queue& from,
                                  const Entry& entry,
                                  const Queue& to) {
  const Delivery delivery = delivery_or_origin(from, entry);
  record(turn, Moved{.from = from.id,
                     .from_seq = entry.seq,
                     .to = to.id,
                     .seq = last_seq_ + 1,
                     // "The enqueue timestamp is unchanged" on a standard queue and "is reset" on a
                     // FIFO queue (Amazon SQS Developer Guide, dead-letter queues and retention).
                     .sent = to.attributes.is_fifo ? turn.now : entry.sent,
                     .body = store_.body_of(entry),
                     .group = store_.groups[entry.group].name_view(),
                     .origin_queue = delivery.origin_queue,
                     .origin_seq = delivery.origin_seq(),
                     .receive_count = delivery.receive_count,
                     .first_received = delivery.first_received,
                     .redrives = delivery.redrives(),
                     .share = store_.share_of(entry)});
}

DeleteResult Engine::delete_message(Turn& turn, const ReceiptHandle& handle) {
  const Queue& queue = queue_at(handle.queue);
  const Index entry = find_entry(queue, handle.seq);
  if (entry == no_index) return DeleteResult::done;
  if (queue.attributes.is_fifo && !is_current(handle, entry, turn.now))
    return DeleteResult::handle_expired;
  remove(turn, queue, entry, RemovalReason::deleted);
  return DeleteResult::done;
}

VisibilityResult Engine::change_visibility(Turn& turn,
                                           const ReceiptHandle& handle,
                                           Duration timeout) {
  advance(turn.now);
  const Queue& queue = queue_at(handle.queue);
  const Index index = find_entry(queue, handle.seq);
  if (index == no_index || is_damaged(index)) return VisibilityResult::no_such_message;
  if (queue.attributes.is_fifo && !is_current(handle, index, turn.now))
    return VisibilityResult::handle_expired;
  const Entry& entry = store_.entries[index];
  const Delivery* delivery = delivery_of(entry);
  const bool is_in_flight = entry.state == EntryState::in_flight;
  const Instant started =
      is_in_flight ? delivery->lease_started : turn.now;  // A standard queue hides it anew.
  if (turn.now + timeout > started + lease_total_max) return VisibilityResult::beyond_limit;
  const bool was_received = delivery != nullptr && delivery->was_received();
  // On a standard queue the lease itself may be what a crash took back: then the handle says what
  // it was.
  record(turn, Leased{.queue = queue.id,
                      .seq = entry.seq,
                      .until = turn.now + timeout,
                      .started = started,
                      .first_received = was_received ? delivery->first_received : turn.now,
                      .receive_count = was_received ? delivery->receive_count : handle.generation});
  return VisibilityResult::done;
}

void Engine::give_back(Turn& turn, const ReceiptHandle& handle) {
  const Queue* queue = find_queue(handle.queue);
  if (queue == nullptr) return;
  const Index entry = find_entry(*queue, handle.seq);
  if (entry == no_index || is_damaged(entry) || !is_current(handle, entry, turn.now)) return;
  const Delivery& delivery = *delivery_of(store_.entries[entry]);
  record(turn, Leased{.queue = queue->id,
                      .seq = handle.seq,
                      .until = turn.now,
                      .started = delivery.lease_started,
                      .first_received = delivery.first_received,
                      .receive_count = delivery.receive_count});
}

bool Engine::mark_damaged(Turn& turn, QueueId queue, Seq seq, Position position) {
  const Queue* found = find_queue(queue);
  if (found == nullptr) return false;
  const Index index = find_entry(*found, seq);
  if (index == no_index || is_damaged(index)) return false;
  const Entry& entry = store_.entries[index];
  if (store_.body_of(entry).position != position) return false;
  if (entry.is_shared && !store_.shared[entry.part.body].is_damaged)
    record(turn, SharedBodyDamaged{.publication = store_.shared[entry.part.body].publication,
                                   .position = position});
  record(turn, Damaged{.queue = queue, .seq = seq, .position = position});
  return true;
}

bool Engine::mark_damaged(Turn& turn, const OldBody& body) {
  if (!body.publication) return mark_damaged(turn, body.queue, body.seq, body.body.position);
  const Index shared = store_.shared.find(*body.publication);
  if (shared == no_index || store_.shared[shared].is_damaged ||
      store_.shared[shared].position != body.body.position)
    return false;
  record(turn, SharedBodyDamaged{.publication = *body.publication, .position = body.body.position});
  return true;
}

// Is this the lease that the message is under now?
bool Engine::is_current(const ReceiptHandle& handle, Index entry, Instant now) const {
  const Delivery* delivery = delivery_of(store_.entries[entry]);
  return delivery != nullptr && delivery->receive_count == handle.generation &&
         delivery->until > now;
}

}  // namespace mailrail::engine
