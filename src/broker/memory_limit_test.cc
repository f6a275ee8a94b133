#include "broker/broker_testing.h"

namespace mailrail::broker {
namespace {

constexpr std::uint64_t limit = 100'000;

// Sends only what there is room for, as the services do.
class FullBrokerTest : public BrokerTest {
 protected:
  FullBrokerTest() : BrokerTest({.memory_bytes_max = limit}) {}

  enum class Sent { yes, no };

  Sent send_if_there_is_room() {
    Sent sent = Sent::no;
    run("send", [&](Engine& state, Turn& turn, TestCall&) {
      if (turn.full()) return Decision{};
      sent = Sent::yes;
      state.send(turn, {.queue = standard, .record = "m"});
      return Decision{};
    });
    commit();
    return sent;
  }

  std::size_t fill() {
    std::size_t count = 0;
    while (send_if_there_is_room() == Sent::yes) ++count;
    return count;
  }

  void receive_and_delete(std::size_t count) {
    run("receive", [&](Engine& state, Turn& turn, TestCall&) {
      const auto received = state.receive(turn, {.queue = standard, .count_max = count});
      EXPECT_EQ(received.messages.size(), count);
      EXPECT_LE(state.committed_bytes(), limit + 1000);
      for (const auto& each : received.messages) state.delete_message(turn, each.handle());
      return Decision{};
    });
    commit();
  }
};

TEST_F(FullBrokerTest, TellsCallsThatTheMemoryLimitIsReached) {
  EXPECT_GT(fill(), 300u);

  EXPECT_GE(engine.committed_bytes(), limit);
  EXPECT_LE(engine.committed_bytes(), limit + 1000);  // What the last one added.
  ASSERT_TRUE(broker.full());
  EXPECT_EQ(broker.full()->what, engine::Full::What::memory);
  EXPECT_EQ(broker.full()->used_bytes, engine.committed_bytes());
  EXPECT_EQ(broker.full()->limit_bytes, limit);
}

TEST_F(FullBrokerTest, LetsTheNextMessageInWhenOneHasGone) {
  fill();

  std::size_t let_in = 0;
  for (int i = 0; i < 100; ++i) {
    receive_and_delete(1);
    let_in += fill();
  }

  EXPECT_GE(let_in, 90u);  // Some pages of an index come and go in between.
  EXPECT_LE(engine.committed_bytes(), limit + 1000);
}

TEST_F(FullBrokerTest, CanBeDrainedOneByOneAndFilledAgain) {
  const std::size_t count = fill();

  for (std::size_t i = 0; i < count; ++i) receive_and_delete(1);

  EXPECT_EQ(engine.message_count(), 0u);
  EXPECT_NEAR(static_cast<double>(fill()), static_cast<double>(count), 10);
}

// Long polls before sends, and looks before both, which api/room.h asks for.
TEST_F(FullBrokerTest, DoesWithoutLongPollsBeforeItDoesWithoutSends) {
  const auto is_let_wait = [&] {
    receive("poll", fifo, 20s, 7);
    const bool waits = broker.waiting() > 0;
    broker.cancel(7);
    return waits;
  };
  std::size_t sent_at_first_refusal = 0;
  std::size_t sent = 0;
  while (send_if_there_is_room() == Sent::yes) {
    ++sent;
    if (sent_at_first_refusal == 0 && !is_let_wait()) sent_at_first_refusal = sent;
  }

  EXPECT_GT(sent_at_first_refusal, 0u);
  EXPECT_LT(sent_at_first_refusal, sent);
  receive_and_delete(1);
}

TEST_F(FullBrokerTest, DoesNotLetNewPollsWait) {
  receive("early", fifo, 20s);
  fill();
  outbox.released.clear();

  receive("late", fifo, 20s);

  EXPECT_EQ(outbox.released, (Names{"late"}));
  EXPECT_EQ(broker.waiting(), 1u);
  receive_and_delete(50);
  receive("later", fifo, 20s);
  EXPECT_EQ(broker.waiting(), 2u);
}

}  // namespace
}  // namespace mailrail::broker
