#include <string>
#include <utility>
#include <vector>

#include "broker/broker_testing.h"
#include "engine/limits.h"

namespace mailrail::broker {
namespace {

TEST_F(BrokerTest, HoldsTheAnswerToASendUntilItsFrameIsDurable) {
  send(standard, "a");
  EXPECT_EQ(outbox.released, (Names{}));
  const log::SharedFrame frame = broker.take_frame();
  EXPECT_EQ(outbox.released, (Names{}));
  log.append(*frame);
  broker.durable();

  EXPECT_EQ(outbox.released, (Names{"send a"}));
}

TEST_F(BrokerTest, CommitsManySendsInOneFrame) {
  for (const char* each : {"a", "b", "c"}) send(standard, each);

  EXPECT_TRUE(commit());
  EXPECT_EQ(outbox.released, (Names{"send a", "send b", "send c"}));
  EXPECT_FALSE(commit());
}

TEST_F(BrokerTest, FillsTheNextFrameWhileOneIsOnItsWay) {
  send(standard, "a");
  const log::SharedFrame first = broker.take_frame();
  send(standard, "b");

  EXPECT_EQ(broker.take_frame(), nullptr);
  log.append(*first);
  broker.durable();
  EXPECT_EQ(outbox.released, (Names{"send a"}));
  EXPECT_TRUE(commit());
  EXPECT_EQ(outbox.released, (Names{"send a", "send b"}));
}

TEST_F(BrokerTest, HoldsTheAnswerToAFifoReceiveUntilItsLeaseIsDurable) {
  send(fifo, "a");
  commit();
  receive("receive", fifo);

  EXPECT_EQ(outbox.released, (Names{"send a"}));
  EXPECT_TRUE(commit());
  EXPECT_EQ(outbox.released, (Names{"send a", "receive"}));
}

TEST_F(BrokerTest, AnswersAStandardReceiveOnceTheMessageIsDurable) {
  send(standard, "a");
  commit();
  receive("at once", standard);
  EXPECT_EQ(outbox.released, (Names{"send a", "at once"}));

  send(standard, "b");
  receive("with the send", standard);
  EXPECT_EQ(outbox.released, (Names{"send a", "at once"}));
  EXPECT_TRUE(commit());
  EXPECT_EQ(outbox.released, (Names{"send a", "at once", "send b", "with the send"}));
}

TEST_F(BrokerTest, HoldsAReadOfWhatIsNotYetDurable) {
  send(standard, "a");
  const log::SharedFrame frame = broker.take_frame();
  run("count", [&](Engine& state, Turn&, TestCall&) {
    EXPECT_EQ(state.counts(standard).visible, 1u);
    return Decision{};
  });

  EXPECT_EQ(outbox.released, (Names{}));
  log.append(*frame);
  broker.durable();
  EXPECT_EQ(outbox.released, (Names{"send a", "count"}));
}

TEST_F(BrokerTest, CommitsFactsThatNobodyWaitsForAfterASecond) {
  send(standard, "a");
  commit();
  receive("receive", standard);

  EXPECT_FALSE(commit());
  EXPECT_EQ(broker.next_turn(), now + 1s);
  pass(1s);
  EXPECT_TRUE(commit());
  EXPECT_TRUE(broker.is_idle());
}

TEST_F(BrokerTest, BeginsWithEverythingThatEndedMeanwhile) {
  constexpr std::size_t many = 3 * engine::steps_per_advance_max;
  run("leases", [&](Engine& state, Turn& turn, TestCall&) {
    for (std::size_t i = 0; i < many; ++i) state.send(turn, {.queue = standard, .record = "x"});
    state.receive(turn, {.queue = standard, .count_max = many, .visibility_timeout = 1s});
    return Decision{};
  });
  commit();
  ASSERT_EQ(engine.counts(standard).in_flight, many);

  Broker restarted(engine, log, random, outbox, {});
  std::size_t visible = 0;
  std::vector<std::unique_ptr<Call>> calls;
  calls.push_back(std::make_unique<TestCall>("count", [&](Engine& state, Turn&, TestCall&) {
    visible = state.counts(standard).visible;
    return Decision{};
  }));
  restarted.turn(now + 1s, std::move(calls));

  EXPECT_EQ(visible, many);
}

TEST_F(BrokerTest, GivesTheFramesOfRecentBodiesAlong) {
  send(standard, "a");
  commit();
  receive("receive", standard);

  ASSERT_EQ(outbox.last_frames.size(), 1u);
  EXPECT_NE(outbox.last_frames[0], nullptr);
}

TEST_F(BrokerTest, WakesTheLongestWaiterOnly) {
  receive("first", standard, 20s);
  receive("second", standard, 20s);
  EXPECT_EQ(outbox.parked_calls, (Names{"first", "second"}));
  send(standard, "a");
  commit();

  EXPECT_EQ(outbox.released, (Names{"send a", "first"}));
  EXPECT_EQ(broker.waiting(), 1u);
}

// A receive that meets many dead letters is asked more than once.
TEST_F(BrokerTest, WakesWhoWaitsBehindACallThatIsAskedAgain) {
  bool is_first_time = true;
  const Instant deadline = now + 20s;
  run("first", [&, deadline](Engine& state, Turn& turn, TestCall&) {
    if (state.counts(standard).visible == 0)
      return Decision{.verdict = Decision::Verdict::wait, .queue = standard, .deadline = deadline};
    if (std::exchange(is_first_time, false)) return Decision{.verdict = Decision::Verdict::again};
    state.receive(turn, {.queue = standard, .count_max = 1});
    return Decision{};
  });
  receive("second", standard, 20s);

  run("send", [&](Engine& state, Turn& turn, TestCall&) {
    for (const char* body : {"a", "b"}) state.send(turn, {.queue = standard, .record = body});
    return Decision{};
  });
  pass(0s);
  commit();

  EXPECT_EQ(outbox.released, (Names{"send", "first", "second"}));
}

TEST_F(BrokerTest, WakesAWaiterWhenAVisibilityTimeoutEnds) {
  send(standard, "a");
  receive("holder", standard);
  commit();
  receive("waiter", standard, 60s);
  pass(29'999ms);
  EXPECT_EQ(broker.waiting(), 1u);
  pass(1ms);

  EXPECT_EQ(broker.waiting(), 0u);
  EXPECT_EQ(outbox.released.back(), "waiter");
}

TEST_F(BrokerTest, WakesAWaiterForADeadLetterThatAnotherWaitersDeadlineMoves) {
  QueueId source;
  run("create", [&](Engine& state, Turn& turn, TestCall&) {
    const engine::DeadLetter dead_letter{.target = {.region = "r", .account = "a", .name = "q"},
                                         .receive_count_max = 1};
    source = state.create_queue(turn, {.region = "r", .account = "a", .name = "source"},
                                {.dead_letter = dead_letter}, {});
    return Decision{};
  });
  send(source, "a");
  receive("first", source);
  commit();
  receive("waiter for the dead", standard, 60s);
  receive("waiter", source, 30s);  // Its deadline is the moment in which the lease ends.
  pass(30s);
  commit();

  EXPECT_EQ(broker.waiting(), 0u);
}

// Queues may be each other's dead-letter queue.
TEST_F(BrokerTest, GivesADeadLetterToWhoeverWaitsForItBeforeItMovesOn) {
  const engine::QueueName one{.region = "r", .account = "a", .name = "one"};
  const engine::QueueName two{.region = "r", .account = "a", .name = "two"};
  QueueId first;
  QueueId second;
  run("create", [&](Engine& state, Turn& turn, TestCall&) {
    first = state.create_queue(
        turn, one, {.dead_letter = engine::DeadLetter{.target = two, .receive_count_max = 1}}, {});
    second = state.create_queue(
        turn, two, {.dead_letter = engine::DeadLetter{.target = one, .receive_count_max = 1}}, {});
    return Decision{};
  });
  send(first, "a");
  receive("receive", first);
  receive("waiter", first, 60s);
  receive("other waiter", second, 60s);
  commit();

  pass(30s);
  pass(1s);
  const log::SharedFrame frame = broker.take_frame();

  ASSERT_NE(frame, nullptr);
  EXPECT_EQ(frame->count, 2u);  // The move and the lease.
  EXPECT_EQ(broker.waiting(), 1u);
  EXPECT_EQ(engine.counts(second).in_flight, 1u);
}

TEST_F(BrokerTest, AnswersAWaiterAtItsDeadline) {
  receive("waiter", standard, 20s);
  EXPECT_EQ(broker.next_turn(), now + 20s);
  pass(19'999ms);
  EXPECT_EQ(outbox.released, (Names{}));
  pass(1ms);

  EXPECT_EQ(outbox.released, (Names{"waiter"}));
}

TEST_F(BrokerTest, AWaiterThatIsGivenUpGetsNoMessage) {
  receive("gone", standard, 20s, 5);
  receive("there", standard, 20s, 6);
  broker.cancel(5);
  broker.cancel(7);
  send(standard, "a");
  commit();

  EXPECT_EQ(outbox.dropped, (Names{"gone"}));
  EXPECT_EQ(outbox.released, (Names{"send a", "there"}));
}

TEST_F(BrokerTest, AnswersAllWaitersWhenWaitingEnds) {
  receive("one", standard, 20s);
  broker.stop_waiting();
  EXPECT_EQ(outbox.released, (Names{"one"}));
  receive("two", standard, 20s);

  EXPECT_EQ(outbox.released, (Names{"one", "two"}));
}

TEST_F(BrokerTest, FillsNoFrameBeyondItsBoundWhenWaitingEnds) {
  QueueId other;
  run("create", [&](Engine& state, Turn& turn, TestCall&) {
    other = state.create_queue(turn, {.region = "r", .account = "a", .name = "other"}, {}, {});
    return Decision{};
  });
  commit();
  outbox.released.clear();
  Broker small(engine, log, random, outbox,
               {.frame_bytes_max = 64 << 10, .call_bytes_max = 24 << 10});
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 10; ++i) {
    bool has_waited = false;
    const auto decide = [=, this](Engine& state, Turn& turn, TestCall&) mutable {
      if (!std::exchange(has_waited, true))
        return Decision{
            .verdict = Decision::Verdict::wait, .queue = standard, .deadline = now + 20s};
      state.send(turn, {.queue = other, .record = std::string(20 << 10, 'x')});
      return Decision{};
    };
    calls.push_back(std::make_unique<TestCall>("waiter", decide));
  }
  small.turn(now, std::move(calls));
  ASSERT_EQ(small.waiting(), 10u);

  small.stop_waiting();

  for (int i = 0; i < 10 && !small.is_idle(); ++i) {
    const log::SharedFrame frame = small.take_frame();
    ASSERT_NE(frame, nullptr);
    EXPECT_LE(frame->payload.size(), std::size_t{64} << 10);
    ASSERT_EQ(log.append(*frame).outcome, log::Outcome::durable);
    small.durable();
    small.turn(now, {});
  }
  EXPECT_EQ(outbox.released, (Names(10, "waiter")));
}

TEST_F(BrokerTest, TellsWaitersThatTheirQueueIsGone) {
  receive("waiter", standard, 20s);
  run("delete", [&](Engine& state, Turn& turn, TestCall&) {
    state.delete_queue(turn, standard);
    return Decision{};
  });

  commit();

  EXPECT_EQ(outbox.released, (Names{"delete", "waiter"}));
}

TEST_F(BrokerTest, AFullFrameLeavesCallsForTheNext) {
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 10; ++i) send(standard, large + std::to_string(i));

  const log::SharedFrame first = broker.take_frame();
  EXPECT_LE(first->payload.size(), log::frame_bytes_max);
  log.append(*first);
  broker.durable();
  pass(0s);
  EXPECT_TRUE(commit());
  EXPECT_EQ(outbox.released.size(), 10u);
}

TEST_F(BrokerTest, AFullFrameTakesNoExpiriesAndWakesNobody) {
  for (int i = 0; i < 3; ++i) send(standard, "old");
  commit();
  receive("waiter", fifo, 20s);
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 7; ++i) send(standard, large + std::to_string(i));
  const std::size_t count = engine.message_count();
  pass(5 * 24h);

  EXPECT_EQ(engine.message_count(), count);
  EXPECT_EQ(broker.waiting(), 1u);  // Its deadline is over, and it is asked in the next frame.
  EXPECT_EQ(broker.next_turn(), std::nullopt);
  EXPECT_TRUE(commit());
  pass(0s);
  EXPECT_EQ(engine.message_count(), 0u);
  EXPECT_EQ(broker.waiting(), 0u);
}

TEST_F(BrokerTest, AReplayOfTheLogGivesTheStateThatWroteIt) {
  for (int i = 0; i < 100; ++i) send(fifo, std::to_string(i));
  receive("receive", fifo);
  commit();

  Engine replayed(2);
  const auto scanned = log.scan([&](const log::Frame& frame) {
    return engine::decode_facts(
        frame.payload, [&](const engine::Fact& fact, engine::FactPlace place) {
          replayed.apply(fact, {.position = frame.position + place.offset, .length = place.length});
        });
  });
  ASSERT_TRUE(scanned.has_value());
  EXPECT_EQ(replayed.state_hash(now), engine.state_hash(now));
}

// A queue and its dead-letter queue with messages in it.
class MovingTest : public BrokerTest {
 protected:
  MovingTest() {
    run("create dead", [&](Engine& state, Turn& turn, TestCall&) {
      const engine::QueueName name{.region = "r", .account = "a", .name = "dead"};
      dead = state.create_queue(turn, name, {}, {});
      state.change_queue(
          turn, standard,
          {.visibility_timeout = 0s,
           .dead_letter = engine::DeadLetter{.target = name, .receive_count_max = 1}});
      return Decision{};
    });
    for (int i = 0; i < 3; ++i) {
      send(standard, std::to_string(i));
      receive("receive", standard);
    }
    receive("receive", standard);
    while (commit()) {
    }
    outbox.released.clear();
  }

  void start(std::uint32_t rate) {
    run("start", [=, this](Engine& state, Turn& turn, TestCall&) {
      state.start_move_task(turn, {.source = dead, .rate = rate});
      return Decision{};
    });
  }

  QueueId dead;
};

TEST_F(MovingTest, SaysWhenTheNextMoveIsDueAndMakesItThen) {
  start(1);
  EXPECT_EQ(broker.next_turn(), now);  // The first at once.
  broker.turn(now, {});
  while (commit()) {
  }
  EXPECT_EQ(engine.counts(standard).visible, 1u);
  EXPECT_EQ(broker.next_turn(), now + 1s);

  pass(1s);
  EXPECT_EQ(engine.counts(standard).visible, 2u);
  pass(999ms);
  EXPECT_EQ(engine.counts(standard).visible, 2u);
  pass(1ms);
  EXPECT_EQ(engine.counts(standard).visible, 3u);
}

TEST_F(MovingTest, WakesWhoWaitsAndCommitsWhatNobodyWaitsFor) {
  receive("poll", standard, 20s);
  start(1);
  ASSERT_TRUE(commit());
  broker.turn(now, {});

  EXPECT_EQ(outbox.released, (Names{"start", "poll"}));  // It waits for the body alone.
  EXPECT_FALSE(commit());
  pass(1s);
  EXPECT_EQ(engine.counts(standard).visible, 2u);
  EXPECT_TRUE(commit());  // The move of a second ago.
}

}  // namespace
}  // namespace mailrail::broker
