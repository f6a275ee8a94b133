#include "server/removal.h"

#include <map>
#include <utility>
#include <vector>

namespace mailrail::server {
namespace {

constexpr std::size_t looked_at_per_turn_max = 1000;
constexpr std::size_t queues_per_turn_max = 100;
constexpr std::size_t topics_per_turn_max = 10;  // Each with its subscriptions.

// The next ones that are taken; `last` is how far it looked. `is_at_end` if there are no more.
template <class Id>
struct Batch {
  std::vector<Id> ids;
  bool is_at_end = false;
};

template <class Name, class Id>
Batch<Id> next_batch(const std::map<Name, Id>& names,
                     std::optional<Name>& last,
                     const Selection& selection,
                     std::size_t count_max) {
  Batch<Id> batch;
  auto each = last ? names.upper_bound(*last) : names.begin();
  for (std::size_t looked_at = 0; looked_at < looked_at_per_turn_max; ++looked_at, ++each) {
    if (batch.ids.size() == count_max) return batch;
    if (each == names.end()) {
      batch.is_at_end = true;
      return batch;
    }
    last = each->first;
    if (selection.takes(each->first.account, each->first.name)) batch.ids.push_back(each->second);
  }
  return batch;
}

}  // namespace

// Topics first: whatever they deliver meanwhile goes to queues that are still to be deleted.
bool Removal::go_on(engine::Engine& engine, engine::Turn& turn) {
  if (!is_past_topics_) {
    const auto batch =
        next_batch(engine.topics().names(), last_topic_, selection_, topics_per_turn_max);
    for (const TopicId each : batch.ids) engine.delete_topic(turn, each);
    topics_ += batch.ids.size();
    is_past_topics_ = batch.is_at_end;
    return false;
  }
  const auto batch = next_batch(engine.queue_names(), last_queue_, selection_, queues_per_turn_max);
  for (const QueueId each : batch.ids) engine.delete_queue(turn, each);
  queues_ += batch.ids.size();
  return batch.is_at_end;
}

}  // namespace mailrail::server
