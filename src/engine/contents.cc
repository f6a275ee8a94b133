#include "engine/contents.h"

#include "base/check.h"
#include "engine/limits.h"
#include "engine/returned.h"

namespace mailrail::engine {

Contents::Contents(Store& store, Index self, QueueId queue, QueueType type)
    : store_(store), self_(self), queue_(queue), type_(type) {}

void Contents::add(const Entry& values, std::string_view group_name, const Delivery* delivery) {
  const Index entry = store_.entries.take();
  const Index group = store_.groups.obtain(self_, group_name);
  Entry& added = store_.entries[entry];
  added = values;
  added.group = group;
  added.state = EntryState::fresh;
  if (delivery != nullptr) {
    added.delivery = store_.deliveries.take();
    store_.deliveries[added.delivery] = *delivery;
    store_.deliveries[added.delivery].entry = entry;
  }
  index_.insert(added.seq, entry);
  note_coming(added);
  if (added.is_shared) {
    store_.shared.join(added.part.body);
  } else {
    store_.live.add(added.position, added.length);
  }
  body_bytes_ += store_.body_of(added).length;
  store_.groups[group].size += 1;
  if (store_.groups[group].is_parked) parked_messages_ += 1;
  if (type_ == QueueType::standard && added.delay_seconds > 0) {
    added.state = EntryState::delayed;
    delayed_ += 1;
    store_.delays.insert(entry);
    return;
  }
  push_back(group, entry);
  if (holds_back_) {
    delayed_ += 1;
    schedule_due();
  }
  refresh(group);
}

void Contents::lease(Index entry, const Delivery& values) {
  Entry& leased = store_.entries[entry];
  const Index group = leased.group;
  if (leased.delivery == no_index) {
    leased.delivery = store_.deliveries.take();
    store_.deliveries[leased.delivery].origin_queue = queue_;
    store_.deliveries[leased.delivery].origin = leased.seq.value();
    store_.deliveries[leased.delivery].entry = entry;
  }
  if (is_undelivered(leased)) note_delivery(leased);
  switch (leased.state) {
    case EntryState::delayed:
      store_.delays.remove(entry);
      delayed_ -= 1;
      break;
    case EntryState::fresh:
      if (type_ == QueueType::standard) unlink(group, entry);
      if (!is_due(leased))
        delayed_ -= 1;  // Replay does not turn the clock: it need not be known to be due.
      break;
    case EntryState::returned:
      store_.groups[group].returned =
          returned::erase(store_.entries, store_.groups[group].returned, entry);
      break;
    case EntryState::in_flight:
      store_.leases.remove(entry);
      break;
    case EntryState::damaged:
      break;
  }
  const bool is_damaged = leased.state == EntryState::damaged;  // Then it stays so.
  if (!is_damaged && leased.state != EntryState::in_flight) count_in_flight(group, +1);
  if (!is_damaged) leased.state = EntryState::in_flight;
  Delivery& delivery = store_.deliveries[leased.delivery];
  delivery.until = values.until;
  delivery.lease_started = values.lease_started;
  delivery.first_received = values.first_received;
  delivery.receive_count = values.receive_count;
  if (is_damaged) return;
  store_.leases.insert(entry);
  refresh(group);
  judge_noise(group);
}

void Contents::remove(Index entry) {
  Entry& removed = store_.entries[entry];
  const Index group = removed.group;
  switch (removed.state) {
    case EntryState::delayed:
      store_.delays.remove(entry);
      delayed_ -= 1;
      break;
    case EntryState::fresh:
      if (!is_due(removed)) delayed_ -= 1;
      unlink(group, entry);
      break;
    case EntryState::returned:
      store_.groups[group].returned =
          returned::erase(store_.entries, store_.groups[group].returned, entry);
      break;
    case EntryState::in_flight:
      store_.leases.remove(entry);
      if (type_ == QueueType::fifo) unlink(group, entry);
      count_in_flight(group, -1);
      break;
    case EntryState::damaged:
      if (type_ == QueueType::fifo) unlink(group, entry);
      damaged_ -= 1;
      break;
  }
  index_.erase(removed.seq);
  note_going(removed);
  parking_.forget(removed.seq);
  const bool is_damaged = removed.state == EntryState::damaged;
  body_bytes_ -= store_.body_of(removed).length;
  if (removed.is_shared) {
    store_.shared.leave(removed.part.body);
  } else if (!is_damaged) {
    store_.live.remove(removed.position, removed.length);
  }
  if (removed.delivery != no_index) store_.deliveries.give_back(removed.delivery);
  store_.entries.give_back(entry);
  store_.groups[group].size -= 1;
  if (store_.groups[group].is_parked && !is_damaged) parked_messages_ -= 1;
  refresh(group);
  if (store_.groups[group].size > 0) return;
  if (store_.groups[group].is_parked) unpark(group);
  store_.groups.free(group);
}

void Contents::relocate(Index entry, Position position) {
  Entry& relocated = store_.entries[entry];
  CHECK(!relocated.is_shared);
  const bool is_live = relocated.state != EntryState::damaged;
  if (is_live) store_.live.remove(relocated.position, relocated.length);
  relocated.position = position;
  if (is_live) store_.live.add(relocated.position, relocated.length);
}

void Contents::mark_damaged(Index entry) {
  Entry& damaged = store_.entries[entry];
  const Index group = damaged.group;
  switch (damaged.state) {
    case EntryState::delayed:
      store_.delays.remove(entry);
      delayed_ -= 1;
      break;
    case EntryState::fresh:
      if (!is_due(damaged)) delayed_ -= 1;
      if (type_ == QueueType::standard) unlink(group, entry);
      break;
    case EntryState::returned:
      store_.groups[group].returned =
          returned::erase(store_.entries, store_.groups[group].returned, entry);
      break;
    case EntryState::in_flight:
      store_.leases.remove(entry);
      count_in_flight(group, -1);
      break;
    case EntryState::damaged:
      return;
  }
  damaged.state = EntryState::damaged;
  damaged_ += 1;
  if (store_.groups[group].is_parked) parked_messages_ -= 1;
  if (!damaged.is_shared) store_.live.remove(damaged.position, damaged.length);
  refresh(group);
}

void Contents::park(Index group, Instant since) {
  Group& parked = store_.groups[group];
  parking_.park(parked.name_view(), {.group = group, .since = since});
  if (!parked.is_parked) parked_messages_ += sound_in(parked);
  parked.is_parked = true;
  refresh(group);
}

void Contents::unpark(Index group) {
  Group& unparked = store_.groups[group];
  if (!unparked.is_parked) return;
  parking_.leave(unparked.name_view());
  parked_messages_ -= sound_in(unparked);
  unparked.is_parked = false;
  refresh(group);
}

// Damage is rare: only a queue that has some is looked through.
std::uint64_t Contents::sound_in(const Group& group) const {
  if (damaged_ == 0) return group.size;
  std::uint64_t count = 0;
  for (Index each = group.head; each != no_index; each = store_.entries[each].next)
    count += store_.entries[each].state == EntryState::damaged ? 0 : 1;
  return count;
}

void Contents::unpark_all() {
  while (!parked().empty()) unpark(parked().begin()->second.group);
}

void Contents::detach() {
  is_detached_ = true;
  schedule_due();  // Takes it off the schedule: it may be freed before its messages are due.
}

void Contents::lease_ended(Index entry) {
  const Index group = store_.entries[entry].group;
  count_in_flight(group, -1);
  store_.entries[entry].state = type_ == QueueType::fifo ? EntryState::fresh : EntryState::returned;
  if (!is_due(store_.entries[entry])) delayed_ += 1;
  if (type_ == QueueType::standard) {
    store_.groups[group].returned =
        returned::insert(store_.entries, store_.groups[group].returned, entry);
  }
  refresh(group);
}

void Contents::delay_ended(Index entry) {
  delayed_ -= 1;
  store_.entries[entry].state = EntryState::fresh;
  push_back(store_.entries[entry].group, entry);
  refresh(store_.entries[entry].group);
}

void Contents::set_delay(Duration delay) {
  if (type_ != QueueType::fifo || delay == delay_) return;
  delay_ = delay;
  // Start over: nothing is known to be due until let_due_through() has looked at it. What is in
  // flight stays so.
  holds_back_ = true;
  due_before_ = Seq(0);
  delayed_ = size() - in_flight_ - damaged_;
  schedule_due();
}

std::size_t Contents::let_due_through(Instant now, std::size_t count_max) {
  std::size_t count = 0;
  for (; count < count_max; ++count) {
    const Index entry = index_.first_from(due_before_);
    if (entry == no_index) break;
    const Entry& candidate = store_.entries[entry];
    if (candidate.sent + delay_ > now) break;
    if (candidate.state == EntryState::fresh) delayed_ -= 1;
    due_before_ = candidate.seq + 1;
    refresh(candidate.group);
  }
  if (delay_ == Duration(0) && index_.first_from(due_before_) == no_index) {
    CHECK(delayed_ == 0);
    holds_back_ = false;
  }
  schedule_due();
  return count;
}

Index Contents::next_group(Instant now) {
  while (rotation_head_ != no_index) {
    if (can_be_served(store_.groups[rotation_head_])) return rotation_head_;
    unlink_ready(rotation_head_);  // A longer delay was set since it was linked.
  }
  if (noisy_.empty()) return no_index;
  const Index group = noisy_.begin()->second;
  calm_if_silent(group, now);
  return group;
}

Index Contents::next_message(Index group) const {
  const Group& served = store_.groups[group];
  if (served.returned != no_index) return returned::first(store_.entries, served.returned);
  return served.head;
}

Index Contents::next_in_order(Index entry) const {
  const Index next = store_.entries[entry].next;
  if (next == no_index) return no_index;
  const Entry& candidate = store_.entries[next];
  return candidate.state == EntryState::fresh && is_due(candidate) ? next : no_index;
}

bool Contents::is_receivable(Index entry) const {
  const Entry& candidate = store_.entries[entry];
  if (type_ == QueueType::standard)
    return candidate.state == EntryState::fresh || candidate.state == EntryState::returned;
  const Group& group = store_.groups[candidate.group];
  return group.head == entry && can_be_served(group);
}

bool Contents::is_stopped(Index entry) const {
  const Entry& candidate = store_.entries[entry];
  if (candidate.state == EntryState::damaged) return true;
  if (type_ == QueueType::standard) return false;
  const Index head = store_.groups[candidate.group].head;
  return store_.entries[head].state == EntryState::damaged;
}

MessageState Contents::state_of(Index index) const {
  const Entry& entry = store_.entries[index];
  const Group& group = store_.groups[entry.group];
  if (entry.state == EntryState::damaged ||
      (entry.is_shared && store_.shared[entry.part.body].is_damaged))
    return MessageState::damaged;
  if (entry.state == EntryState::in_flight) return MessageState::in_flight;
  if (group.is_parked) return MessageState::parked;
  if (entry.state == EntryState::delayed || !is_due(entry)) return MessageState::delayed;
  const bool is_behind = type_ == QueueType::fifo && group.head != index;
  return is_behind && !can_be_served(group) ? MessageState::blocked : MessageState::visible;
}

Index Contents::first_behind(Seq after, Index group) const {
  if (group != no_index && after == Seq()) return store_.groups[group].head;
  const Index entry = group == no_index ? no_index : index_.find(after);
  return entry == no_index ? index_.first_from(after + 1) : following(entry, group);
}

Index Contents::following(Index entry, Index group) const {
  const Entry& current = store_.entries[entry];
  return current.group == group ? current.next : index_.first_from(current.seq + 1);
}

void Contents::served(Index group) {
  if (!store_.groups[group].is_ready || store_.groups[group].is_noisy || rotation_tail_ == group)
    return;
  unlink_ready(group);
  link_ready(group);
}

bool Contents::can_be_served(const Group& group) const {
  if (type_ == QueueType::standard) return group.returned != no_index || group.head != no_index;
  if (group.head == no_index || group.is_parked) return false;
  const Entry& head = store_.entries[group.head];
  return head.state == EntryState::fresh && is_due(head);
}

void Contents::refresh(Index group) {
  Group& refreshed = store_.groups[group];
  if (type_ == QueueType::fifo) count_blocked(refreshed);
  const bool can = can_be_served(refreshed);
  if (can && !refreshed.is_ready) {
    link_ready(group);
    wake();
  } else if (!can && refreshed.is_ready) {
    unlink_ready(group);
    refreshed.is_noisy = false;  // Its backlog is empty.
  }
}

// Something waits, or would wait, behind a head that is given to nobody now.
void Contents::count_blocked(Group& group) {
  bool is_blocked = false;
  if (group.head != no_index && !group.is_parked) {
    const EntryState head = store_.entries[group.head].state;
    is_blocked = head == EntryState::damaged ||
                 (head == EntryState::in_flight && group.size > group.in_flight);
  }
  if (is_blocked == group.is_blocked) return;
  group.is_blocked = is_blocked;
  groups_blocked_ = is_blocked ? groups_blocked_ + 1 : groups_blocked_ - 1;
}

void Contents::link_ready(Index group) {
  Group& linked = store_.groups[group];
  linked.is_ready = true;
  if (linked.is_noisy) {
    noisy_.emplace(linked.in_flight, group);
    return;
  }
  linked.rotation_previous = rotation_tail_;
  linked.rotation_next = no_index;
  (rotation_tail_ == no_index ? rotation_head_ : store_.groups[rotation_tail_].rotation_next) =
      group;
  rotation_tail_ = group;
}

void Contents::unlink_ready(Index group) {
  Group& unlinked = store_.groups[group];
  unlinked.is_ready = false;
  if (unlinked.is_noisy) {
    noisy_.erase({unlinked.in_flight, group});
    return;
  }
  const Index previous = unlinked.rotation_previous;
  const Index next = unlinked.rotation_next;
  (previous == no_index ? rotation_head_ : store_.groups[previous].rotation_next) = next;
  (next == no_index ? rotation_tail_ : store_.groups[next].rotation_previous) = previous;
}

void Contents::push_back(Index group, Index entry) {
  Group& grown = store_.groups[group];
  store_.entries[entry].previous = grown.tail;
  store_.entries[entry].next = no_index;
  (grown.tail == no_index ? grown.head : store_.entries[grown.tail].next) = entry;
  grown.tail = entry;
}

void Contents::unlink(Index group, Index entry) {
  Group& shrunk = store_.groups[group];
  const Index previous = store_.entries[entry].previous;
  const Index next = store_.entries[entry].next;
  (previous == no_index ? shrunk.head : store_.entries[previous].next) = next;
  (next == no_index ? shrunk.tail : store_.entries[next].previous) = previous;
}

void Contents::count_in_flight(Index group, int change) {
  Group& counted = store_.groups[group];
  const bool is_listed = counted.is_ready && counted.is_noisy;
  if (is_listed) noisy_.erase({counted.in_flight, group});
  if (counted.in_flight == 0) groups_in_flight_ += 1;
  counted.in_flight += static_cast<std::uint32_t>(change);
  if (counted.in_flight == 0) groups_in_flight_ -= 1;
  in_flight_ += static_cast<std::uint64_t>(static_cast<std::int64_t>(change));
  if (is_listed) noisy_.emplace(counted.in_flight, group);
  if (change < 0) wake();  // The queue may have been at its limit of messages in flight.
}

void Contents::judge_noise(Index group) {
  Group& judged = store_.groups[group];
  if (type_ == QueueType::fifo || judged.is_ungrouped() || judged.is_noisy || !judged.is_ready)
    return;
  if (judged.in_flight < noisy_in_flight_min || judged.in_flight * noisy_share <= in_flight_)
    return;
  unlink_ready(group);
  judged.is_noisy = true;
  link_ready(group);
}

void Contents::calm_if_silent(Index group, Instant now) {
  const Group& noisy = store_.groups[group];
  if (noisy.tail != no_index && store_.entries[noisy.tail].sent + noisy_silence_max > now) return;
  unlink_ready(group);
  store_.groups[group].is_noisy = false;
  link_ready(group);
}

void Contents::schedule_due() {
  const Index next = holds_back_ && !is_detached_ ? index_.first_from(due_before_) : no_index;
  const bool ends = holds_back_ && !is_detached_ && next == no_index && delay_ == Duration(0);
  const Instant wanted = next != no_index ? store_.entries[next].sent + delay_
                         : ends           ? from_unix_ms(1)
                                          : Instant{};
  if (wanted == due_scheduled_) return;
  if (due_scheduled_ != Instant{}) store_.fifo_due.erase({due_scheduled_, self_});
  due_scheduled_ = wanted;
  if (wanted != Instant{}) store_.fifo_due.emplace(wanted, self_);
}

void Contents::wake() {
  if (is_woken_ || is_detached_) return;
  is_woken_ = true;
  store_.woken.push_back(queue_);
}

}  // namespace mailrail::engine
