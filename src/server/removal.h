// Removal: deletes queues and topics, all that were there at its beginning or a selection of them,
// a bounded number in each turn.
//
// What was deleted is gone as by DeleteQueue and DeleteTopic: subscriptions go with their topic,
// and those of topics that stay keep naming a queue that is not there.

#pragma once

#include <cstdint>
#include <optional>

#include "engine/engine.h"
#include "server/test_request.h"

namespace mailrail::server {

class Removal {
 public:
  explicit Removal(Selection selection) : selection_(std::move(selection)) {}

  // False if there is more to do than one turn should.
  bool go_on(engine::Engine& engine, engine::Turn& turn);

  std::uint64_t queues() const { return queues_; }
  std::uint64_t topics() const { return topics_; }

 private:
  const Selection selection_;
  std::optional<engine::TopicName> last_topic_;  // That it looked at,
  std::optional<engine::QueueName> last_queue_;  // likewise: in the order of their names.
  bool is_past_topics_ = false;
  std::uint64_t queues_ = 0;
  std::uint64_t topics_ = 0;
};

}  // namespace mailrail::server
