// What the tests of delivery share: the real engine and broker over a log in memory, a Courier, and
// an endpoint that answers as the test says. Time is turned by hand. Nothing here is part of
// mailrail itself.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "broker/broker.h"
#include "delivery/courier.h"
// NOLINTNEXTLINE(tidy-includes): only tests include this header.
#include "log/memory/memory_log.h"
#include "signing/signing_testing.h"
#include "sns/publication.h"

namespace mailrail::delivery {

// A call made of a function.
class Step final : public broker::Call {
 public:
  using Decide = std::function<void(engine::Engine&, engine::Turn&)>;
  explicit Step(Decide decide) : Call(0), decide_(std::move(decide)) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    decide_(engine, turn);
    return {};
  }

 private:
  Decide decide_;
};

class CourierTest : public testing::Test, private broker::Outbox, private Hands {
 protected:
  struct Posted {
    std::uint64_t number;
    client::HttpRequest request;
  };

  CourierTest() : broker(engine, log, random, *this) {
    signer.load(signing::test_key_pair()).value();
    run([](auto&, auto&) {});
  }

  // --- What happens outside.

  void run(Step::Decide decide) {
    calls_.push_back(std::make_unique<Step>(std::move(decide)));
    settle();
  }
  void start() {
    Hands& hands = *this;
    courier = std::make_unique<Courier>(engine.identity(), signer, random, hands);
    courier->start();
    settle();
  }
  void pass(Duration time) {
    now += time;
    settle();
  }
  void answer(const Posted& posted, int status) {
    courier->responded(posted.number, {.status = status, .why = "No answer."}, now);
    settle();
  }
  // The client ends before there is an answer.
  void break_off(const Posted& posted) {
    courier->responded(posted.number, {.why = "It ended.", .was_broken_off = true}, now);
    settle();
  }
  // Those that came since the last time.
  std::vector<Posted> take_posted() { return std::exchange(posted_, {}); }
  // Answers whatever comes until nothing does.
  void answer_all(int status) {
    for (auto batch = take_posted(); !batch.empty(); batch = take_posted()) {
      for (const Posted& each : batch) answer(each, status);
    }
  }

  enum class Type { standard, fifo };
  TopicId create_topic(Type type) {
    TopicId topic;
    run([&](engine::Engine& state, engine::Turn& turn) {
      topic = state.create_topic(turn, topic_name(type), {.is_fifo = type == Type::fifo}, {});
    });
    return topic;
  }
  SubscriptionId subscribe(TopicId topic, engine::SubscriptionAttributes attributes = {}) {
    SubscriptionId made;
    run([&](engine::Engine& state, engine::Turn& turn) {
      const std::string endpoint = "http://host/" + std::to_string(++endpoints_);
      made = state.subscribe(turn, {.topic = topic,
                                    .protocol = engine::Protocol::http,
                                    .endpoint = endpoint,
                                    .state = engine::SubscriptionState::confirmed,
                                    .attributes = attributes});
    });
    return made;
  }
  void publish(TopicId topic, const std::string& text, const std::string& group = "") {
    run([&](engine::Engine& state, engine::Turn& turn) {
      const engine::Topic& to = *state.topics().find(topic);
      const std::string record = sns::encode_publication({.region = to.name.region,
                                                          .account = to.name.account,
                                                          .topic = to.name.name,
                                                          .endpoint = "http://mailrail",
                                                          .text = text});
      std::vector<engine::PublishTarget> targets;
      for (const auto& [id, each] : to.subscriptions) {
        targets.push_back({.queue = state.delivery_queue(id)->id,
                           .subscription = id,
                           .is_raw = each->attributes.is_raw});
      }
      state.publish(turn, {.topic = topic,
                           .group = group,
                           .deduplication_id = to.attributes.is_fifo ? text : std::string(),
                           .record = record,
                           .targets = targets});
    });
  }
  static engine::TopicName topic_name(Type type) {
    return {.region = "us-east-1",
            .account = "000000000000",
            .name = type == Type::fifo ? "t.fifo" : "t"};
  }
  std::uint64_t waiting(SubscriptionId subscription) {
    const engine::QueueCounts counts = engine.counts(engine.delivery_queue(subscription)->id);
    return counts.visible + counts.in_flight;
  }

  log::MemoryLog::Storage storage;
  log::MemoryLog log{storage};
  SeededRandom random{1};
  signing::Signer signer;
  Instant now = from_unix_ms(1'700'000'000'000);
  engine::Engine engine{1};
  broker::Broker broker;
  std::unique_ptr<Courier> courier;
  std::vector<GivenUp> given_up;
  std::function<void()> on_post;
  bool holds_answers = false;  // As if commits took long.

 private:
  void release(std::unique_ptr<broker::Call> call, std::vector<log::SharedFrame> frames) override {
    left_.emplace_back(std::move(call), std::move(frames));
  }
  void drop(std::unique_ptr<broker::Call>) override {}
  void parked(const broker::Call&) override {}
  void submit(std::unique_ptr<Call> call) override { calls_.push_back(std::move(call)); }
  void post(std::uint64_t number, client::HttpRequest request) override {
    if (on_post) on_post();
    posted_.push_back({.number = number, .request = std::move(request)});
  }
  void gave_up(const GivenUp& given) override { given_up.push_back(given); }

  // Turns, commits and answers until nothing is left to do at this moment.
  void settle() {
    while (true) {
      if (courier != nullptr) courier->advance(now);
      broker.turn(now, std::exchange(calls_, {}));
      if (const log::SharedFrame frame = broker.take_frame()) {
        ASSERT_EQ(log.append(*frame).outcome, log::Outcome::durable);
        broker.durable();
      }
      if (!holds_answers) {
        for (auto& [call, frames] : std::exchange(left_, {})) tell(*call, frames);
      }
      const auto next = broker.next_turn();
      if (calls_.empty() && (!next || *next > now)) return;
    }
  }
  void tell(broker::Call& call, const std::vector<log::SharedFrame>& frames) {
    auto* ours = dynamic_cast<Call*>(&call);
    if (ours == nullptr || courier == nullptr) return;
    std::vector<std::string_view> sent;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const engine::Body& body = ours->bodies()[i];
      const std::size_t offset = body.position.value() - frames[i]->position.value();
      sent.push_back(std::string_view(frames[i]->payload).substr(offset, body.length));
    }
    ours->leave(*courier, sent, now);
  }

  std::vector<std::unique_ptr<broker::Call>> calls_;
  std::vector<std::pair<std::unique_ptr<broker::Call>, std::vector<log::SharedFrame>>> left_;
  std::vector<Posted> posted_;
  int endpoints_ = 0;
};

}  // namespace mailrail::delivery
