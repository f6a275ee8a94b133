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
  late->asks_at = standard;
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
    if (name == "receive") call->asks_at = standard;
    calls.push_back(std::move(call));
  }
  small.turn(now, std::move(calls));

  EXPECT_LE(small.take_frame()->payload.size(), std::size_t{64} << 10);
}

TEST_F(WakingTest, AsksThoseForWhomThereWasNoRoomBeforeWhoComesThen) {
  Broker small(engine, log, random, outbox,
               {.frame_bytes_max = 64 << 10, .call_bytes_max = 24 << 10});
  Names asked;
  const auto call = [&](std::string name, std::size_t bytes, QueueId asks_at = no_queue) {
    auto made = std::make_unique<TestCall>(
        std::move(name), [&, bytes](Engine& state, Turn& turn, TestCall& self) {
          if (self.name == "waiter" && state.message_count() == 0)
            return Decision{
                .verdict = Decision::Verdict::wait, .queue = standard, .deadline = now + 20s};
          asked.push_back(self.name);
          if (bytes > 0) state.send(turn, {.queue = standard, .record = std::string(bytes, 'x')});
          return Decision{};
        });
    made->asks_at = asks_at;
    return made;
  };
  std::vector<std::unique_ptr<Call>> calls;
  calls.push_back(call("waiter", 20 << 10));
  small.turn(now, std::exchange(calls, {}));
  calls.push_back(call("send", 20 << 10));
  calls.push_back(call("first", 0, standard));
  calls.push_back(call("second", 0, standard));
  small.turn(now, std::exchange(calls, {}));
  ASSERT_NE(small.take_frame(), nullptr);
  calls.push_back(call("new", 0));
  small.turn(now, std::exchange(calls, {}));

  EXPECT_EQ(asked, (Names{"send", "waiter", "first", "second", "new"}));
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

// --- While a frame is on its way. What is decided meanwhile leaves with the next one.

class DeferringTest : public BrokerTest {
 protected:
  // Takes all there is, says how many those are, and waits if there is nothing.
  std::unique_ptr<TestCall> taker(std::string name, QueueId queue, std::uint64_t id = 0) {
    auto call = std::make_unique<TestCall>(
        std::move(name),
        [this, queue](Engine& state, Turn& turn, TestCall& asked) {
          const auto got = state.receive(turn, {.queue = queue, .count_max = 10}).messages;
          taken.push_back(asked.name + " " + std::to_string(got.size()));
          if (!got.empty()) return Decision{};
          return Decision{
              .verdict = Decision::Verdict::wait, .queue = queue, .deadline = turn.now + 20s};
        },
        id);
    call->asks_at = queue;
    return call;
  }

  void ask(std::unique_ptr<TestCall> call) {
    std::vector<std::unique_ptr<Call>> calls;
    calls.push_back(std::move(call));
    broker.turn(now, std::move(calls));
  }

  // Somebody waits at the queue, and a frame is on its way.
  void wait_and_commit(QueueId queue) {
    ask(taker("waiter", queue));
    write();
    taken.clear();
    in_flight = broker.take_frame();
    ASSERT_NE(in_flight, nullptr);
  }
  void write() {
    run("write", [](Engine& state, Turn& turn, TestCall&) {
      state.create_queue(turn, {.region = "r", .account = "a", .name = "other"}, {}, {});
      return Decision{};
    });
  }

  void arrive() {
    EXPECT_EQ(log.append(*in_flight).outcome, log::Outcome::durable);
    broker.durable();
    broker.turn(now, {});
  }

  Names taken;
  log::SharedFrame in_flight;
};

TEST_F(DeferringTest, OneWaiterGetsWhatSeveralTurnsSend) {
  wait_and_commit(standard);
  send(standard, "a");
  send(standard, "b");
  EXPECT_EQ(taken, Names{});

  arrive();
  EXPECT_EQ(taken, Names{"waiter 2"});

  commit();
  EXPECT_EQ(outbox.released.back(), "waiter");
}

TEST_F(DeferringTest, WhoIsDeferredIsAskedWithoutAnotherCall) {
  wait_and_commit(standard);
  send(standard, "a");
  EXPECT_NE(broker.next_turn(), now);
  EXPECT_EQ(log.append(*in_flight).outcome, log::Outcome::durable);
  broker.durable();

  EXPECT_EQ(broker.next_turn(), now);
}

TEST_F(DeferringTest, WhoComesToAskThereIsAskedBehindWhoWaits) {
  wait_and_commit(fifo);
  send(fifo, "a");
  ask(taker("late", fifo));
  send(fifo, "b");
  EXPECT_EQ(taken, Names{});

  arrive();
  EXPECT_EQ(taken, (Names{"waiter 2", "late 0"}));
  EXPECT_EQ(broker.waiting(), 1u);
}

TEST_F(DeferringTest, WhoAsksElsewhereIsAskedAtOnce) {
  send(fifo, "there");
  wait_and_commit(standard);
  send(standard, "a");
  ask(taker("elsewhere", fifo));

  EXPECT_EQ(taken, Names{"elsewhere 1"});
}

TEST_F(DeferringTest, WhoAsksWhereNobodyWaitsIsAskedAtOnce) {
  wait_and_commit(fifo);
  send(standard, "a");
  ask(taker("first", standard));

  EXPECT_EQ(taken, Names{"first 1"});
}

// It was durable long before, so its receiver needs no frame.
TEST_F(DeferringTest, WhatTimeShowsIsGivenAtOnce) {
  run("send later", [this](Engine& state, Turn& turn, TestCall&) {
    state.send(turn, {.queue = standard, .delay = 5s, .record = "a"});
    return Decision{};
  });
  commit();
  receive("waiter", standard, 20s);
  write();
  in_flight = broker.take_frame();
  outbox.released.clear();
  pass(5s);

  EXPECT_EQ(outbox.released, Names{"waiter"});
}

TEST_F(DeferringTest, WhoseTimeIsOverIsAskedAtOnce) {
  wait_and_commit(standard);
  send(standard, "a");
  pass(20s);

  EXPECT_EQ(taken, Names{"waiter 1"});
}

// Its key's rate has kept it waiting, at no queue.
TEST_F(DeferringTest, WhoCouldNotAskBeforeIsAskedBehindWhoWaits) {
  const Instant allowed = now + 1s;
  auto kept = std::make_unique<TestCall>("kept", [this, allowed](Engine& state, Turn& turn,
                                                                 TestCall&) {
    if (turn.now < allowed)
      return Decision{.verdict = Decision::Verdict::wait, .queue = no_queue, .deadline = allowed};
    const auto got = state.receive(turn, {.queue = standard, .count_max = 10}).messages;
    taken.push_back("kept " + std::to_string(got.size()));
    return Decision{};
  });
  kept->asks_at = standard;
  ask(std::move(kept));
  wait_and_commit(standard);
  send(standard, "a");
  pass(1s);
  EXPECT_EQ(taken, Names{});

  arrive();
  EXPECT_EQ(taken, (Names{"waiter 1", "kept 0"}));
}

TEST_F(DeferringTest, ThoseWhoComeBehindKeepTheirOrder) {
  wait_and_commit(standard);
  send(standard, "a");
  for (const char* each : {"first", "second", "third"}) ask(taker(each, standard));
  arrive();

  EXPECT_EQ(taken, (Names{"waiter 1", "first 0", "second 0", "third 0"}));
}

// As one does that moves dead letters to a queue where another waits.
TEST_F(DeferringTest, WhomOneBehindWakesIsAskedInTheSameTurn) {
  wait_and_commit(standard);
  ask(taker("other", fifo));
  send(standard, "a");
  auto behind = std::make_unique<TestCall>("behind", [this](Engine& state, Turn& turn, TestCall&) {
    state.send(turn, {.queue = fifo, .group = "g", .deduplication_id = "d", .record = "d"});
    return Decision{};
  });
  behind->asks_at = standard;
  ask(std::move(behind));
  taken.clear();
  arrive();

  EXPECT_EQ(taken, (Names{"waiter 1", "other 1"}));
}

TEST_F(DeferringTest, WhoseQueueIsMadeAnewMeanwhileWaitsThere) {
  const engine::QueueName name{.region = "r", .account = "a", .name = "q"};
  run("waiter", [&](Engine& state, Turn& turn, TestCall&) {
    const engine::Queue* queue = state.find_queue(name);
    if (queue == nullptr) return Decision{};
    if (!state.receive(turn, {.queue = queue->id, .count_max = 1}).messages.empty())
      return Decision{};
    return Decision{
        .verdict = Decision::Verdict::wait, .queue = queue->id, .deadline = turn.now + 20s};
  });
  write();
  in_flight = broker.take_frame();
  QueueId anew;
  run("delete", [&](Engine& state, Turn& turn, TestCall&) {
    state.delete_queue(turn, standard);
    return Decision{};
  });
  run("create", [&](Engine& state, Turn& turn, TestCall&) {
    anew = state.create_queue(turn, name, {}, {});
    return Decision{};
  });
  arrive();
  send(anew, "a");

  EXPECT_EQ(broker.waiting(), 0u);
}

TEST_F(DeferringTest, WhoIsGoneIsNotAskedAnyMore) {
  wait_and_commit(standard);
  send(standard, "a");
  ask(taker("gone", standard, 7));
  broker.cancel(7);
  EXPECT_EQ(outbox.dropped, Names{"gone"});

  arrive();
  EXPECT_EQ(taken, Names{"waiter 1"});
}

TEST_F(DeferringTest, NobodyIsDeferredWhenWaitingEnds) {
  wait_and_commit(standard);
  send(standard, "a");
  ask(taker("late", standard));
  broker.stop_waiting();

  EXPECT_EQ(taken, (Names{"waiter 1", "late 0"}));
  arrive();
  commit();
  EXPECT_TRUE(broker.is_idle());
}

TEST_F(DeferringTest, WhoFindsNoRoomIsAskedFirstForTheNextFrame) {
  Broker small(engine, log, random, outbox,
               {.frame_bytes_max = 64 << 10, .call_bytes_max = 24 << 10});
  const auto turn_with = [&](std::unique_ptr<TestCall> call) {
    std::vector<std::unique_ptr<Call>> calls;
    if (call != nullptr) calls.push_back(std::move(call));
    small.turn(now, std::move(calls));
  };
  const auto sender = [&](std::size_t bytes) {
    return std::make_unique<TestCall>("send", [this, bytes](Engine& state, Turn& turn, TestCall&) {
      state.send(turn, {.queue = standard, .record = std::string(bytes, 'x')});
      return Decision{};
    });
  };
  const auto take_and_commit = [&] {
    EXPECT_EQ(log.append(*small.take_frame()).outcome, log::Outcome::durable);
    small.durable();
  };
  turn_with(sender(1));
  take_and_commit();
  turn_with(taker("first", standard));
  turn_with(taker("waiter", standard));
  const log::SharedFrame first = small.take_frame();
  ASSERT_NE(first, nullptr);
  turn_with(sender(20 << 10));
  turn_with(sender(20 << 10));
  turn_with(taker("late", standard));
  ASSERT_FALSE(small.has_room());
  taken.clear();

  EXPECT_EQ(log.append(*first).outcome, log::Outcome::durable);
  small.durable();
  turn_with(nullptr);
  EXPECT_EQ(taken, Names{});
  ASSERT_NE(small.take_frame(), nullptr);
  turn_with(nullptr);

  EXPECT_EQ(taken, (Names{"waiter 2", "late 0"}));
}

}  // namespace
}  // namespace mailrail::broker
