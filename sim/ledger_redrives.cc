// Messages that are redriven, as the ledger sees them: by a task, or because a client chose them.

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sim/ledger.h"

namespace mailrail::sim {

using engine::MoveTaskVerdict;
using engine::RedriveVerdict;

// Of the command that is being decided.
std::optional<MoveTaskVerdict> Ledger::refusal_of_move() const {
  const LedgerQueue& source = queues_.at(*target_);
  if (!is_dead_letter_queue(source)) return MoveTaskVerdict::no_dead_letter_queue;
  const auto& wanted = command_->destination;
  if (!wanted) return std::nullopt;
  const auto destination =
      std::ranges::find_if(queues_, [&](const auto& each) { return each.second.name == *wanted; });
  if (destination == queues_.end()) return MoveTaskVerdict::no_destination;
  if (*wanted == source.name) return MoveTaskVerdict::to_itself;
  if (destination->second.attributes.is_fifo != source.attributes.is_fifo)
    return MoveTaskVerdict::to_another_type;
  return std::nullopt;
}

const LedgerQueue* Ledger::destination_of(
    const LedgerQueue& queue,
    const LedgerMessage& message,
    const std::optional<engine::QueueName>& destination) const {
  const auto& name = destination ? destination : message.source;
  for (const auto& [id, target] : queues_) {
    if (name && target.name == *name && &target != &queue &&
        target.attributes.is_fifo == queue.attributes.is_fifo)
      return &target;
  }
  return nullptr;
}

Complaint Ledger::on(const engine::Redriven& fact) {
  LedgerMessage* message = own(fact.from, fact.from_seq);
  const auto to = queues_.find(fact.to);
  if (message == nullptr || to == queues_.end()) return "a message was redriven that is gone";
  LedgerQueue& from = queues_.at(fact.from);
  const bool is_chosen = fact.task == Seq();
  Complaint complaint =
      is_chosen ? redriven_by_choice(fact) : redriven_by_task(fact, from, *message);
  if (!complaint.empty()) return complaint;
  if (destination_of(from, *message, is_chosen ? command_->destination : from.task->destination) !=
      &to->second)
    return "a message was redriven to another queue";
  if (fact.seq <= last_seq_)
    return fmt::format("sequence number {} was used twice", fact.seq.value());
  last_seq_ = fact.seq;
  const LedgerMessage moved{.place = message->place,
                            .arrived_end = place_.position + place_.length,
                            .group = message->group,
                            .origin_queue = message->origin_queue,
                            .origin_seq = message->origin_seq,
                            .redrives = static_cast<std::uint16_t>(message->redrives + 1),
                            .sent = fact.at,
                            .share = message->share};
  if (fact.body != moved.place || fact.group != moved.group || fact.redrives != moved.redrives ||
      fact.origin_queue != moved.origin_queue || fact.origin_seq != moved.origin_seq ||
      fact.share != moved.share)
    return "a message was changed on its way";
  from.messages.erase(fact.from_seq);
  to->second.messages[fact.seq] = moved;
  return {};
}

// --- By choice.

Complaint Ledger::redriven_by_choice(const engine::Redriven& fact) {
  if (!is_by(Action::redrive_messages) || !is_target(fact.from))
    return "a message was redriven for no reason";
  if (fact.at != at_) return "a message was redriven at another time";
  while (!to_redrive_.empty() && to_redrive_.front().second != RedriveVerdict::moved)
    to_redrive_.pop_front();
  if (to_redrive_.empty() || to_redrive_.front().first != fact.from_seq)
    return "a message was redriven that may not be, or out of its order";
  to_redrive_.pop_front();
  return {};
}

// Each as if those before it were moved already, where they can be.
void Ledger::expect_redrives() {
  to_redrive_.clear();
  expected_redrives_.clear();
  if (refusal_of_move()) return;
  const LedgerQueue& queue = queues_.at(*target_);
  std::set<Seq> gone;
  std::set<std::string> held_up;
  for (const Seq each : command_->chosen) {
    const auto found = queue.messages.find(each);
    RedriveVerdict verdict = RedriveVerdict::moved;
    if (found == queue.messages.end() || is_expired(queue, found->second, at_)) {
      verdict = RedriveVerdict::not_there;
    } else if (!is_in_sight(queue, each, gone) || held_up.contains(found->second.group)) {
      verdict = RedriveVerdict::not_visible;
    } else if (!command_->destination && !found->second.source) {
      verdict = RedriveVerdict::no_source;
    } else if (destination_of(queue, found->second, command_->destination) == nullptr) {
      verdict = RedriveVerdict::no_destination;
    }
    if (verdict == RedriveVerdict::moved) {
      gone.insert(each);
    } else if (verdict != RedriveVerdict::not_there && queue.attributes.is_fifo) {
      held_up.insert(found->second.group);
    }
    to_redrive_.emplace_back(each, verdict);
    expected_redrives_.push_back(verdict);
  }
}

// Nobody holds it or, on a FIFO queue, what is left before it in its conversation.
bool Ledger::is_in_sight(const LedgerQueue& queue, Seq seq, const std::set<Seq>& gone) const {
  const std::string& group = queue.messages.at(seq).group;
  if (!is_open(queue, seq, at_) || queue.parked.contains(group)) return false;
  if (!queue.attributes.is_fifo) return true;
  const std::vector<Seq> all = conversation(queue, group);
  const auto head = std::ranges::find_if(all, [&](Seq each) { return !gone.contains(each); });
  return is_open(queue, *head, at_);
}

Complaint Ledger::check_redriven(const Reply& reply) const {
  if (reply.task != refusal_of_move().value_or(MoveTaskVerdict::started))
    return "a redrive was judged wrongly";
  const bool is_told =
      std::ranges::equal(reply.redriven, expected_redrives_, {}, &engine::RedriveResult::verdict);
  if (!is_told) return "what becomes of a message was judged wrongly";
  return unless(
      std::ranges::none_of(to_redrive_,
                           [](const auto& each) { return each.second == RedriveVerdict::moved; }),
      "a message was said to be moved that was not");
}

}  // namespace mailrail::sim
