#include "load/producer.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/shown.h"

namespace mailrail::load {

Producer::Producer(Production& production, const Part& part)
    : production_(production), part_(part) {
  ++production_.producing;
}

Step Producer::next(Time now) {
  const auto item = upcoming();
  if (!item) return over();
  const Time due = production_.schedule ? production_.schedule->due(item->turn) : now;
  if (std::max(due, now) >= production_.ends_at) return over();
  if (due > now) return {.kind = Step::Kind::wait, .until = due};
  begun_ = due;
  return {.kind = Step::Kind::ask, .request = request(due)};
}

std::optional<Item> Producer::upcoming() const {
  if (production_.sent >= production_.messages_max) return std::nullopt;
  return production_.script.item(part_, taken_);
}

Step Producer::over() {
  if (!std::exchange(is_over_, true)) --production_.producing;
  return {.kind = Step::Kind::over};
}

std::string Producer::request(Time due) {
  const Requests& requests = production_.requests;
  const std::size_t count = production_.sending == Sending::in_batches ? production_.batch_size : 1;
  outgoing_.clear();
  while (outgoing_.size() < count) {
    const auto item = upcoming();
    if (!item) break;
    take(*item, due);
  }
  switch (production_.sending) {
    case Sending::one_by_one:
      return requests.send(production_.target, outgoing_.front());
    case Sending::in_batches:
      return requests.send_batch(production_.target, outgoing_);
    case Sending::by_query:
      return requests.send_by_query(production_.target, outgoing_.front());
    case Sending::publishing:
      return requests.publish(production_.target, outgoing_.front(), production_.more);
  }
  return {};
}

void Producer::take(const Item& item, Time due) {
  outgoing_.push_back({.number = production_.sent++,
                       .text = production_.script.text(item),
                       .group = production_.script.group_name(item.group)});
  ++taken_;
  for (Judge* const each : production_.judges) each->sent(item.group, due);
}

void Producer::on_reply(const Reply& reply, Time now) {
  const std::vector<std::size_t> failed = failed_of(reply);
  const std::size_t count = outgoing_.size();
  production_.figures.sends.count(production_.figures.window, begun_, now,
                                  count - std::min(count, failed.size()));
  settle(failed);
}

std::vector<std::size_t> Producer::failed_of(const Reply& reply) {
  if (!reply.is_ok()) {
    production_.figures.fail(fmt::format("status {}: {}", reply.status, shown(reply.body)));
    return all_outgoing();
  }
  if (production_.sending != Sending::in_batches) return {};
  const auto told = parser_.failed(reply.body);
  if (!told) {
    production_.figures.fail(fmt::format("not as SQS answers a batch: {}", shown(reply.body)));
    return all_outgoing();
  }
  if (!told->empty()) {
    production_.figures.fail(fmt::format("entries that failed: {}", shown(reply.body)));
    production_.figures.errors += told->size() - 1;
  }
  return *told;
}

std::vector<std::size_t> Producer::all_outgoing() const {
  std::vector<std::size_t> all(outgoing_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

void Producer::on_broken(std::string_view why) {
  production_.figures.fail(why);
  settle(all_outgoing());
}

void Producer::on_gone(std::string_view why) {
  on_broken(why);
  static_cast<void>(over());
}

void Producer::settle(const std::vector<std::size_t>& failed) {
  for (std::size_t i = 0; i < outgoing_.size(); ++i) {
    const bool has_failed = std::ranges::find(failed, i) != failed.end();
    if (!has_failed) ++production_.acknowledged;
    for (Judge* const each : production_.judges) {
      has_failed ? each->unanswered(outgoing_[i].number) : each->acknowledged(outgoing_[i].number);
    }
  }
  outgoing_.clear();
}

}  // namespace mailrail::load
