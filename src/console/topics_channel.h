// TopicsChannel: the topics of an account and their subscriptions, with what went through them
// since the server started and what still waits for each endpoint.
//
// Whoever may list subscriptions sees those of the topics that his key is for. The first few
// thousand are told.

#pragma once

#include <memory>
#include <string>

#include "console/channel.h"

namespace mailrail::console {

class TopicsQuestion final : public Question {
 public:
  static constexpr std::size_t told_max = 2'000;

  TopicsQuestion(const api::Context& context, const broker::Traffic& traffic);
  Asked ask(engine::Engine& engine, engine::Turn& turn) override;

  const Result<void>& allowed() const { return allowed_; }
  std::string text() const;

 private:
  bool is_seen(const engine::Topic& topic) const;
  void add_topic(const engine::Topic& topic);
  void add_subscription(engine::Engine& engine, const engine::Subscription& subscription);

  const api::Context context_;
  const broker::Traffic& traffic_;
  const Result<void> allowed_;
  TopicId last_topic_{};
  SubscriptionId last_subscription_{};
  std::size_t told_ = 0;
  std::string topics_;         // JSON, with commas between.
  std::string subscriptions_;  // Likewise.
};

class TopicsChannel final : public Channel {
 public:
  explicit TopicsChannel(const broker::Traffic& traffic) : traffic_(traffic) {}

  std::unique_ptr<Question> ask(const api::Context& context) override;
  void take(Instant at) override;
  std::string whole() override { return whole_; }

 private:
  const broker::Traffic& traffic_;
  TopicsQuestion* asked_ = nullptr;
  std::string whole_;
};

}  // namespace mailrail::console
