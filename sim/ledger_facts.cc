// Facts, as the ledger sees them: each must have a reason, and then becomes so.

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "engine/fact_codec.h"
#include "sim/ledger.h"

namespace mailrail::sim {

using engine::DeleteResult;
using engine::VisibilityResult;

Complaint Ledger::fact(const engine::Fact& fact, const engine::Body& place, Instant at) {
  at_ = at;
  place_ = place;
  if (const auto last = std::exchange(last_of_parked_, std::nullopt)) {
    const auto* removed = std::get_if<engine::Removed>(&fact);
    if (removed == nullptr || removed->queue != last->first ||
        removed->seqs != std::vector{last->second})
      return "a conversation was unparked for no reason";
  }
  return std::visit([&](const auto& each) { return on(each); }, fact);
}

bool Ledger::is_target(QueueId queue) const { return target_ == queue; }

bool Ledger::is_soon_after(const std::optional<Instant>& before) const {
  return strictness_ == engine::Strictness::aws && before && at_ < *before + 60s;
}

std::optional<Instant> Ledger::deleted() const {
  const auto found = deleted_.find(command_->queue);
  return found == deleted_.end() ? std::nullopt : std::optional(found->second);
}

Complaint Ledger::on(const engine::Founded&) {
  return unless(queues_.empty() && last_seq_ == Seq(0), "a log was founded twice");
}

Complaint Ledger::on(const engine::QueueCreated& fact) {
  if (fact.attributes.is_delivery_queue()) return delivery_queue_created(fact);
  if (!is_by(Action::create_queue) || target_) return "a queue was created for no reason";
  if (is_soon_after(deleted())) return "a queue was made again too soon";
  if (fact.queue <= last_queue_) return "the id of a queue was used twice";
  if (fact.name != command_->queue || !(fact.attributes == command_->attributes) ||
      fact.tags != command_->tags)
    return "a queue was created with other attributes";
  last_queue_ = fact.queue;
  target_ = fact.queue;
  queues_[fact.queue] = {.name = fact.name, .attributes = fact.attributes, .tags = fact.tags};
  return {};
}

Complaint Ledger::on(const engine::QueueChanged& fact) {
  if (!is_by(Action::change_queue) || !is_target(fact.queue))
    return "a queue was changed for no reason";
  if (!(fact.attributes == command_->attributes)) return "a queue was given other attributes";
  if (fact.tags != queues_.at(fact.queue).tags) return "a queue was given other tags";
  queues_.at(fact.queue).attributes = fact.attributes;
  return {};
}

Complaint Ledger::on(const engine::QueueDeleted& fact) {
  const auto known = queues_.find(fact.queue);
  if (known != queues_.end() && known->second.attributes.is_delivery_queue()) {
    const Complaint complaint = delivery_queue_ended(fact.queue);
    queues_.erase(fact.queue);
    return complaint;
  }
  if (!is_by(Action::delete_queue) || !is_target(fact.queue))
    return "a queue was deleted for no reason";
  if (fact.at != at_) return "a queue was deleted at another time";
  deleted_[queues_.at(fact.queue).name] = at_;
  queues_.erase(fact.queue);
  return {};
}

Complaint Ledger::on(const engine::Purged& fact) {
  if (!queues_.contains(fact.queue)) return "a queue was purged that is gone";
  LedgerQueue& queue = queues_.at(fact.queue);
  const bool is_delivery = queue.attributes.is_delivery_queue();
  if (is_delivery) {
    if (Complaint complaint = delivery_queue_ended(fact.queue); !complaint.empty())
      return complaint;
  } else if (!is_by(Action::purge_queue) || !is_target(fact.queue)) {
    return "a queue was purged for no reason";
  }
  if (!queue.messages.empty() && queue.messages.rbegin()->first >= fact.below_seq)
    return "a purge left messages";
  if (!is_delivery && is_soon_after(queue.purged)) return "a queue was purged again too soon";
  if (fact.at != at_) return "a queue was purged at another time";
  queue.purged = at_;
  queue.messages.clear();
  queue.originals.clear();
  queue.parked.clear();
  return {};
}

Complaint Ledger::on(const engine::Sent& fact) {
  const auto known = queues_.find(fact.queue);
  if (known != queues_.end() && known->second.attributes.is_delivery_queue())
    return asked_to_confirm(fact);
  if (!is_by(Action::send) || !is_target(fact.queue) || sent_)
    return "a message was sent for no reason";
  if (fact.seq <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.seq.value());
  LedgerQueue& queue = queues_.at(fact.queue);
  if (is_full(queue)) return "a message was sent to a queue that is full";
  const engine::QueueAttributes& attributes = queue.attributes;
  const Duration delay =
      attributes.is_fifo ? Duration(0) : command_->delay.value_or(attributes.delay);
  if (fact.record != command_->body || fact.group != command_->group ||
      std::chrono::seconds(fact.delay_seconds) != delay || fact.at != at_)
    return "a message was kept otherwise than it was sent";
  last_seq_ = fact.seq;
  sent_ = fact.seq;
  queue.messages[fact.seq] = {.place = place_,
                              .arrived_end = place_.position + place_.length,
                              .group = command_->group,
                              .origin_queue = fact.queue,
                              .origin_seq = fact.seq,
                              .sent = at_,
                              .delay = delay};
  if (!attributes.is_fifo) return {};
  const bool is_per_group =
      attributes.deduplication_scope == engine::DeduplicationScope::message_group;
  queue.originals[{is_per_group ? command_->group : std::string(), command_->deduplication_id}] = {
      .at = at_, .seq = fact.seq};
  return {};
}

Complaint Ledger::on(const engine::Leased& fact) {
  LedgerMessage* message = own(fact.queue, fact.seq);
  if (message == nullptr) return fmt::format("message {} was leased but is gone", fact.seq.value());
  if (command_ == nullptr || !is_target(fact.queue)) return "a lease was made for no reason";
  LedgerQueue& queue = queues_.at(fact.queue);
  Complaint complaint = is_by(Action::receive) || is_by(Action::take)
                            ? received(fact, queue, *message)
                        : is_by(Action::settle) ? put_off(fact, *message)
                                                : re_dated(fact, *message);
  if (!complaint.empty()) return complaint;
  message->lease_end = fact.until;
  message->lease_started = fact.started;
  message->receive_count = fact.receive_count;
  message->first_received = fact.first_received;
  return {};
}

Complaint Ledger::received(const engine::Leased& fact, LedgerQueue& queue, LedgerMessage& message) {
  const bool is_repeated = repeats_.contains(fact.seq);
  if (!is_repeated && !repeats_.empty())
    return "a repeated receive attempt was given something new";
  if (!is_repeated && is_expired(queue, message, at_)) return "an expired message was given";
  if (queue.parked.contains(message.group)) return "a message of a parked conversation was given";
  if (!is_repeated && dead_letters_of(queue, message) != nullptr) return "a dead letter was given";
  if (!is_repeated && parks(queue) && is_spent(queue, message)) return "a poison message was given";
  if (!is_repeated && !is_receivable(queue, fact.seq, at_))
    return fmt::format("message {} of group \"{}\" was given while it may not be", fact.seq.value(),
                       message.group);
  const Duration timeout =
      command_->visibility_timeout.value_or(queue.attributes.visibility_timeout);
  const bool is_first = message.receive_count == 0;
  const bool is_second = std::ranges::any_of(given_, [&](Seq each) {
    return is_by(Action::take) && queue.attributes.is_fifo &&
           queue.messages.at(each).group == message.group;
  });
  if (is_second) return "two messages of one conversation were taken for an endpoint";
  if (fact.until != at_ + timeout || fact.started != (is_repeated ? message.lease_started : at_) ||
      fact.receive_count != message.receive_count + (is_repeated ? 0 : 1) ||
      fact.first_received != (is_first ? at_ : message.first_received))
    return fmt::format("message {} was leased wrongly", fact.seq.value());
  given_.push_back(fact.seq);
  return {};
}

Complaint Ledger::re_dated(const engine::Leased& fact, LedgerMessage& message) {
  if (fact.seq != command_->handle.seq) return "a lease was changed under another handle";
  if (is_by(Action::give_back)) {
    if (!message.is_current(command_->handle, at_))
      return "a lease was given back that is another's";
    return unless(fact.until == at_ && fact.receive_count == message.receive_count,
                  "a lease was given back wrongly");
  }
  if (!is_by(Action::change_visibility) || expected_change_ != VisibilityResult::done)
    return "a lease was changed for no reason";
  const bool is_first = message.receive_count == 0;  // A crash took the lease back.
  const bool is_lawful =
      fact.until == at_ + command_->timeout &&
      fact.started == (message.is_leased(at_) ? message.lease_started : at_) &&
      fact.receive_count == (is_first ? command_->handle.generation : message.receive_count) &&
      fact.first_received == (is_first ? at_ : message.first_received);
  return unless(is_lawful, "a lease was changed wrongly");
}

bool Ledger::is_full(const LedgerQueue& queue) {
  const auto bound = queue.tags.find("mailrail:max-messages");
  return bound != queue.tags.end() && queue.messages.size() >= std::stoul(bound->second);
}

bool Ledger::drops_oldest(const LedgerQueue& queue) {
  return queue.tags.contains("mailrail:on-full") && !queue.attributes.is_fifo;
}

bool Ledger::makes_room(const LedgerQueue& queue, Seq seq) const {
  const bool is_new = is_by(Action::send) || is_by(Action::publish);
  return is_new && drops_oldest(queue) && is_full(queue) && queue.messages.begin()->first == seq;
}

Complaint Ledger::on(const engine::Removed& fact) {
  const auto queue = queues_.find(fact.queue);
  if (queue == queues_.end()) return "a message was removed from no queue";
  for (const Seq each : fact.seqs) {
    const LedgerMessage* message = find(fact.queue, each);
    if (message == nullptr) return fmt::format("message {} was removed twice", each.value());
    const bool is_deleted = is_by(Action::delete_message) && is_target(fact.queue) &&
                            command_->handle.seq == each && expected_delete_ == DeleteResult::done;
    using Why = engine::RemovalReason;
    const bool is_lawful = fact.why == Why::deleted
                               ? is_deleted || is_settled(fact.queue, each) ||
                                     is_dropped(fact.queue, each) ||
                                     is_skipped(fact.queue, each, engine::SkipTo::nowhere)
                           : fact.why == Why::dropped ? makes_room(queue->second, each)
                                                      : is_expired(queue->second, *message, at_);
    if (!is_lawful) return fmt::format("message {} was removed for no reason", each.value());
    const std::string group = message->group;
    queue->second.messages.erase(each);
    set_aside_ += 1;
    if (queue->second.parked.contains(group) && conversation(queue->second, group).empty())
      return fmt::format("conversation \"{}\" is parked with nothing in it", group);
  }
  return {};
}

Complaint Ledger::on(const engine::Relocated& fact) {
  const auto queue = queues_.find(fact.queue);
  if (queue == queues_.end() || !queue->second.messages.contains(fact.seq))
    return "a message was relocated that is gone";
  LedgerMessage& message = queue->second.messages.at(fact.seq);
  if (message.share) return "a body was relocated for one message that several share";
  const Result<engine::Sent> sent = engine::decode_sent(fact.sent);
  if (!sent || sent->queue != message.origin_queue || sent->seq != message.origin_seq)
    return "a message was relocated with another body";
  message.place.position = place_.position + (place_.length - fact.sent.size());
  return {};
}

Complaint Ledger::on(const engine::Moved& fact) {
  const bool is_given_up = settlement_ == Settlement::giving_up && is_target(fact.from) &&
                           command_->handle.seq == fact.from_seq;
  const bool is_skipped_there = is_skipped(fact.from, fact.from_seq, engine::SkipTo::dead_letters);
  if (!is_given_up && !is_skipped_there && (!is_by(Action::receive) || !is_target(fact.from)))
    return "a message was moved for no reason";
  LedgerMessage* message = own(fact.from, fact.from_seq);
  const auto to = queues_.find(fact.to);
  if (message == nullptr || to == queues_.end()) return "a message was moved that is gone";
  LedgerQueue& from = queues_.at(fact.from);
  const LedgerQueue* dead_letters = is_given_up        ? dead_letters_of_endpoint(from)
                                    : is_skipped_there ? dead_letter_queue_of(from)
                                                       : dead_letters_of(from, *message);
  if (dead_letters != &to->second || (is_given_up && !message->share))
    return "a message was moved that is no dead letter";
  if (!is_given_up && !is_skipped_there &&
      (!is_receivable(from, fact.from_seq, at_) || is_expired(from, *message, at_)))
    return "a message was moved while it may not be given";
  if (fact.seq <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.seq.value());
  last_seq_ = fact.seq;
  set_aside_ += 1;
  LedgerMessage moved = *message;
  moved.arrived_end = place_.position + place_.length;
  if (!is_given_up) moved.source = from.name;
  is_changed_ = is_changed_ || is_given_up;
  moved.sent = from.attributes.is_fifo ? at_ : message->sent;
  moved.delay = Duration(0);
  moved.lease_end.reset();
  moved.forgiven = 0;
  from.messages.erase(fact.from_seq);
  if (fact.sent != moved.sent || fact.body != moved.place || fact.group != moved.group ||
      fact.receive_count != moved.receive_count || fact.first_received != moved.first_received ||
      fact.origin_queue != moved.origin_queue || fact.origin_seq != moved.origin_seq ||
      fact.share != moved.share)
    return "a dead letter was changed on its way";
  to->second.messages[fact.seq] = std::move(moved);
  return {};
}

}  // namespace mailrail::sim
