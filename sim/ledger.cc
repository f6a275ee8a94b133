#include "sim/ledger.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "engine/fact_codec.h"
#include "engine/limits.h"

namespace mailrail::sim {
namespace {

using Complaint = Ledger::Complaint;
using engine::DeleteResult;
using engine::VisibilityResult;

bool is_leased(const LedgerMessage& message, Instant now) {
  return message.lease_end && *message.lease_end > now;
}

// A standard queue delays a message until its first receive, a FIFO queue all that are too young.
bool is_delayed(const LedgerQueue& queue, const LedgerMessage& message, Instant now) {
  if (queue.attributes.is_fifo)
    return !is_leased(message, now) && message.sent + queue.attributes.delay > now;
  return !message.lease_end && message.sent + message.delay > now;
}

// Is this the handle of the lease that the message is under?
bool is_current(const LedgerMessage& message, const engine::ReceiptHandle& handle, Instant now) {
  return message.receive_count == handle.generation && is_leased(message, now);
}

Complaint unless(bool is_lawful, std::string_view complaint) {
  return is_lawful ? Complaint() : Complaint(complaint);
}

}  // namespace

const LedgerMessage* Ledger::find(QueueId queue, Seq seq) const {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return nullptr;
  const auto message = found->second.messages.find(seq);
  return message == found->second.messages.end() ? nullptr : &message->second;
}

LedgerMessage* Ledger::own(QueueId queue, Seq seq) {
  return const_cast<LedgerMessage*>(find(queue, seq));
}

std::uint32_t Ledger::generation(QueueId queue, Seq seq) const {
  const LedgerMessage* message = find(queue, seq);
  return message == nullptr ? 0 : message->receive_count;
}

std::size_t Ledger::message_count() const {
  std::size_t count = 0;
  for (const auto& [id, queue] : queues_) count += queue.messages.size();
  return count;
}

engine::QueueCounts Ledger::counts(QueueId queue, Instant now) const {
  engine::QueueCounts counts;
  const LedgerQueue& counted = queues_.at(queue);
  for (const auto& [seq, message] : counted.messages) {
    const bool leased = is_leased(message, now);
    const bool delayed = !leased && is_delayed(counted, message, now);
    (leased ? counts.in_flight : delayed ? counts.delayed : counts.visible) += 1;
  }
  return counts;
}

bool Ledger::is_expired(const LedgerQueue& queue, const LedgerMessage& message, Instant now) const {
  return message.sent + queue.attributes.retention <= now && now >= retention_starts_;
}

// On a FIFO queue all that came before it in its group must be gone, or given in the same answer.
bool Ledger::is_receivable(const LedgerQueue& queue, Seq seq, Instant now) const {
  const LedgerMessage& message = queue.messages.at(seq);
  if (is_leased(message, now) || is_delayed(queue, message, now)) return false;
  if (std::ranges::find(given_, seq) != given_.end()) return false;
  if (!queue.attributes.is_fifo) return true;
  return std::ranges::all_of(queue.messages, [&](const auto& each) {
    return each.first >= seq || each.second.group != message.group ||
           std::ranges::find(given_, each.first) != given_.end();
  });
}

bool Ledger::would_answer(QueueId queue, Instant now) const {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return true;
  return std::ranges::any_of(found->second.messages, [&](const auto& each) {
    return !is_expired(found->second, each.second, now) &&
           is_receivable(found->second, each.first, now);
  });
}

Duration Ledger::next_boundary(Instant now) const {
  std::optional<Instant> next;
  for (const auto& [id, queue] : queues_) {
    for (const auto& [seq, message] : queue.messages) {
      const Duration delay = queue.attributes.is_fifo ? queue.attributes.delay : message.delay;
      for (const Instant each : {message.lease_end.value_or(now), message.sent + delay}) {
        if (each > now) next = std::min(next.value_or(each), each);
      }
    }
  }
  return next ? *next - now : Duration(0);
}

// --- What a command must come to.

void Ledger::begin(const Command& command, Instant at) {
  command_ = &command;
  at_ = at;
  target_.reset();
  for (const auto& [id, queue] : queues_) {
    if (queue.name == command.queue) target_ = id;
  }
  sent_.reset();
  given_.clear();
  duplicate_of_.reset();
  repeats_.clear();
  if (target_) expect();
}

void Ledger::expect() {
  const LedgerQueue& queue = queues_.at(*target_);
  const bool is_fifo = queue.attributes.is_fifo;
  if (is_by(Action::send) && is_fifo) {
    const LedgerQueue::Original* original = original_of(queue);
    if (original != nullptr) duplicate_of_ = original->seq;
  }
  if (is_by(Action::receive) && is_fifo) repeats_ = repeated(queue);
  if (!is_by(Action::delete_message) && !is_by(Action::change_visibility)) return;
  const LedgerMessage* message = find(*target_, command_->handle.seq);
  const bool is_stale =
      message != nullptr && is_fifo && !is_current(*message, command_->handle, at_);
  expected_delete_ = is_stale ? DeleteResult::handle_expired : DeleteResult::done;
  if (message == nullptr) {
    expected_change_ = VisibilityResult::no_such_message;
    return;
  }
  const Instant started = is_leased(*message, at_) ? message->lease_started : at_;
  const bool is_too_long = at_ + command_->timeout > started + engine::lease_total_max;
  expected_change_ = is_stale      ? VisibilityResult::handle_expired
                     : is_too_long ? VisibilityResult::beyond_limit
                                   : VisibilityResult::done;
}

const LedgerQueue::Original* Ledger::original_of(const LedgerQueue& queue) const {
  const bool is_per_group =
      queue.attributes.deduplication_scope == engine::DeduplicationScope::message_group;
  const auto found = queue.originals.find(
      {is_per_group ? command_->group : std::string(), command_->deduplication_id});
  if (found == queue.originals.end()) return nullptr;
  return at_ - found->second.at < engine::deduplication_window ? &found->second : nullptr;
}

// What the same receive attempt was given, if all of it is still held under the same leases, which
// nobody has changed.
std::map<Seq, LedgerQueue::Lease> Ledger::repeated(const LedgerQueue& queue) const {
  const auto found = queue.attempts.find(command_->attempt);
  if (found == queue.attempts.end()) return {};
  if (at_ - found->second.started >= engine::receive_attempt_window) return {};
  for (const auto& [seq, lease] : found->second.given) {
    const auto message = queue.messages.find(seq);
    if (message == queue.messages.end() || !is_leased(message->second, at_) ||
        message->second.receive_count != lease.generation || message->second.lease_end != lease.end)
      return {};
  }
  return found->second.given;
}

Complaint Ledger::end(const Reply& reply, End end) {
  const Complaint complaint = check(reply, end);
  command_ = nullptr;
  given_.clear();
  return complaint;
}

Complaint Ledger::check(const Reply& reply, End end) {
  const Command& command = *command_;
  if (command.action == Action::give_back) return {};
  if (reply.outcome == Outcome::no_such_queue)
    return unless(!target_, "a queue was said not to exist that does");
  if (!target_) return "a queue was said to exist that does not";
  if (reply.queue != *target_) return "a command reached another queue than its own";
  if (reply.outcome == Outcome::queue_exists)
    return unless(command.action == Action::create_queue, "a queue existed for no creation");
  if (reply.outcome == Outcome::wrong_queue)
    return unless(command.handle.queue != *target_, "a queue refused a handle of its own");
  switch (command.action) {
    case Action::send:
      return check_sent(reply);
    case Action::receive:
      return check_received(reply, end);
    case Action::delete_message:
      if (reply.deleted != expected_delete_) return "a delete was judged wrongly";
      return unless(
          expected_delete_ != DeleteResult::done || find(*target_, command.handle.seq) == nullptr,
          "a delete was answered but not done");
    case Action::change_visibility:
      return unless(reply.changed == expected_change_, "a change of visibility was judged wrongly");
    case Action::count:
      return unless(is_same(reply.counts, counts(*target_, at_)), "a count is wrong");
    default:
      return {};
  }
}

Complaint Ledger::check_sent(const Reply& reply) {
  if (reply.sent.queue != *target_) return "a message went to another queue";
  if (!duplicate_of_) return unless(sent_ == reply.sent.seq, "a send was answered but not done");
  if (sent_) return fmt::format("a duplicate of message {} was kept", duplicate_of_->value());
  return unless(reply.sent.seq == *duplicate_of_, "a duplicate was told another sequence number");
}

Complaint Ledger::check_received(const Reply& reply, End end) {
  const std::vector<engine::ReceivedMessage>& messages = reply.received.messages;
  LedgerQueue& queue = queues_.at(*target_);
  const Command& command = *command_;
  if (messages.size() != given_.size()) return "a receive told more or less than it leased";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const engine::ReceivedMessage& told = messages[i];
    const LedgerMessage& message = queue.messages.at(given_[i]);
    if (told.seq != given_[i] || told.queue != *target_) return "a receive told another message";
    if (told.receive_count != message.receive_count ||
        told.first_received != message.first_received || told.sent != message.sent ||
        told.origin_queue != message.origin_queue || told.origin_seq != message.origin_seq ||
        told.body != message.place || told.dead_letter_source != message.source)
      return fmt::format("message {} was described wrongly", told.seq.value());
  }
  if (!repeats_.empty()) {
    remember_attempt(queue.attempts[command.attempt], queue);
    return unless(messages.size() == repeats_.size(),
                  "a repeated receive attempt was not given the same");
  }
  if (messages.size() > command.count_max) return "a receive was given too much";
  const bool is_complete = messages.size() == command.count_max || end == End::asks_again;
  if (!is_complete && would_answer(*target_, at_))
    return fmt::format("a receive was given {} messages although there were more", messages.size());
  if (end == End::answered && !command.attempt.empty() && !given_.empty() &&
      queue.attributes.is_fifo) {
    LedgerQueue::Attempt& attempt = queue.attempts[command.attempt];
    if (attempt.started != at_) attempt = {.started = at_, .given = {}};
    remember_attempt(attempt, queue);
  }
  return {};
}

void Ledger::remember_attempt(LedgerQueue::Attempt& attempt, const LedgerQueue& queue) const {
  for (const Seq each : given_) {
    const LedgerMessage& message = queue.messages.at(each);
    attempt.given[each] = {.generation = message.receive_count, .end = *message.lease_end};
  }
}

// --- Facts: each must have a reason, and then becomes so.

Complaint Ledger::fact(const engine::Fact& fact, const engine::Body& place, Instant at) {
  at_ = at;
  place_ = place;
  return std::visit([&](const auto& each) { return on(each); }, fact);
}

bool Ledger::is_target(QueueId queue) const { return target_ == queue; }

Complaint Ledger::on(const engine::Founded&) {
  return unless(queues_.empty() && last_seq_ == Seq(0), "a log was founded twice");
}

Complaint Ledger::on(const engine::QueueCreated& fact) {
  if (!is_by(Action::create_queue) || target_) return "a queue was created for no reason";
  if (fact.queue <= last_queue_) return "the id of a queue was used twice";
  if (fact.name != command_->queue || !(fact.attributes == command_->attributes))
    return "a queue was created with other attributes";
  last_queue_ = fact.queue;
  target_ = fact.queue;
  queues_[fact.queue] = {.name = fact.name, .attributes = fact.attributes};
  return {};
}

Complaint Ledger::on(const engine::QueueChanged& fact) {
  if (!is_by(Action::change_queue) || !is_target(fact.queue))
    return "a queue was changed for no reason";
  if (!(fact.attributes == command_->attributes)) return "a queue was given other attributes";
  queues_.at(fact.queue).attributes = fact.attributes;
  return {};
}

Complaint Ledger::on(const engine::QueueDeleted& fact) {
  if (!is_by(Action::delete_queue) || !is_target(fact.queue))
    return "a queue was deleted for no reason";
  queues_.erase(fact.queue);
  return {};
}

Complaint Ledger::on(const engine::Purged& fact) {
  if (!is_by(Action::purge_queue) || !is_target(fact.queue))
    return "a queue was purged for no reason";
  LedgerQueue& queue = queues_.at(fact.queue);
  if (!queue.messages.empty() && queue.messages.rbegin()->first >= fact.below_seq)
    return "a purge left messages";
  queue.messages.clear();
  queue.originals.clear();
  return {};
}

Complaint Ledger::on(const engine::Sent& fact) {
  if (!is_by(Action::send) || !is_target(fact.queue) || sent_)
    return "a message was sent for no reason";
  if (fact.seq <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.seq.value());
  LedgerQueue& queue = queues_.at(fact.queue);
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
                              .body = command_->body,
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
  Complaint complaint =
      is_by(Action::receive) ? received(fact, queue, *message) : re_dated(fact, *message);
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
  if (!is_repeated && !is_receivable(queue, fact.seq, at_))
    return fmt::format("message {} of group \"{}\" was given while it may not be", fact.seq.value(),
                       message.group);
  const Duration timeout =
      command_->visibility_timeout.value_or(queue.attributes.visibility_timeout);
  const bool is_first = message.receive_count == 0;
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
    if (!is_current(message, command_->handle, at_))
      return "a lease was given back that is another's";
    return unless(fact.until == at_ && fact.receive_count == message.receive_count,
                  "a lease was given back wrongly");
  }
  if (!is_by(Action::change_visibility) || expected_change_ != VisibilityResult::done)
    return "a lease was changed for no reason";
  const bool is_first = message.receive_count == 0;  // A crash took the lease back.
  const bool is_lawful =
      fact.until == at_ + command_->timeout &&
      fact.started == (is_leased(message, at_) ? message.lease_started : at_) &&
      fact.receive_count == (is_first ? command_->handle.generation : message.receive_count) &&
      fact.first_received == (is_first ? at_ : message.first_received);
  return unless(is_lawful, "a lease was changed wrongly");
}

Complaint Ledger::on(const engine::Removed& fact) {
  const auto queue = queues_.find(fact.queue);
  if (queue == queues_.end()) return "a message was removed from no queue";
  for (const Seq each : fact.seqs) {
    const LedgerMessage* message = find(fact.queue, each);
    if (message == nullptr) return fmt::format("message {} was removed twice", each.value());
    const bool is_deleted = is_by(Action::delete_message) && is_target(fact.queue) &&
                            command_->handle.seq == each && expected_delete_ == DeleteResult::done;
    const bool is_lawful = fact.why == engine::RemovalReason::deleted
                               ? is_deleted
                               : is_expired(queue->second, *message, at_);
    if (!is_lawful) return fmt::format("message {} was removed for no reason", each.value());
    queue->second.messages.erase(each);
  }
  return {};
}

Complaint Ledger::on(const engine::Relocated& fact) {
  const auto queue = queues_.find(fact.queue);
  if (queue == queues_.end() || !queue->second.messages.contains(fact.seq))
    return "a message was relocated that is gone";
  LedgerMessage& message = queue->second.messages.at(fact.seq);
  const Result<engine::Sent> sent = engine::decode_sent(fact.sent);
  if (!sent || sent->queue != message.origin_queue || sent->seq != message.origin_seq)
    return "a message was relocated with another body";
  message.place.position = place_.position + (place_.length - fact.sent.size());
  return {};
}

Complaint Ledger::on(const engine::Moved& fact) {
  if (!is_by(Action::receive) || !is_target(fact.from)) return "a message was moved for no reason";
  LedgerMessage* message = own(fact.from, fact.from_seq);
  const auto to = queues_.find(fact.to);
  if (message == nullptr || to == queues_.end()) return "a message was moved that is gone";
  LedgerQueue& from = queues_.at(fact.from);
  const auto& policy = from.attributes.dead_letter;
  if (!policy || policy->target != to->second.name || fact.from == fact.to ||
      message->receive_count < policy->receive_count_max ||
      from.attributes.is_fifo != to->second.attributes.is_fifo)
    return "a message was moved that is no dead letter";
  if (!is_receivable(from, fact.from_seq, at_) || is_expired(from, *message, at_))
    return "a message was moved while it may not be given";
  if (fact.seq <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.seq.value());
  last_seq_ = fact.seq;
  LedgerMessage moved = *message;
  moved.arrived_end = place_.position + place_.length;
  moved.source = from.name;
  moved.sent = from.attributes.is_fifo ? at_ : message->sent;
  moved.delay = Duration(0);
  moved.lease_end.reset();
  from.messages.erase(fact.from_seq);
  if (fact.sent != moved.sent || fact.body != moved.place || fact.group != moved.group ||
      fact.receive_count != moved.receive_count || fact.first_received != moved.first_received ||
      fact.origin_queue != moved.origin_queue || fact.origin_seq != moved.origin_seq)
    return "a dead letter was changed on its way";
  to->second.messages[fact.seq] = std::move(moved);
  return {};
}

}  // namespace mailrail::sim
