#include "console/history.h"

#include <algorithm>

namespace mailrail::console {

void Series::add(std::uint32_t step, const Point& point) {
  if (step < end()) return;
  if (!runs_.empty() && runs_.back().end == step && runs_.back().point == point) {
    runs_.back().end = step + 1;
  } else {
    // By a quarter: what is held and not used is little.
    if (runs_.size() == runs_.capacity()) runs_.reserve(runs_.size() + runs_.size() / 4 + 1);
    runs_.push_back({.begin = step, .end = step + 1, .point = point});
  }
  if (step >= length_) forget_before(step + 1 - length_);
}

void Series::forget_before(std::uint32_t step) {
  const auto kept = std::ranges::find_if(runs_, [&](const Run& each) { return each.end > step; });
  runs_.erase(runs_.begin(), kept);
  if (!runs_.empty()) runs_.front().begin = std::max(runs_.front().begin, step);
}

std::vector<std::optional<Point>> Series::from(std::uint32_t begin) const {
  std::vector<std::optional<Point>> points;
  for (const Run& each : runs_) {
    if (each.end <= begin) continue;
    points.resize(std::max(each.begin, begin) - begin);
    points.resize(each.end - begin, each.point);
  }
  return points;
}

template <class Change>
void History::change(QueueId queue, Change change) {
  const auto [found, is_new] = queues_.try_emplace(queue);
  OfQueue& of_queue = found->second;
  const std::size_t before =
      is_new ? 0 : bytes_each + of_queue.seconds.bytes() + of_queue.minutes.bytes();
  change(of_queue);
  bytes_ += bytes_each + of_queue.seconds.bytes() + of_queue.minutes.bytes();
  bytes_ -= before;
}

void History::add_second(QueueId queue, std::uint32_t second, const Point& point) {
  change(queue, [&](OfQueue& each) { each.seconds.add(second, point); });
  make_room();
}

void History::add_minute(QueueId queue, std::uint32_t minute, const Point& point) {
  change(queue, [&](OfQueue& each) { each.minutes.add(minute, point); });
  make_room();
}

void History::forget_without(std::uint32_t minute) {
  for (auto each = queues_.begin(); each != queues_.end();) {
    OfQueue& of_queue = each->second;
    if (of_queue.minutes.end() > minute || of_queue.seconds.end() > minute * 60) {
      ++each;
      continue;
    }
    bytes_ -= bytes_each + of_queue.seconds.bytes() + of_queue.minutes.bytes();
    each = queues_.erase(each);
  }
}

// The oldest tenth of what minutes there are, again and again; then whole queues.
void History::make_room() {
  while (bytes_ > bytes_max_) {
    std::uint32_t first = ~0U;
    std::uint32_t end = 0;
    for (const auto& [id, each] : queues_) {
      if (each.minutes.empty()) continue;
      first = std::min(first, each.minutes.first());
      end = std::max(end, each.minutes.end());
    }
    if (end <= first + 1) {
      const auto last = std::prev(queues_.end());
      bytes_ -= bytes_each + last->second.seconds.bytes() + last->second.minutes.bytes();
      queues_.erase(last);
      continue;
    }
    const std::uint32_t step = first + std::max((end - first) / 10, 1U);
    for (auto& [id, each] : queues_) {
      bytes_ -= each.minutes.bytes();
      each.minutes.forget_before(step);
      each.minutes.shrink();
      bytes_ += each.minutes.bytes();
    }
  }
}

History::Extract History::read(QueueId queue, Span span) const {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return {};
  const Series& seconds = found->second.seconds;
  const Series& minutes = found->second.minutes;
  if (span == Span::ten_minutes && !seconds.empty()) {
    const std::uint32_t last = seconds.end();
    const std::uint32_t begin = std::max(seconds.first(), last - std::min(last, seconds_kept));
    return {.step = 1, .start = begin, .points = seconds.from(begin)};
  }
  if (minutes.empty()) return {.step = 60};
  const std::uint32_t kept = span == Span::day ? minutes_kept : seconds_kept / 60;
  const std::uint32_t last = minutes.end();
  const std::uint32_t begin = std::max(minutes.first(), last - std::min(last, kept));
  return {.step = 60, .start = std::uint64_t{begin} * 60, .points = minutes.from(begin)};
}

History::Extract History::last_second(QueueId queue) const {
  const auto found = queues_.find(queue);
  if (found == queues_.end() || found->second.seconds.empty()) return {};
  const std::uint32_t last = found->second.seconds.end() - 1;
  return {.step = 1, .start = last, .points = found->second.seconds.from(last)};
}

void write(JsonWriter& json, const History::Extract& extract) {
  static constexpr std::array<std::string_view, Point::count> names = {
      "Visible", "InFlight", "Delayed", "OldestAge", "Sent", "Received", "Deleted"};
  json.key("Start");
  json.number(static_cast<std::int64_t>(extract.start));
  json.key("Step");
  json.number(extract.step);
  json.key("Series");
  json.begin_object();
  for (std::size_t number = 0; number < names.size(); ++number) {
    json.key(names[number]);
    json.begin_array();
    for (const std::optional<Point>& each : extract.points) {
      if (each) {
        json.number(each->numbers[number]);
      } else {
        json.null();
      }
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace mailrail::console
