#include "bench/cycle.h"

namespace mailrail::bench {

load::Step Cycle::next(load::Time now) {
  begun_ = now;
  if (doing_ == Doing::sending) {
    doing_ = Doing::receiving;
    return {.kind = load::Step::Kind::ask, .request = requests_.receive(options_.queue_url, 1, 0)};
  }
  if (doing_ == Doing::receiving && !receipt_handles_.empty()) {
    doing_ = Doing::deleting;
    return {.kind = load::Step::Kind::ask,
            .request = requests_.delete_batch(options_.queue_url, receipt_handles_)};
  }
  const std::uint64_t own = options_.cycles_max / options_.part.of +
                            (options_.part.number < options_.cycles_max % options_.part.of ? 1 : 0);
  const auto item = script_.item(options_.part, sent_);
  if (!item || sent_ >= own || now >= options_.ends_at) return {};
  ++sent_;
  doing_ = Doing::sending;
  return {
      .kind = load::Step::Kind::ask,
      .request = requests_.send(options_.queue_url, {.number = item->turn,
                                                     .text = script_.text(*item),
                                                     .group = script_.group_name(item->group)})};
}

void Cycle::on_reply(const load::Reply& reply, load::Time now) {
  if (!reply.is_ok()) figures_.fail(reply.body);
  if (doing_ != Doing::receiving) return;
  receipt_handles_.clear();
  if (const auto messages = parser_.messages(reply.body)) {
    for (const load::ReceivedMessage& each : *messages)
      receipt_handles_.emplace_back(each.receipt_handle);
  }
  figures_.receives.count(figures_.window, begun_, now, receipt_handles_.size());
  if (receipt_handles_.size() != 1) figures_.fail("a cycle's receive did not return one message");
}

}  // namespace mailrail::bench
