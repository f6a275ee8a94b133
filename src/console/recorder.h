// Recorder: looks at the queues once a second, and keeps what it saw as their history.
//
// A second's look goes on through all queues where the one before stopped, so it costs the same
// however many there are; the busiest, and those that somebody looks at, are in each. Of a queue
// its minutes are told once they are over.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "broker/traffic.h"
#include "console/history.h"
#include "console/question.h"

namespace mailrail::console {

// What one look sees.
class Sample final : public Question {
 public:
  struct Seen {
    QueueId queue;
    engine::QueueCounts counts;
    std::optional<Duration> oldest_age;  // Nothing: nobody knows yet.
    std::uint64_t sent;                  // These three since the server started.
    std::uint64_t received;
    std::uint64_t deleted;
  };
  static constexpr std::size_t queues_max = 2'000;

  Sample(const broker::Traffic& traffic,
         std::optional<engine::QueueName> after,
         std::vector<QueueId> besides)
      : traffic_(traffic), after_(std::move(after)), besides_(std::move(besides)) {}

  Asked ask(engine::Engine& engine, engine::Turn& turn) override;

  const std::vector<Seen>& seen() const { return seen_; }
  // Where the next one goes on; nothing: at the beginning.
  const std::optional<engine::QueueName>& next() const { return after_; }
  const broker::QueueTraffic& totals() const { return totals_; }

 private:
  void see(engine::Engine& engine, const engine::Queue& queue, Instant now);

  const broker::Traffic& traffic_;
  std::optional<engine::QueueName> after_;
  std::vector<QueueId> besides_;
  std::size_t looks_left_ = 0;  // Of this turn.
  std::vector<Seen> seen_;
  std::set<QueueId> ids_;
  broker::QueueTraffic totals_;
};

class Recorder {
 public:
  static constexpr std::size_t busy_max = 200;
  // Beyond, queues are not recorded: with the history this stays below its bound.
  static constexpr std::size_t queues_max = 50'000;
  // What the history of all queues together is kept under.
  static constexpr QueueId all_queues{};

  explicit Recorder(const broker::Traffic& traffic)
      : traffic_(traffic), history_(History::bytes_max - queues_max * latest_bytes) {}

  std::unique_ptr<Sample> next_sample() const;
  void take(const Sample& sample, Instant at);
  // Somebody looks at this queue: it is among the busiest for the next minutes.
  void look_at(QueueId queue, Instant at) { looked_at_[queue] = at; }

  const History& history() const { return history_; }

 private:
  struct Totals {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t deleted = 0;

    std::uint64_t sum() const { return sent + received + deleted; }
  };
  struct Latest {
    Point gauges = {};
    Totals totals = {};
    Totals at_minute = {};  // As they were when the minute began.
    std::uint32_t minute = 0;
    std::uint32_t second = 0;
    std::uint64_t in_minute = 0;  // What went through it in the last one.
  };
  static constexpr std::size_t latest_bytes = sizeof(Latest) + 48;

  void record(QueueId queue, const Point& gauges, const Totals& totals, std::uint32_t second);
  void record_all(const Sample& sample, std::uint32_t second);
  void choose_busy(Instant at);

  const broker::Traffic& traffic_;
  History history_;
  std::optional<engine::QueueName> next_;
  std::map<QueueId, Latest> latest_;
  std::set<QueueId> busy_;
  std::map<QueueId, Instant> looked_at_;
  Point sum_ = {};  // Of the queues seen since the beginning of this round.
  Point all_ = {};  // Of the last whole round.
  std::uint32_t minute_ = 0;
};

}  // namespace mailrail::console
