#include "broker/waiters.h"

#include <utility>

namespace mailrail::broker {

void Waiters::add(QueueId queue, Instant deadline, std::unique_ptr<Call> call) {
  put_back(Waiter{
      .ticket = ++last_ticket_, .deadline = deadline, .queue = queue, .call = std::move(call)});
}

void Waiters::put_back(Waiter waiter) {
  deadlines_.emplace(waiter.deadline, waiter.queue, waiter.ticket);
  counted_ += waiter.call->is_bounded_elsewhere() ? 0 : 1;
  if (consumers_ != nullptr) consumers_->waits(waiter.call->consumer());
  if (waiter.call->id() != 0) calls_[waiter.call->id()] = {waiter.queue, waiter.ticket};
  queues_[waiter.queue].emplace(waiter.ticket, std::move(waiter));
}

std::optional<Waiters::Waiter> Waiters::take_first_of(QueueId queue) {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return std::nullopt;
  return take_out(queue, found->second.begin()->first);
}

std::optional<Waiters::Waiter> Waiters::take_due(Instant now) {
  if (deadlines_.empty()) return std::nullopt;
  const auto [deadline, queue, ticket] = *deadlines_.begin();
  if (deadline > now) return std::nullopt;
  return take_out(queue, ticket);
}

std::optional<Waiters::Waiter> Waiters::take(std::uint64_t call_id) {
  const auto found = calls_.find(call_id);
  if (found == calls_.end()) return std::nullopt;
  return take_out(found->second.first, found->second.second);
}

std::optional<Waiters::Waiter> Waiters::take_any() {
  if (deadlines_.empty()) return std::nullopt;
  return take_out(std::get<QueueId>(*deadlines_.begin()), std::get<Ticket>(*deadlines_.begin()));
}

std::optional<Instant> Waiters::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return std::get<Instant>(*deadlines_.begin());
}

std::size_t Waiters::waiting_at(QueueId queue) const {
  const auto found = queues_.find(queue);
  return found == queues_.end() ? 0 : found->second.size();
}

std::optional<Waiters::Waiter> Waiters::take_out(QueueId queue, Ticket ticket) {
  const auto waiting = queues_.find(queue);
  auto node = waiting->second.extract(ticket);
  if (waiting->second.empty()) queues_.erase(waiting);
  deadlines_.erase({node.mapped().deadline, queue, ticket});
  counted_ -= node.mapped().call->is_bounded_elsewhere() ? 0 : 1;
  if (consumers_ != nullptr) consumers_->waits_no_more(node.mapped().call->consumer());
  if (node.mapped().call->id() != 0) calls_.erase(node.mapped().call->id());
  return std::move(node.mapped());
}

}  // namespace mailrail::broker
