// Snapshot: the numbers of all queues and topics at about one moment.
//
// It is taken on the engine thread in steps, a few hundred queues each, so that no turn gets long,
// however many there are; what happens between two steps may be in one queue's numbers and not yet
// in another's. Queues beyond a maximum are summed up and not told one by one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "broker/traffic.h"
#include "engine/engine.h"

namespace mailrail::metrics {

struct QueueNumbers {
  engine::QueueName name;
  engine::QueueCounts counts;
  std::optional<Duration> oldest_age = {};  // None: the queue is empty.
  std::optional<Duration> oldest_undelivered_age = {};
  std::optional<double> quota_ratio = {};  // None: the queue has no bound.
  broker::QueueTraffic traffic;
};

struct TopicNumbers {
  engine::TopicName name;
  broker::TopicTraffic traffic;
};

struct Snapshot {
  std::vector<QueueNumbers> queues;  // In the order of their names.
  std::size_t queues_omitted = 0;    // That were asked for, too, and are too many.
  std::vector<TopicNumbers> topics;
  std::size_t topics_omitted = 0;

  // Of all there are, whatever was asked for.
  std::size_t queue_count = 0;
  std::size_t topic_count = 0;
  engine::QueueCounts counts;
  std::uint64_t dead_letters = 0;  // In queues that are some queue's dead-letter queue.
  Duration oldest_age{0};          // In all queues but these.
  broker::QueueTraffic queue_traffic;
  broker::TopicTraffic topic_traffic;

  std::size_t waiting_calls = 0;
  engine::MemoryAreas memory;
  std::uint64_t committed_bytes = 0;
};

// What is told one by one.
struct Detail {
  // With * and ? as in file names. None: nothing is.
  std::optional<std::string> names = "*";
  // If there are more, only the first are told; or none, so that a series does not come and go.
  enum class Overflow : std::uint8_t { first_are_told, none_is_told };
  Overflow overflow = Overflow::none_is_told;
  std::size_t count_max = 2000;
};

class SnapshotTaker {
 public:
  explicit SnapshotTaker(Detail detail) : detail_(std::move(detail)) {}

  // One step. True when the snapshot is complete.
  bool step(engine::Engine& engine, const broker::Traffic& traffic, Instant now);
  Snapshot take() { return std::move(snapshot_); }

 private:
  bool step_queues(engine::Engine& engine, const broker::Traffic& traffic, Instant now);
  bool add(engine::Engine& engine,
           const broker::Traffic& traffic,
           const engine::Queue& queue,
           Instant now);
  bool step_topics(const engine::Engine& engine, const broker::Traffic& traffic);
  void finish(const engine::Engine& engine, const broker::Traffic& traffic);
  bool is_asked_for(const std::string& name) const;

  Detail detail_;
  Snapshot snapshot_;
  std::optional<engine::QueueName> last_queue_ = {};
  TopicId last_topic_ = {};
  bool has_all_queues_ = false;
  std::size_t looks_left_ = 0;  // Of this step.
  std::set<QueueId> dead_letter_queues_;
  std::vector<std::pair<QueueId, Duration>> ages_;  // Of queues that are not empty.
};

// Whether the name is one that the pattern means.
bool matches_pattern(std::string_view pattern, std::string_view name);

}  // namespace mailrail::metrics
