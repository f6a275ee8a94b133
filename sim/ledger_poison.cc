// Poison conversations, as the ledger sees them: which may be parked, and what may go on.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/ledger.h"

namespace mailrail::sim {

using engine::ParkedResult;
using engine::SkipTo;

bool Ledger::is_spent(const LedgerQueue& queue, const LedgerMessage& message) {
  const auto& policy = queue.attributes.dead_letter;
  // Never received since it came to this queue: then it is given once, whatever its count.
  if (!policy || !message.lease_end) return false;
  return message.receive_count - message.forgiven >= policy->receive_count_max;
}

bool Ledger::parks(const LedgerQueue& queue) {
  return queue.attributes.is_fifo && queue.attributes.on_poison == engine::OnPoison::park;
}

std::vector<Seq> Ledger::conversation(const LedgerQueue& queue, std::string_view group) {
  std::vector<Seq> seqs;
  for (const auto& [seq, message] : queue.messages) {
    if (message.group == group) seqs.push_back(seq);
  }
  return seqs;
}

std::vector<engine::ConversationUnparked::Forgiven> Ledger::received_in(const LedgerQueue& queue,
                                                                        std::string_view group) {
  std::vector<engine::ConversationUnparked::Forgiven> received;
  for (const Seq each : conversation(queue, group)) {
    const LedgerMessage& message = queue.messages.at(each);
    if (message.lease_end) received.push_back({each, message.receive_count});
  }
  return received;
}

bool Ledger::is_skipped(QueueId queue, Seq seq, SkipTo to) const {
  return is_by(Action::skip_conversation) && is_target(queue) && command_->skip_to == to &&
         expected_settlement_ == ParkedResult::done && head_ == seq;
}

bool Ledger::is_dropped(QueueId queue, Seq seq) const {
  const LedgerMessage* message = find(queue, seq);
  return is_by(Action::drop_conversation) && is_target(queue) && head_ && message != nullptr &&
         message->group == command_->group && command_->drop && seq <= command_->drop->through;
}

ParkedResult Ledger::expected_settlement() const {
  const LedgerQueue& queue = queues_.at(*target_);
  if (!queue.parked.contains(command_->group)) return ParkedResult::not_parked;
  if (!is_by(Action::skip_conversation)) return ParkedResult::done;
  const Seq head = conversation(queue, command_->group).front();
  if (queue.messages.at(head).is_leased(at_)) return ParkedResult::head_in_flight;
  const bool has_nowhere =
      command_->skip_to == SkipTo::dead_letters && dead_letter_queue_of(queue) == nullptr;
  return has_nowhere ? ParkedResult::no_dead_letters : ParkedResult::done;
}

// --- Facts.

Complaint Ledger::on(const engine::ConversationParked& fact) {
  if (!is_by(Action::receive) || !is_target(fact.queue))
    return "a conversation was parked for no reason";
  LedgerQueue& queue = queues_.at(fact.queue);
  const std::string group(fact.group);
  if (!parks(queue)) return "a conversation was parked in a queue that does not park";
  if (queue.parked.contains(group)) return "a conversation was parked twice";
  const std::vector<Seq> messages = conversation(queue, group);
  if (messages.empty()) return "a conversation was parked that is not there";
  const LedgerMessage& head = queue.messages.at(messages.front());
  if (!is_spent(queue, head) || is_expired(queue, head, at_))
    return fmt::format("conversation \"{}\" was parked without a poison message", group);
  if (!is_receivable(queue, messages.front(), at_))
    return fmt::format("conversation \"{}\" was parked while its head may not be given", group);
  queue.parked[group] = fact.at;
  set_aside_ += 1;
  return unless(fact.at == at_, "a conversation was parked at another time");
}

// By whom it was asked, or because its last message goes.
Complaint Ledger::on(const engine::ConversationUnparked& fact) {
  const auto found = queues_.find(fact.queue);
  const std::string group(fact.group);
  if (found == queues_.end() || !found->second.parked.contains(group))
    return "a conversation was unparked that is not parked";
  LedgerQueue& queue = found->second;
  const bool is_settled = is_by(Action::retry_conversation) || is_by(Action::skip_conversation)
                              ? expected_settlement_ == ParkedResult::done
                              : is_by(Action::drop_conversation);
  const bool is_asked = is_settled && is_target(fact.queue) && command_->group == group;
  const std::vector<Seq> messages = conversation(queue, group);
  queue.parked.erase(group);
  if (!is_asked) {
    last_of_parked_ = {fact.queue, messages.front()};
    return unless(messages.size() == 1 && fact.forgiven.empty(),
                  "a conversation was unparked for no reason");
  }
  if (fact.forgiven != received_in(queue, group))
    return "other receives were forgiven than there were";
  for (const auto& each : fact.forgiven) queue.messages.at(each.seq).forgiven = each.receive_count;
  return {};
}

Complaint Ledger::check_dropped(const Reply& reply, End end) const {
  if (reply.dropped.was_parked != head_.has_value()) return "a drop was judged wrongly";
  if (reply.dropped.has_more != (end == End::asks_again)) return "a drop was not gone on with";
  if (!head_ || reply.dropped.has_more) return {};
  const LedgerQueue& queue = queues_.at(*target_);
  if (queue.parked.contains(command_->group)) return "a dropped conversation is still parked";
  const std::vector<Seq> left = conversation(queue, command_->group);
  return unless(left.empty() || left.front() > command_->drop->through, "a drop left messages");
}

}  // namespace mailrail::sim
