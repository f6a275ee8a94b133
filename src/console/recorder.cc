#include "console/recorder.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mailrail::console {
namespace {

constexpr std::size_t queues_per_turn = 256;
constexpr std::size_t looks_per_turn = 2'048;  // For the oldest message.
constexpr Duration looked_at_for = 10min;

std::uint32_t number(std::uint64_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

Question::Asked Sample::ask(engine::Engine& engine, engine::Turn& turn) {
  looks_left_ = looks_per_turn;
  const auto& names = engine.queue_names();
  auto next = after_ ? names.upper_bound(*after_) : names.begin();
  for (std::size_t left = queues_per_turn; next != names.end() && seen_.size() < queues_max;
       ++next, --left) {
    if (left == 0) return Asked::in_part;
    see(engine, *engine.find_queue(next->second), turn.now);
    after_ = next->first;
  }
  if (next == names.end()) after_.reset();
  for (const QueueId each : besides_) {
    const engine::Queue* queue = ids_.contains(each) ? nullptr : engine.find_queue(each);
    if (queue != nullptr) see(engine, *queue, turn.now);
  }
  totals_ = traffic_.all_queues();
  return Asked::whole;
}

void Sample::see(engine::Engine& engine, const engine::Queue& queue, Instant now) {
  Seen seen{.queue = queue.id, .counts = engine.counts(queue.id), .oldest_age = {}};
  if (const auto oldest = engine.find_oldest(queue.id, looks_left_))
    seen.oldest_age = oldest->of_all ? std::max(now - *oldest->of_all, Duration(0)) : Duration(0);
  const broker::QueueTraffic& traffic = traffic_.of(queue.id);
  seen.sent = traffic.sent;
  seen.received = traffic.received;
  seen.deleted = traffic.deleted;
  ids_.insert(queue.id);
  seen_.push_back(seen);
}

std::unique_ptr<Sample> Recorder::next_sample() const {
  return std::make_unique<Sample>(traffic_, next_, std::vector(busy_.begin(), busy_.end()));
}

void Recorder::take(const Sample& sample, Instant at) {
  const auto second = number(static_cast<std::uint64_t>(unix_seconds(at)));
  for (const Sample::Seen& each : sample.seen()) {
    const auto known = latest_.find(each.queue);
    if (known == latest_.end() && latest_.size() >= queues_max) continue;
    Point gauges;
    gauges.numbers[Point::visible] = number(each.counts.visible);
    gauges.numbers[Point::in_flight] = number(each.counts.in_flight);
    gauges.numbers[Point::delayed] = number(each.counts.delayed);
    gauges.numbers[Point::oldest_age] =
        each.oldest_age ? number(static_cast<std::uint64_t>(each.oldest_age->count()) / 1000)
        : known == latest_.end() ? 0
                                 : known->second.gauges.numbers[Point::oldest_age];
    for (const auto each_number : {Point::visible, Point::in_flight, Point::delayed})
      sum_.numbers[each_number] =
          number(std::uint64_t{sum_.numbers[each_number]} + gauges.numbers[each_number]);
    sum_.numbers[Point::oldest_age] =
        std::max(sum_.numbers[Point::oldest_age], gauges.numbers[Point::oldest_age]);
    if (busy_.size() < busy_max) busy_.insert(each.queue);
    record(each.queue, gauges,
           {.sent = each.sent, .received = each.received, .deleted = each.deleted}, second);
  }
  next_ = sample.next();
  record_all(sample, second);
  if (second / 60 == minute_) return;
  minute_ = second / 60;
  choose_busy(at);
}

void Recorder::record(QueueId queue,
                      const Point& gauges,
                      const Totals& totals,
                      std::uint32_t second) {
  const auto since = [&](const Totals& before) {
    Point point = gauges;
    point.numbers[Point::sent] = number(totals.sent - before.sent);
    point.numbers[Point::received] = number(totals.received - before.received);
    point.numbers[Point::deleted] = number(totals.deleted - before.deleted);
    return point;
  };
  const auto [found, is_new] = latest_.try_emplace(
      queue, Latest{.totals = totals, .at_minute = totals, .minute = second / 60});
  Latest& latest = found->second;
  if (second / 60 != latest.minute) {
    history_.add_minute(queue, latest.minute, since(latest.at_minute));
    latest.in_minute = totals.sum() - latest.at_minute.sum();
    latest.at_minute = totals;
    latest.minute = second / 60;
  }
  if (second == latest.second) return;
  if (queue == all_queues || busy_.contains(queue))
    history_.add_second(queue, second, since(latest.totals));
  latest.gauges = gauges;
  latest.totals = totals;
  latest.second = second;
}

// Depths are those of the last round through all queues; with a few thousand that is each second.
void Recorder::record_all(const Sample& sample, std::uint32_t second) {
  if (!next_) all_ = std::exchange(sum_, {});
  const broker::QueueTraffic& totals = sample.totals();
  record(all_queues, all_,
         {.sent = totals.sent, .received = totals.received, .deleted = totals.deleted}, second);
}

// And forgets those that have gone.
void Recorder::choose_busy(Instant at) {
  std::erase_if(looked_at_, [&](const auto& each) { return at - each.second > looked_at_for; });
  // A round through all queues takes longer than a minute where there are very many.
  const std::uint32_t rounds =
      2 + static_cast<std::uint32_t>(latest_.size() / Sample::queues_max) / 60;
  std::erase_if(latest_, [&](const auto& each) { return each.second.minute + rounds < minute_; });
  if (minute_ > rounds) history_.forget_without(minute_ - rounds - 1);
  std::vector<std::pair<std::uint64_t, QueueId>> by_traffic;
  for (const auto& [queue, latest] : latest_) {
    if (queue != all_queues) by_traffic.emplace_back(latest.in_minute, queue);
  }
  const std::size_t count = std::min(by_traffic.size(), busy_max);
  std::ranges::partial_sort(by_traffic, by_traffic.begin() + static_cast<std::ptrdiff_t>(count),
                            std::greater<>());
  busy_.clear();
  for (const auto& [queue, when] : looked_at_) {
    if (busy_.size() < busy_max) busy_.insert(queue);
  }
  for (std::size_t i = 0; i < count && busy_.size() < busy_max; ++i)
    busy_.insert(by_traffic[i].second);
}

}  // namespace mailrail::console
