#include "load/consumer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/shown.h"

namespace mailrail::load {

Consumer::Consumer(Consumption& consumption) : consumption_(consumption) {
  ++consumption_.consuming;
  ++consumption_.answered;
}

Step Consumer::next(Time now) {
  if (!receipt_handles_.empty() && now < received_at_ + consumption_.work)
    return {.kind = Step::Kind::wait, .until = received_at_ + consumption_.work};
  begun_ = now;
  if (!receipt_handles_.empty()) return remove();
  const bool is_over =
      now >= consumption_.ends_at || consumption_.received >= consumption_.messages_max;
  if (is_over) return {.kind = Step::Kind::over};
  doing_ = Doing::receiving;
  receive_ = ++consumption_.receives;
  return {.kind = Step::Kind::ask,
          .request = consumption_.requests.receive(consumption_.queue_url, consumption_.receive_max,
                                                   consumption_.wait_seconds)};
}

Step Consumer::remove() {
  doing_ = Doing::deleting;
  if (consumption_.judge != nullptr) {
    for (const auto& each : numbers_)
      if (each) consumption_.judge->deleting(*each);
  }
  return {.kind = Step::Kind::ask,
          .request = consumption_.requests.delete_batch(consumption_.queue_url,
                                                        std::exchange(receipt_handles_, {}))};
}

void Consumer::on_reply(const Reply& reply, Time now) {
  const Doing done = std::exchange(doing_, Doing::nothing);
  if (!reply.is_ok()) return fail(fmt::format("status {}: {}", reply.status, shown(reply.body)));
  if (!std::exchange(is_answered_, true)) ++consumption_.answered;
  done == Doing::receiving ? on_received(reply, now) : on_deleted(reply, now);
}

void Consumer::on_broken(std::string_view why) {
  doing_ = Doing::nothing;
  fail(why);
}

void Consumer::on_gone(std::string_view why) {
  on_broken(why);
  --consumption_.consuming;
}

void Consumer::fail(std::string_view why) {
  if (std::exchange(is_answered_, false)) --consumption_.answered;
  consumption_.figures.fail(why);
}

void Consumer::on_received(const Reply& reply, Time now) {
  const auto messages = parser_.messages(reply.body);
  if (!messages) return fail(fmt::format("not as SQS answers a receive: {}", shown(reply.body)));
  received_at_ = now;
  consumption_.received += messages->size();
  consumption_.figures.receives.count(consumption_.figures.window, begun_, now, messages->size());
  numbers_.clear();
  for (const ReceivedMessage& each : *messages) {
    judge(each, now);
    if (consumption_.deleting == Deleting::deletes)
      receipt_handles_.emplace_back(each.receipt_handle);
  }
}

// The queue's timeout began at the earliest when it was asked.
void Consumer::judge(const ReceivedMessage& message, Time now) {
  if (consumption_.judge == nullptr) return;
  const auto number = consumption_.requests.tag().number_in(message.body);
  numbers_.push_back(number);
  if (!number) return consumption_.judge->foreign(message.body);
  const auto due = consumption_.judge->received(
      *number, {.receive = receive_, .until = begun_ + consumption_.visibility_timeout}, now);
  if (due) consumption_.figures.end_to_end.count(consumption_.figures.window, *due, now, 1);
}

void Consumer::on_deleted(const Reply& reply, Time now) {
  const auto failed = parser_.failed(reply.body);
  if (!failed) return fail(fmt::format("not as SQS answers a batch: {}", shown(reply.body)));
  if (!failed->empty()) {
    consumption_.figures.fail(fmt::format("entries that failed: {}", shown(reply.body)));
    consumption_.figures.errors += failed->size() - 1;
  }
  const std::size_t count = std::max(numbers_.size(), failed->size());
  consumption_.figures.deletes.count(consumption_.figures.window, begun_, now,
                                     count - failed->size());
  if (consumption_.judge == nullptr) return;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (numbers_[i] && std::ranges::find(*failed, i) == failed->end())
      consumption_.judge->deleted(*numbers_[i]);
  }
}

}  // namespace mailrail::load
