// Whom a turn asks for messages, and when in it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "broker/broker_testing.h"

namespace mailrail::broker {
namespace {

class WakingTest : public BrokerTest {};

TEST_F(WakingTest, GivesOneWaiterWhatSeveralCallsOfATurnSend) {
  std::size_t received = 0;
  run("waiter", [&](Engine& state, Turn& turn, TestCall&) {
    received = state.receive(turn, {.queue = standard, .count_max = 10}).messages.size();
    if (received > 0) return Decision{};
    return Decision{
        .verdict = Decision::Verdict::wait, .queue = standard, .deadline = turn.now + 20s};
  });
  std::vector<std::unique_ptr<Call>> calls;
  for (const std::string body : {"a", "b", "c"}) {
    calls.push_back(std::make_unique<TestCall>(
        "send " + body, [this, body](Engine& state, Turn& turn, TestCall&) {
          state.send(turn, {.queue = standard, .record = body});
          return Decision{};
        }));
  }
  broker.turn(now, std::move(calls));

  EXPECT_EQ(received, 3u);
}

TEST_F(WakingTest, AsksWhoWaitsBeforeWhoComesBehindTheSend) {
  const auto take = [this](std::string& into) {
    return [this, &into](Engine& state, Turn& turn, TestCall& call) {
      const auto got = state.receive(turn, {.queue = standard, .count_max = 1});
      if (!got.messages.empty()) into = call.name;
      if (!got.messages.empty()) return Decision{};
      return Decision{
          .verdict = Decision::Verdict::wait, .queue = standard, .deadline = turn.now + 20s};
    };
  };
  std::string taker;
  run("waiter", take(taker));
  std::vector<std::unique_ptr<Call>> calls;
  calls.push_back(std::make_unique<TestCall>("send", [this](Engine& state, Turn& turn, TestCall&) {
    state.send(turn, {.queue = standard, .record = "a"});
    return Decision{};
  }));
  auto late = std::make_unique<TestCall>("late", take(taker));
  late->asks_for_messages = true;
  calls.push_back(std::move(late));
  broker.turn(now, std::move(calls));

  EXPECT_EQ(taker, "waiter");
}

TEST_F(WakingTest, AsksNobodyForWhomWhoWaitedHasLeftNoRoom) {
  Broker small(engine, log, random, outbox,
               {.frame_bytes_max = 64 << 10, .call_bytes_max = 24 << 10});
  const auto write = [this](Engine& state, Turn& turn) {
    state.send(turn, {.queue = standard, .record = std::string(20 << 10, 'x')});
    return Decision{};
  };
  std::vector<std::unique_ptr<Call>> waiting;
  waiting.push_back(std::make_unique<TestCall>("waiter", [&](Engine& state, Turn& turn, TestCall&) {
    if (state.message_count() > 0) return write(state, turn);
    return Decision{.verdict = Decision::Verdict::wait, .queue = standard, .deadline = now + 20s};
  }));
  small.turn(now, std::move(waiting));
  std::vector<std::unique_ptr<Call>> calls;
  for (const std::string name : {"send", "receive"}) {
    auto call = std::make_unique<TestCall>(name, [&](Engine& state, Turn& turn, TestCall&) {
      EXPECT_TRUE(small.has_room());
      return write(state, turn);
    });
    call->asks_for_messages = name == "receive";
    calls.push_back(std::move(call));
  }
  small.turn(now, std::move(calls));

  EXPECT_LE(small.take_frame()->payload.size(), std::size_t{64} << 10);
}

TEST_F(WakingTest, WakesWhoWaitsAtAQueueThatWasDeletedAndMadeAnew) {
  const engine::QueueName name{.region = "r", .account = "a", .name = "q"};
  run("waiter", [&](Engine& state, Turn& turn, TestCall&) {
    const QueueId queue = state.find_queue(name)->id;
    if (!state.receive(turn, {.queue = queue, .count_max = 1}).messages.empty()) return Decision{};
    return Decision{.verdict = Decision::Verdict::wait, .queue = queue, .deadline = now + 20s};
  });
  QueueId anew;
  std::vector<std::unique_ptr<Call>> calls;
  calls.push_back(std::make_unique<TestCall>("delete", [&](Engine& state, Turn& turn, TestCall&) {
    state.delete_queue(turn, standard);
    return Decision{};
  }));
  calls.push_back(std::make_unique<TestCall>("create", [&](Engine& state, Turn& turn, TestCall&) {
    anew = state.create_queue(turn, name, {}, {});
    return Decision{};
  }));
  broker.turn(now, std::move(calls));
  send(anew, "a");

  EXPECT_EQ(broker.waiting(), 0u);
}

}  // namespace
}  // namespace mailrail::broker
