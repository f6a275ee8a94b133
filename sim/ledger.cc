#include "sim/ledger.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "engine/fact_codec.h"
#include "engine/limits.h"

namespace mailrail::sim {
namespace {

using engine::DeleteResult;
using engine::VisibilityResult;

// A standard queue delays a message until its first receive, a FIFO queue all that are too young.
bool is_delayed(const LedgerQueue& queue, const LedgerMessage& message, Instant now) {
  if (queue.attributes.is_fifo)
    return !message.is_leased(now) && message.sent + queue.attributes.delay > now;
  return !message.lease_end && message.sent + message.delay > now;
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
    const bool leased = message.is_leased(now);
    const bool delayed = !leased && is_delayed(counted, message, now);
    (leased ? counts.in_flight : delayed ? counts.delayed : counts.visible) += 1;
    counts.parked += counted.parked.contains(message.group) ? 1 : 0;
  }
  counts.parked_conversations = counted.parked.size();
  return counts;
}

bool Ledger::is_expired(const LedgerQueue& queue, const LedgerMessage& message, Instant now) const {
  return message.sent + queue.attributes.retention <= now && now >= retention_starts_;
}

bool Ledger::is_open(const LedgerQueue& queue, Seq seq, Instant now) const {
  const LedgerMessage& message = queue.messages.at(seq);
  return !message.is_leased(now) && !is_delayed(queue, message, now) &&
         std::ranges::find(given_, seq) == given_.end();
}

// On a FIFO queue all that came before it in its group must be gone, or given in the same answer.
bool Ledger::is_receivable(const LedgerQueue& queue, Seq seq, Instant now) const {
  if (!is_open(queue, seq, now) || queue.parked.contains(queue.messages.at(seq).group))
    return false;
  if (!queue.attributes.is_fifo) return true;
  return std::ranges::all_of(queue.messages, [&](const auto& each) {
    return each.first >= seq || each.second.group != queue.messages.at(seq).group ||
           std::ranges::find(given_, each.first) != given_.end();
  });
}

const LedgerQueue* Ledger::dead_letters_of(const LedgerQueue& queue,
                                           const LedgerMessage& message) const {
  return is_spent(queue, message) && !parks(queue) ? dead_letter_queue_of(queue) : nullptr;
}

const LedgerQueue* Ledger::dead_letter_queue_of(const LedgerQueue& queue) const {
  const auto& policy = queue.attributes.dead_letter;
  if (!policy) return nullptr;
  for (const auto& [id, target] : queues_) {
    if (target.name == policy->target && &target != &queue &&
        target.attributes.is_fifo == queue.attributes.is_fifo)
      return &target;
  }
  return nullptr;
}

// A message that stays, with nothing before it in its group but what a receive sets aside.
bool Ledger::would_answer(QueueId queue, Instant now) const {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return true;
  const LedgerQueue& asked = found->second;
  std::map<std::string, bool> is_blocked;
  for (const auto& [seq, message] : asked.messages) {
    bool& blocked = is_blocked[message.group];
    blocked = blocked || asked.parked.contains(message.group);
    if (std::ranges::find(given_, seq) != given_.end()) continue;
    if (!is_open(asked, seq, now)) {
      blocked = asked.attributes.is_fifo;
    } else if (parks(asked) && is_spent(asked, message) && !is_expired(asked, message, now)) {
      blocked = true;
    } else if (!blocked && !is_expired(asked, message, now) &&
               dead_letters_of(asked, message) == nullptr) {
      return true;
    }
  }
  return false;
}

bool Ledger::is_as_before(const Ledger& before, QueueId queue) const {
  const auto was = before.queues_.find(queue);
  const auto is = queues_.find(queue);
  if (was == before.queues_.end() || is == queues_.end()) return false;
  const auto what_counts = [](const auto& each) {
    const LedgerMessage& message = each.second;
    return std::tuple(each.first, message.receive_count, message.lease_end, message.forgiven);
  };
  return is->second.attributes == was->second.attributes &&
         is->second.parked == was->second.parked &&
         std::ranges::equal(is->second.messages, was->second.messages, {}, what_counts,
                            what_counts);
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
  target_ = target_of(command);
  sent_.reset();
  given_.clear();
  set_aside_ = 0;
  started_ = false;
  duplicate_of_.reset();
  repeats_.clear();
  head_.reset();
  topic_.reset();
  subscription_.reset();
  published_.clear();
  is_duplicate_publication_ = false;
  is_changed_ = false;
  settlement_ = Settlement::nothing;
  has_restored_ = false;
  for (const auto& [id, topic] : topics_) {
    if (is_about_topic(command.action) && topic.name == command.topic) topic_ = id;
  }
  if (topic_) {
    for (const auto& [id, subscription] : topics_.at(*topic_).subscriptions) {
      if (subscription.endpoint == command.endpoint &&
          (!command.endpoint.empty() || subscription.queue == command.queue))
        subscription_ = id;
    }
  }
  if (target_ && is_by(Action::settle)) return expect_settlement();
  if (target_ && !is_about_topic(command.action)) expect();
}

void Ledger::expect() {
  const LedgerQueue& queue = queues_.at(*target_);
  const bool is_fifo = queue.attributes.is_fifo;
  if (is_by(Action::send) && is_fifo) {
    const LedgerQueue::Original* original =
        original_of(queue, command_->group, command_->deduplication_id);
    if (original != nullptr) duplicate_of_ = original->seq;
  }
  expected_settlement_ = expected_settlement();
  if (is_by(Action::redrive_messages)) expect_redrives();
  // Who drops one means none of that name that was parked later.
  const auto parked = queue.parked.find(command_->group);
  const bool is_meant = parked != queue.parked.end() &&
                        (!command_->drop || command_->drop->parked_since == parked->second);
  if (is_meant) head_ = conversation(queue, command_->group).front();
  if (is_by(Action::receive) && is_fifo) repeats_ = repeated(queue);
  if (!is_by(Action::delete_message) && !is_by(Action::change_visibility)) return;
  const LedgerMessage* message = find(*target_, command_->handle.seq);
  const bool is_stale =
      message != nullptr && is_fifo && !message->is_current(command_->handle, at_);
  expected_delete_ = is_stale ? DeleteResult::handle_expired : DeleteResult::done;
  if (message == nullptr) {
    expected_change_ = VisibilityResult::no_such_message;
    return;
  }
  const Instant started = message->is_leased(at_) ? message->lease_started : at_;
  const bool is_too_long = at_ + command_->timeout > started + engine::lease_total_max;
  expected_change_ = is_stale      ? VisibilityResult::handle_expired
                     : is_too_long ? VisibilityResult::beyond_limit
                                   : VisibilityResult::done;
}

const LedgerQueue::Original* Ledger::original_of(const LedgerQueue& queue,
                                                 const std::string& group,
                                                 const std::string& id) const {
  const bool is_per_group =
      queue.attributes.deduplication_scope == engine::DeduplicationScope::message_group;
  const auto found = queue.originals.find({is_per_group ? group : std::string(), id});
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
    if (message == queue.messages.end() || !message->second.is_leased(at_) ||
        message->second.receive_count != lease.generation || message->second.lease_end != lease.end)
      return {};
  }
  return found->second.given;
}

Complaint Ledger::end(const Reply& reply, End end) {
  Complaint complaint = check(reply, end);
  if (last_of_parked_) complaint = "a conversation was unparked for no reason";
  command_ = nullptr;
  given_.clear();
  return complaint;
}

Complaint Ledger::check(const Reply& reply, End end) {
  const Command& command = *command_;
  if (command.action == Action::give_back) return {};
  if (command.action == Action::settle)
    return unless(settlement_ == Settlement::nothing || is_changed_, "a delivery was not settled");
  if (is_about_topic(command.action)) return check_about_topic(reply, end);
  if (reply.outcome == Outcome::no_such_queue)
    return unless(!target_, "a queue was said not to exist that does");
  if (reply.outcome == Outcome::too_soon) {
    const bool is_creation = command.action == Action::create_queue && !target_;
    const bool is_purge = command.action == Action::purge_queue && target_;
    if (!is_creation && !is_purge) return "something else than a purge or a creation came too soon";
    return unless(is_soon_after(is_creation ? deleted() : queues_.at(*target_).purged),
                  "a command was told to wait that need not");
  }
  if (!target_) return "a queue was said to exist that does not";
  if (reply.queue != *target_) return "a command reached another queue than its own";
  if (reply.outcome == Outcome::queue_exists)
    return unless(command.action == Action::create_queue, "a queue existed for no creation");
  if (reply.outcome == Outcome::refused)
    return unless(command.action == Action::send && !duplicate_of_ && !sent_,
                  "something else than a new message was refused");
  if (reply.outcome == Outcome::queue_is_full) {
    const LedgerQueue& queue = queues_.at(*target_);
    const bool is_new = command.action == Action::send && !duplicate_of_ && !sent_;
    return unless(is_new && is_full(queue) && !drops_oldest(queue),
                  "something was refused by a queue that is not full");
  }
  if (reply.outcome == Outcome::no_such_task)
    return unless(!queues_.at(*target_).task, "a task that is running was not found");
  if (reply.outcome == Outcome::wrong_queue)
    return unless(command.handle.queue != *target_, "a queue refused a handle of its own");
  switch (command.action) {
    case Action::send:
      return check_sent(reply);
    case Action::receive:
    case Action::take:
      return check_received(reply, end);
    case Action::delete_message:
      if (reply.deleted != expected_delete_) return "a delete was judged wrongly";
      return unless(
          expected_delete_ != DeleteResult::done || find(*target_, command.handle.seq) == nullptr,
          "a delete was answered but not done");
    case Action::change_visibility:
      return unless(reply.changed == expected_change_, "a change of visibility was judged wrongly");
    case Action::purge_queue:
      return unless(queues_.at(*target_).purged == at_, "a purge was answered but not done");
    case Action::retry_conversation:
    case Action::skip_conversation:
      if (reply.settled != expected_settlement_) return "a conversation was judged wrongly";
      return unless(reply.settled != engine::ParkedResult::done ||
                        !queues_.at(*target_).parked.contains(command.group),
                    "a conversation was said to go on that does not");
    case Action::drop_conversation:
      return check_dropped(reply, end);
    case Action::count:
      return unless(is_same(reply.counts, counts(*target_, at_)), "a count is wrong");
    case Action::start_move_task:
      return check_started(reply);
    case Action::redrive_messages:
      return check_redriven(reply);
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
        told.redrives != message.redrives || told.body != message.place ||
        told.dead_letter_source != message.source || told.share != message.share ||
        told.is_grouped == message.group.empty())
      return fmt::format("message {} was described wrongly", told.seq.value());
  }
  if (!repeats_.empty()) {
    remember_attempt(queue.attempts[command.attempt], queue);
    return unless(messages.size() == repeats_.size(),
                  "a repeated receive attempt was not given the same");
  }
  if (messages.size() > command.count_max) return "a receive was given too much";
  // How much is taken for an endpoint depends on what is under way.
  const bool is_enough = is_by(Action::take) && !messages.empty();
  const bool is_complete = messages.size() == command.count_max || is_enough ||
                           end == End::asks_again ||
                           set_aside_ >= engine::set_aside_per_receive_max;
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

// No simulated disk damages what was synced.
Complaint Ledger::on(const engine::Damaged& fact) {
  return fmt::format("message {} was marked as damaged for no reason", fact.seq.value());
}

}  // namespace mailrail::sim
