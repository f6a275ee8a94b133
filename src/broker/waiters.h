// Waiters: calls that wait for messages, in the order in which they came, queue by queue.
// Each has a deadline, at which it is asked for the last time; taking one out and adding one are
// logarithmic.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "base/ids.h"
#include "base/time.h"
#include "broker/call.h"
#include "broker/consumers.h"

namespace mailrail::broker {

class Waiters {
 public:
  // `consumers` is told who waits; null: nobody is.
  explicit Waiters(Consumers* consumers = nullptr) : consumers_(consumers) {}

  // A place in the order of all waiters.
  using Ticket = std::uint64_t;

  struct Waiter {
    Ticket ticket = 0;
    Instant deadline;
    QueueId queue;
    std::unique_ptr<Call> call;
  };

  void add(QueueId queue, Instant deadline, std::unique_ptr<Call> call);

  // Puts one back that was taken out to be asked, in its old place.
  void put_back(Waiter waiter);

  // Each takes one out; nothing if there is none.
  std::optional<Waiter> take_first_of(QueueId queue);
  std::optional<Waiter> take_due(Instant now);
  std::optional<Waiter> take(std::uint64_t call_id);
  std::optional<Waiter> take_any();

  std::optional<Instant> next_deadline() const;
  std::size_t size() const { return deadlines_.size(); }
  std::size_t waiting_at(QueueId queue) const;
  // Those that are not bounded elsewhere.
  std::size_t counted() const { return counted_; }

 private:
  std::optional<Waiter> take_out(QueueId queue, Ticket ticket);

  Consumers* const consumers_;
  Ticket last_ticket_ = 0;
  std::size_t counted_ = 0;
  std::map<QueueId, std::map<Ticket, Waiter>> queues_;
  std::set<std::tuple<Instant, QueueId, Ticket>> deadlines_;
  std::map<std::uint64_t, std::pair<QueueId, Ticket>> calls_;  // By the call's id.
};

}  // namespace mailrail::broker
