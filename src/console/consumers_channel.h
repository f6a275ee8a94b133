// ConsumersChannel: who receives from a queue, as the server has seen it since it started.
//
// Whoever may look at the queue sees them.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/consumer.h"
#include "console/channel.h"

namespace mailrail::console {

class ConsumersQuestion final : public Question {
 public:
  ConsumersQuestion(const api::Context& context, std::string queue, const broker::Traffic& traffic)
      : queue_(context, std::move(queue)), traffic_(traffic) {}
  Asked ask(engine::Engine& engine, engine::Turn& turn) override;

  const Result<QueueId>& found() const { return queue_.found(); }
  // By address, user agent and key; those without a record of their own come last.
  const std::vector<broker::ConsumerRecord>& consumers() const { return consumers_; }
  Instant since() const { return since_; }

 private:
  QueueQuestion queue_;
  const broker::Traffic& traffic_;
  std::vector<broker::ConsumerRecord> consumers_;
  Instant since_ = {};
};

class ConsumersChannel final : public Channel {
 public:
  ConsumersChannel(std::string queue, const broker::Traffic& traffic)
      : queue_(std::move(queue)), traffic_(traffic) {}

  std::unique_ptr<Question> ask(const api::Context& context) override;
  void take(Instant at) override;
  std::string whole() override { return whole_; }

 private:
  const std::string queue_;
  const broker::Traffic& traffic_;
  ConsumersQuestion* asked_ = nullptr;
  std::string whole_;
};

}  // namespace mailrail::console
