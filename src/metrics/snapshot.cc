#include "metrics/snapshot.h"

#include <algorithm>
#include <utility>

namespace mailrail::metrics {
namespace {

// Measured: 256 queues take about a tenth of a millisecond.
constexpr std::size_t names_per_step = 256;
constexpr std::size_t looks_per_step = 2048;  // For the oldest message.

void add_up(engine::QueueCounts& sum, const engine::QueueCounts& counts) {
  sum.visible += counts.visible;
  sum.in_flight += counts.in_flight;
  sum.delayed += counts.delayed;
  sum.parked += counts.parked;
  sum.parked_conversations += counts.parked_conversations;
  sum.conversations_in_flight += counts.conversations_in_flight;
  sum.conversations_blocked += counts.conversations_blocked;
}

// A clock that was set back makes nothing younger than new.
std::optional<Duration> age_of(std::optional<Instant> sent, Instant now) {
  if (!sent) return std::nullopt;
  return std::max(now - *sent, Duration(0));
}

// How full it is, by the bound that it is nearer to.
std::optional<double> quota_ratio(const engine::QueueBounds& bounds,
                                  const engine::QueueCounts& counts) {
  std::optional<double> ratio;
  const auto consider = [&](std::uint64_t used, std::optional<std::uint64_t> max) {
    if (!max || *max == 0) return;
    const double share = static_cast<double>(used) / static_cast<double>(*max);
    ratio = std::max(ratio.value_or(0), share);
  };
  consider(counts.visible + counts.in_flight + counts.delayed + counts.damaged,
           bounds.messages_max);
  consider(counts.body_bytes, bounds.bytes_max);
  return ratio;
}

}  // namespace

bool SnapshotTaker::step(engine::Engine& engine, const broker::Traffic& traffic, Instant now) {
  looks_left_ = looks_per_step;
  if (!has_all_queues_) {
    has_all_queues_ = step_queues(engine, traffic, now);
    return false;
  }
  if (!step_topics(engine, traffic)) return false;
  finish(engine, traffic);
  return true;
}

// True if those were all. A name that went meanwhile is no reason to lose one's place.
bool SnapshotTaker::step_queues(engine::Engine& engine,
                                const broker::Traffic& traffic,
                                Instant now) {
  const auto& names = engine.queue_names();
  auto next = last_queue_ ? names.upper_bound(*last_queue_) : names.begin();
  for (std::size_t left = names_per_step; left > 0 && next != names.end(); --left, ++next) {
    if (!add(engine, traffic, *engine.find_queue(next->second), now)) return false;
    last_queue_ = next->first;
  }
  return next == names.end();
}

// False if its oldest message is still to be found.
bool SnapshotTaker::add(engine::Engine& engine,
                        const broker::Traffic& traffic,
                        const engine::Queue& queue,
                        Instant now) {
  const std::optional<engine::OldestSent> oldest = engine.find_oldest(queue.id, looks_left_);
  if (!oldest) return false;
  const engine::QueueCounts counts = engine.counts(queue.id);
  const std::optional<Duration> age = age_of(oldest->of_all, now);
  snapshot_.queue_count += 1;
  add_up(snapshot_.counts, counts);
  if (age) ages_.emplace_back(queue.id, *age);
  if (queue.attributes.dead_letter) {
    const engine::Queue* letters = engine.find_queue(queue.attributes.dead_letter->target);
    if (letters != nullptr && dead_letter_queues_.insert(letters->id).second) {
      const engine::QueueCounts of_letters = engine.counts(letters->id);
      snapshot_.dead_letters += of_letters.visible + of_letters.in_flight + of_letters.delayed;
    }
  }
  if (!is_asked_for(queue.name.name)) return true;
  if (snapshot_.queues.size() >= detail_.count_max) {
    snapshot_.queues_omitted += 1;
    return true;
  }
  snapshot_.queues.push_back({.name = queue.name,
                              .counts = counts,
                              .oldest_age = age,
                              .oldest_undelivered_age = age_of(oldest->of_undelivered, now),
                              .quota_ratio = quota_ratio(queue.bounds, counts),
                              .traffic = traffic.of(queue.id)});
  return true;
}

bool SnapshotTaker::step_topics(const engine::Engine& engine, const broker::Traffic& traffic) {
  const auto& topics = engine.topics().all();
  auto next = topics.upper_bound(last_topic_);
  for (std::size_t left = names_per_step; left > 0 && next != topics.end(); --left, ++next) {
    last_topic_ = next->first;
    snapshot_.topic_count += 1;
    if (!is_asked_for(next->second.name.name)) continue;
    if (snapshot_.topics.size() >= detail_.count_max) {
      snapshot_.topics_omitted += 1;
    } else {
      snapshot_.topics.push_back({.name = next->second.name, .traffic = traffic.of(next->first)});
    }
  }
  return next == topics.end();
}

void SnapshotTaker::finish(const engine::Engine& engine, const broker::Traffic& traffic) {
  for (const auto& [queue, age] : ages_) {
    if (!dead_letter_queues_.contains(queue))
      snapshot_.oldest_age = std::max(snapshot_.oldest_age, age);
  }
  if (detail_.overflow == Detail::Overflow::none_is_told) {
    if (snapshot_.queues_omitted > 0)
      snapshot_.queues_omitted += std::exchange(snapshot_.queues, {}).size();
    if (snapshot_.topics_omitted > 0)
      snapshot_.topics_omitted += std::exchange(snapshot_.topics, {}).size();
  }
  snapshot_.queue_traffic = traffic.all_queues();
  snapshot_.topic_traffic = traffic.all_topics();
  snapshot_.waiting_calls = traffic.waiting();
  snapshot_.memory = engine.memory_areas();
  snapshot_.committed_bytes = engine.committed_bytes();
}

bool SnapshotTaker::is_asked_for(const std::string& name) const {
  return detail_.names && matches_pattern(*detail_.names, name);
}

// The last star is the only one that it is worth to go back to.
bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t in_name = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken_by_star = 0;
  while (in_name < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      taken_by_star = in_name;
    } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[in_name])) {
      ++at;
      ++in_name;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in_name = ++taken_by_star;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

}  // namespace mailrail::metrics
