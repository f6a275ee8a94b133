#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

// What a reader does that cannot read these messages' bodies.
class DamagedMessage : public EngineTest {
 protected:
  void mark(const std::vector<ReceivedMessage>& messages) {
    for (const ReceivedMessage& each : messages)
      engine.mark_damaged(turn, each.queue, each.seq, each.body.position);
  }

  // Sends to the queue and has a reader find that the message's body cannot be read.
  ReceivedMessage send_damaged(QueueId queue, const std::string& body, const std::string& group) {
    send(queue, body, group);
    const auto received = receive(queue);
    mark(received);
    return received.at(0);
  }

  void expect_counts(QueueId queue, const QueueCounts& expected) const {
    const QueueCounts counts = engine.counts(queue);
    EXPECT_EQ(counts.visible, expected.visible);
    EXPECT_EQ(counts.in_flight, expected.in_flight);
    EXPECT_EQ(counts.delayed, expected.delayed);
  }

  void change(QueueId queue, const QueueAttributes& attributes) {
    engine.change_queue(turn, queue, attributes);
  }

  static constexpr QueueCounts nothing{};
};

TEST_F(DamagedMessage, OfAStandardQueueIsPassedOverForGood) {
  const QueueId queue = create("q");
  send_damaged(queue, "a", "");
  send(queue, "b");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
  pass(12h);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
  EXPECT_EQ(engine.message_count(), 2u);
}

TEST_F(DamagedMessage, OfAStandardQueueIsPassedOverAlsoAfterItsLeaseEnded) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c"}) send(queue, each);
  const auto received = receive(queue);
  pass(30s);

  mark({received[1]});

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "c"}));
}

TEST_F(DamagedMessage, OfAStandardQueueHidesNoOtherOfItsTenant) {
  const QueueId queue = create("q");
  send_damaged(queue, "a", "tenant");
  send(queue, "b", "tenant");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
}

TEST_F(DamagedMessage, OfAFifoQueueStopsItsConversationAndNoOther) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"a", "b", "c"}) send(queue, each, "g");
  const auto received = receive(queue);
  mark({received[1]});
  engine.give_back(turn, received[2].handle());
  send(queue, "d", "g");
  send(queue, "e", "h");
  pass(30s);

  const auto first = receive(queue);
  EXPECT_EQ(bodies(first), (Bodies{"e", "a"}));
  for (const ReceivedMessage& each : first) engine.delete_message(turn, each.handle());
  pass(12h);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  EXPECT_EQ(engine.message_count(), 3u);
}

TEST_F(DamagedMessage, AtTheHeadOfAConversationStopsAllOfIt) {
  const QueueId queue = create("q.fifo");
  send_damaged(queue, "a", "g");
  send(queue, "b", "g");

  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
}

TEST_F(DamagedMessage, IsInNoCountOfItsQueue) {
  for (const char* name : {"q", "q.fifo"}) {
    const QueueId queue = create(name);
    send_damaged(queue, "a", "g");
    expect_counts(queue, nothing);
    send(queue, "b", "g");
    expect_counts(queue, {.visible = 1});
  }
}

TEST_F(DamagedMessage, IsInNoCountWhenTheDelayOfItsFifoQueueChanges) {
  const QueueId queue = create("q.fifo");
  send_damaged(queue, "a", "g");
  send(queue, "b", "g");

  change(queue, {.delay = 60s, .is_fifo = true});
  expect_counts(queue, {.delayed = 1});
  pass(60s);
  expect_counts(queue, {.visible = 1});
  change(queue, {.is_fifo = true});
  pass(0s);
  expect_counts(queue, {.visible = 1});
}

TEST_F(DamagedMessage, FreesThePlaceOfItsLeaseAndWakesTheQueue) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  engine.take_woken();

  mark(received);

  EXPECT_EQ(engine.take_woken(), (std::vector{queue}));
  pass(30s);
  EXPECT_EQ(engine.next_due(), std::nullopt);
}

TEST_F(DamagedMessage, IsRemovedByAPurge) {
  for (const char* name : {"q", "q.fifo"}) {
    const QueueId queue = create(name);
    send_damaged(queue, "a", "g");

    engine.purge_queue(turn, queue);
    pass(0s);

    EXPECT_EQ(engine.message_count(), 0u);
    send(queue, "b", "g");
    EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
    engine.delete_queue(turn, queue);
    pass(0s);
  }
}

TEST_F(DamagedMessage, IsRemovedWithItsQueue) {
  const QueueId queue = create("q.fifo");
  send_damaged(queue, "a", "g");

  engine.delete_queue(turn, queue);
  pass(0s);

  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(DamagedMessage, ExpiresAndLetsItsConversationGoOn) {
  const QueueId queue = create("q.fifo", {.retention = 60s});
  send_damaged(queue, "a", "g");
  pass(59s);
  send(queue, "b", "g");
  pass(1s);

  EXPECT_TRUE(engine.remove_expired(turn, 10));

  EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
}

TEST_F(DamagedMessage, ExpiresFromAStandardQueue) {
  const QueueId queue = create("q", {.retention = 60s});
  send_damaged(queue, "a", "g");
  pass(60s);

  EXPECT_TRUE(engine.remove_expired(turn, 10));

  EXPECT_EQ(engine.message_count(), 0u);
  expect_counts(queue, nothing);
}

TEST_F(DamagedMessage, OfAStandardQueueIsDeletedUnderAnyOfItsHandles) {
  const QueueId queue = create("q");
  const ReceivedMessage damaged = send_damaged(queue, "a", "");
  pass(12h);

  EXPECT_EQ(engine.delete_message(turn, damaged.handle()), DeleteResult::done);
  EXPECT_EQ(engine.message_count(), 0u);
}

// Whoever was given it in time may finish with it.
TEST_F(DamagedMessage, OfAFifoQueueIsDeletedUnderTheLeaseThatItHad) {
  const QueueId queue = create("q.fifo");
  const ReceivedMessage damaged = send_damaged(queue, "a", "g");
  send(queue, "b", "g");
  pass(29s);

  EXPECT_EQ(engine.delete_message(turn, damaged.handle()), DeleteResult::done);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
}

TEST_F(DamagedMessage, OfAFifoQueueIsNotDeletedAfterThat) {
  const QueueId queue = create("q.fifo");
  const ReceivedMessage damaged = send_damaged(queue, "a", "g");
  pass(30s);

  EXPECT_EQ(engine.delete_message(turn, damaged.handle()), DeleteResult::handle_expired);
}

TEST_F(DamagedMessage, CannotBeHiddenOrGivenBack) {
  for (const char* name : {"q", "q.fifo"}) {
    const QueueId queue = create(name);
    const ReceivedMessage damaged = send_damaged(queue, "a", "g");
    const std::uint32_t count = facts.count();

    EXPECT_EQ(engine.change_visibility(turn, damaged.handle(), 0s),
              VisibilityResult::no_such_message);
    engine.give_back(turn, damaged.handle());
    EXPECT_EQ(facts.count(), count);
    EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  }
}

TEST_F(DamagedMessage, IsNotGivenToTheSameReceiveAttemptAgain) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"a", "b"}) send(queue, each, "g");
  const ReceiveRequest request{.queue = queue, .count_max = 10, .attempt = "same"};
  const auto received = engine.receive(turn, request).messages;
  mark({received[1]});

  EXPECT_EQ(bodies(engine.receive(turn, request).messages), (Bodies{}));
  pass(30s);
  EXPECT_EQ(bodies(engine.receive(turn, request).messages), (Bodies{"a"}));
}

TEST_F(DamagedMessage, IsNoneThatLiesElsewhereByNow) {
  const QueueId queue = create("q");
  send(queue, "a");
  auto received = receive(queue);
  received[0].body.position = received[0].body.position + 4096;
  const std::uint32_t count = facts.count();

  mark(received);
  engine.apply(
      Damaged{.queue = queue, .seq = received[0].seq, .position = received[0].body.position}, {});

  EXPECT_EQ(facts.count(), count);
  expect_counts(queue, {.in_flight = 1});
}

TEST_F(DamagedMessage, IsNoneThatIsGone) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  engine.delete_message(turn, received[0].handle());
  const std::uint32_t count = facts.count();

  mark(received);
  engine.delete_queue(turn, queue);
  mark(received);

  EXPECT_EQ(facts.count(), count + 1);
}

TEST_F(DamagedMessage, IsMarkedOnce) {
  const QueueId queue = create("q");
  const ReceivedMessage damaged = send_damaged(queue, "a", "");
  const std::uint32_t count = facts.count();

  mark({damaged});

  EXPECT_EQ(facts.count(), count);
}

// A checkpoint may know what a fact says already, and then come the ones before it.
TEST_F(DamagedMessage, StaysSoWhenOlderAndSameFactsAreAppliedAgain) {
  for (const char* name : {"q", "q.fifo"}) {
    const QueueId queue = create(name);
    const ReceivedMessage damaged = send_damaged(queue, "a", "g");
    const std::uint64_t hash = engine.state_hash(turn.now);

    const std::string sent(damaged.body.length, 'x');
    engine.apply(Relocated{.queue = queue, .seq = damaged.seq, .sent = sent}, damaged.body);
    engine.apply(Leased{.queue = queue,
                        .seq = damaged.seq,
                        .until = turn.now + 30s,
                        .started = turn.now,
                        .first_received = turn.now,
                        .receive_count = 1},
                 {});
    engine.apply(Damaged{.queue = queue, .seq = damaged.seq, .position = damaged.body.position},
                 {});

    EXPECT_EQ(engine.state_hash(turn.now), hash);
    pass(30s);
    EXPECT_EQ(receive_bodies(queue), (Bodies{}));
    expect_counts(queue, nothing);
  }
}

TEST_F(DamagedMessage, IsNoReasonToKeepTheLog) {
  const QueueId queue = create("q");
  const ReceivedMessage damaged = send_damaged(queue, "a", "");
  send(queue, "b");
  OldBodies all{.before = Position(~std::uint64_t{0}), .bytes_max = 1000};

  EXPECT_EQ(engine.live_bytes().total(), damaged.body.length);
  const auto old = engine.find_old_bodies(all, 10);
  ASSERT_EQ(old.size(), 1u);
  EXPECT_NE(old[0].seq, damaged.seq);
  engine.delete_message(turn, damaged.handle());
  EXPECT_EQ(engine.live_bytes().total(), damaged.body.length);
}

TEST_F(DamagedMessage, IsNotMovedWithinTheLog) {
  const QueueId queue = create("q");
  const ReceivedMessage damaged = send_damaged(queue, "a", "");
  const std::uint32_t count = facts.count();

  engine.relocate(turn, {.queue = queue, .seq = damaged.seq, .body = damaged.body},
                  std::string(damaged.body.length, 'x'));

  EXPECT_EQ(facts.count(), count);
}

TEST_F(DamagedMessage, IsPartOfTheState) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  const std::uint64_t hash = engine.state_hash(turn.now);

  mark(received);

  EXPECT_NE(engine.state_hash(turn.now), hash);
}

}  // namespace
}  // namespace mailrail::engine
