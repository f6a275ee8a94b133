#include "broker/traffic.h"

#include <algorithm>

namespace mailrail::broker {
namespace {

using Kind = TrafficEvent::Kind;

}  // namespace

std::string_view name_of(TrafficEvent::Kind kind) {
  switch (kind) {
    case Kind::sent:
      return "sent";
    case Kind::received:
      return "received";
    case Kind::deleted:
      return "deleted";
    case Kind::dead_lettered:
      return "dead_lettered";
    case Kind::redriven:
      return "redriven";
    case Kind::expired:
      return "expired";
    case Kind::parked:
      return "parked";
    case Kind::unparked:
      return "unparked";
    case Kind::dropped:
      return "dropped";
  }
  return {};
}

namespace {

// How it is told, and what it is counted as.
struct Removal {
  Kind kind;
  std::uint64_t QueueTraffic::* number;
};

Removal removal_of(engine::RemovalReason why) {
  switch (why) {
    case engine::RemovalReason::deleted:
      break;
    case engine::RemovalReason::expired:
      return {.kind = Kind::expired, .number = &QueueTraffic::expired};
    case engine::RemovalReason::dropped:
      return {.kind = Kind::dropped, .number = &QueueTraffic::dropped};
  }
  return {.kind = Kind::deleted, .number = &QueueTraffic::deleted};
}

}  // namespace

void Sizes::add(std::uint64_t size) {
  const auto bound = std::ranges::lower_bound(bounds, size);
  counts[static_cast<std::size_t>(bound - bounds.begin())] += 1;
  bytes += size;
}

void Traffic::recorded(const engine::Fact& fact) {
  std::visit([&](const auto& each) { on(each); }, fact);
}

void Traffic::received_nothing(QueueId queue, Poll poll) {
  Numbers& numbers = numbers_of(queue);
  count(numbers, &QueueTraffic::empty_receives);
  if (poll == Poll::was_short) count(numbers, &QueueTraffic::empty_short_polls);
  numbers.traffic.last_asked = now_;
}

void Traffic::delete_asked(const engine::ReceiptHandle& handle) {
  if (const auto since = receives_.take(handle))
    numbers_of(handle.queue).traffic.processing.add(now_ - *since);
  asked_ = handle;
}

void Traffic::fanned_out(TopicId topic, const FanOutTraffic& traffic) {
  count(topic, &TopicTraffic::delivered, traffic.delivered);
  count(topic, &TopicTraffic::filtered_out, traffic.filtered_out);
  count(topic, &TopicTraffic::failed, traffic.failed);
}

const QueueTraffic& Traffic::of(QueueId queue) const {
  static const QueueTraffic none;
  const auto found = queues_.find(queue);
  return found == queues_.end() ? none : found->second.traffic;
}

const TopicTraffic& Traffic::of(TopicId topic) const {
  static constexpr TopicTraffic none;
  const auto found = topics_.find(topic);
  return found == topics_.end() ? none : found->second;
}

Traffic::Followed Traffic::events_from(std::uint64_t number, std::size_t count_max) const {
  const std::uint64_t first = std::max(number, next_event_ - events_.size());
  Followed followed{.events = {}, .next = std::min(first, next_event_), .missed = first - number};
  while (followed.next < next_event_ && followed.events.size() < count_max)
    followed.events.push_back(events_[followed.next++ % events_kept_max]);
  return followed;
}

// --- What facts tell. They are not applied yet: what they take away is still there.

void Traffic::on(const engine::Sent& fact) {
  count_sent(
      {.queue = fact.queue, .seq = fact.seq, .group = fact.group, .bytes = fact.message_bytes});
}

void Traffic::on(const engine::Published& fact) {
  count(fact.topic, &TopicTraffic::published);
  count(fact.topic, &TopicTraffic::published_bytes, fact.message.message_bytes);
  for (const engine::Published::Delivery& each : fact.deliveries) {
    count_sent({.queue = each.queue,
                .seq = each.seq,
                .group = each.is_grouped ? fact.message.group : std::string_view{},
                .bytes = fact.message.message_bytes});
  }
}

// A receive counts one more than was known; a change of visibility, or a receive that is repeated,
// does not.
void Traffic::on(const engine::Leased& fact) {
  const auto message = engine_.view(fact.queue, fact.seq);
  const engine::ReceiptHandle handle{
      .queue = fact.queue, .seq = fact.seq, .generation = fact.receive_count};
  if (!message || fact.receive_count <= message->receive_count) {
    receives_.take(handle);  // Its timeout is its holder's own.
    consumers_.lease_moved(handle, fact.until, now_);
    return;
  }
  const engine::Queue* queue = engine_.find_queue(fact.queue);
  if (queue != nullptr && fact.until - now_ == queue->attributes.visibility_timeout)
    receives_.began(handle, now_);
  Numbers& numbers = numbers_of(fact.queue);
  count(numbers, &QueueTraffic::received);
  numbers.traffic.last_asked = now_;
  tell(numbers, {.kind = Kind::received,
                 .queue = fact.queue,
                 .seq = fact.seq,
                 .receive_count = fact.receive_count,
                 .group = message->group});
}

void Traffic::on(const engine::Purged& fact) {
  consumers_.purged(fact.queue, fact.below_seq, now_);
}

void Traffic::on(const engine::Removed& fact) {
  const Removal removal = removal_of(fact.why);
  Numbers& numbers = numbers_of(fact.queue);
  count(numbers, removal.number, fact.seqs.size());
  const bool was_taken = removal.kind == Kind::deleted && !fact.is_given_up;
  for (const Seq each : fact.seqs) {
    const auto message = engine_.view(fact.queue, each);
    if (!message) continue;
    if (was_taken && asked_ && asked_->queue == fact.queue && asked_->seq == each)
      consumers_.deleted(*asked_, now_);
    lease_over(fact.queue, each, message->receive_count);
    if (numbers.is_delivery_queue && message->topic)
      count(*message->topic, was_taken ? &TopicTraffic::delivered : &TopicTraffic::failed);
    tell(numbers, {.kind = removal.kind,
                   .queue = fact.queue,
                   .seq = each,
                   .receive_count = message->receive_count,
                   .group = message->group});
  }
}

void Traffic::on(const engine::Moved& fact) {
  Numbers& numbers = numbers_of(fact.from);
  count(numbers, &QueueTraffic::dead_lettered);
  lease_over(fact.from, fact.from_seq, fact.receive_count);
  if (fact.share && numbers.is_delivery_queue) count(fact.share->topic, &TopicTraffic::failed);
  tell(numbers, {.kind = Kind::dead_lettered,
                 .queue = fact.from,
                 .seq = fact.from_seq,
                 .receive_count = fact.receive_count,
                 .group = fact.group});
}

void Traffic::on(const engine::Redriven& fact) {
  Numbers& numbers = numbers_of(fact.from);
  count(numbers, &QueueTraffic::redriven);
  if (const auto message = engine_.view(fact.from, fact.from_seq))
    lease_over(fact.from, fact.from_seq, message->receive_count);
  tell(numbers,
       {.kind = Kind::redriven, .queue = fact.from, .seq = fact.from_seq, .group = fact.group});
}

void Traffic::on(const engine::ConversationParked& fact) {
  tell(numbers_of(fact.queue), {.kind = Kind::parked, .queue = fact.queue, .group = fact.group});
}

void Traffic::on(const engine::ConversationUnparked& fact) {
  tell(numbers_of(fact.queue), {.kind = Kind::unparked, .queue = fact.queue, .group = fact.group});
}

void Traffic::on(const engine::QueueDeleted& fact) {
  queues_.erase(fact.queue);
  consumers_.queue_deleted(fact.queue);
}

void Traffic::on(const engine::TopicDeleted& fact) { topics_.erase(fact.topic); }

// --- Counting.

Traffic::Numbers& Traffic::numbers_of(QueueId queue) {
  const auto [numbers, is_new] = queues_.try_emplace(queue);
  if (is_new) {
    const engine::Queue* counted = engine_.find_queue(queue);
    numbers->second.is_delivery_queue =
        counted != nullptr && counted->attributes.is_delivery_queue();
  }
  return numbers->second;
}

void Traffic::count(Numbers& numbers, std::uint64_t QueueTraffic::* number, std::uint64_t added) {
  numbers.traffic.*number += added;
  if (!numbers.is_delivery_queue) all_queues_.*number += added;
}

void Traffic::count(TopicId topic, std::uint64_t TopicTraffic::* number, std::uint64_t added) {
  topics_[topic].*number += added;
  all_topics_.*number += added;
}

void Traffic::count_sent(const Arrival& arrival) {
  Numbers& numbers = numbers_of(arrival.queue);
  count(numbers, &QueueTraffic::sent);
  numbers.traffic.sizes.add(arrival.bytes);
  numbers.traffic.last_sent = now_;
  numbers.traffic.busiest.add(arrival.group);
  if (!numbers.is_delivery_queue) all_queues_.sizes.add(arrival.bytes);
  tell(numbers,
       {.kind = Kind::sent, .queue = arrival.queue, .seq = arrival.seq, .group = arrival.group});
}

void Traffic::lease_over(QueueId queue, Seq seq, std::uint32_t receive_count) {
  if (receive_count == 0) return;
  consumers_.lease_over({.queue = queue, .seq = seq, .generation = receive_count}, now_);
}

// A place in the ring keeps the memory of its group's name.
void Traffic::tell(const Numbers& numbers, const Happening& happening) {
  if (numbers.is_delivery_queue) return;
  if (events_.size() < events_kept_max) events_.emplace_back();
  TrafficEvent& event = events_[next_event_++ % events_kept_max];
  event.kind = happening.kind;
  event.queue = happening.queue;
  event.seq = happening.seq;
  event.at = now_;
  event.receive_count = happening.receive_count;
  event.group = happening.group;
}

}  // namespace mailrail::broker
