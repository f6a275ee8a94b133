#include "engine/engine.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/limits.h"

namespace mailrail::engine {
namespace {

using Bodies = std::vector<std::string>;

// An engine, its clock, and the facts that it recorded, which replay() checks to give the same
// state.
class EngineTest : public testing::Test {
 protected:
  EngineTest() { engine.found(turn); }

  QueueId create(const std::string& name, QueueAttributes attributes = {}) {
    attributes.is_fifo = name.ends_with(".fifo");
    return engine.create_queue(turn, QueueName{.region = "r", .account = "a", .name = name},
                               attributes, {});
  }

  Seq send(QueueId queue, const std::string& body, const std::string& group = "") {
    return engine
        .send(turn, {.queue = queue, .group = group, .deduplication_id = body, .record = body})
        .seq;
  }

  std::vector<ReceivedMessage> receive(QueueId queue,
                                       std::size_t count_max = 10,
                                       std::optional<Duration> visibility = {}) {
    return engine
        .receive(turn, {.queue = queue, .count_max = count_max, .visibility_timeout = visibility})
        .messages;
  }

  Bodies bodies(const std::vector<ReceivedMessage>& messages) const {
    Bodies bodies;
    for (const ReceivedMessage& each : messages) bodies.push_back(body(each));
    return bodies;
  }

  Bodies receive_bodies(QueueId queue,
                        std::size_t count_max = 10,
                        std::optional<Duration> visibility = {}) {
    return bodies(receive(queue, count_max, visibility));
  }

  std::string body(const ReceivedMessage& message) const {
    const std::string_view payload = facts.payload();
    const std::string_view bytes = payload.substr(
        message.body.position.value() - facts.position().value(), message.body.length);
    const auto sent = decode_sent(bytes);
    return sent ? std::string(sent->record) : "unreadable: " + sent.error().message;
  }

  void pass(Duration time) {
    turn.now += time;
    while (!engine.advance(turn.now)) {
    }
  }

  void expect_replay_gives_the_same_state() const {
    Engine replayed(99);
    const auto decoded = decode_facts(facts.payload(), [&](const Fact& fact, FactPlace place) {
      replayed.apply(fact,
                     Body{.position = facts.position() + place.offset, .length = place.length});
    });
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(replayed.state_hash(turn.now), engine.state_hash(turn.now));
  }

  void TearDown() override { expect_replay_gives_the_same_state(); }

  SeededRandom random{7};
  FactWriter facts{Position(4096)};
  Turn turn{.now = from_unix_ms(1'700'000'000'000), .random = random, .facts = facts};
  Engine engine{1};
};

class Receive : public EngineTest {};

TEST_F(Receive, GivesTheOldestMessagesFirst) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c"}) send(queue, each);

  EXPECT_EQ(receive_bodies(queue, 2), (Bodies{"a", "b"}));
  EXPECT_EQ(receive_bodies(queue, 2), (Bodies{"c"}));
}

TEST_F(Receive, HidesAMessageUntilItsVisibilityTimeoutEnds) {
  const QueueId queue = create("q");
  send(queue, "a");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
  pass(29'999ms);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(1ms);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Receive, CountsReceivesAndKeepsTheFirstTime) {
  const QueueId queue = create("q");
  send(queue, "a");
  const Instant first = turn.now;

  receive(queue);
  pass(30s);
  const auto again = receive(queue);

  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].receive_count, 2u);
  EXPECT_EQ(again[0].first_received, first);
}

TEST_F(Receive, GivesReturnedMessagesBeforeFreshOnesInTheirOrder) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c", "d"}) send(queue, each);
  receive(queue, 3);
  send(queue, "e");
  pass(30s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b", "c", "d", "e"}));
}

TEST_F(Receive, WithATimeoutOfZeroShowsTheMessageAgainAtOnce) {
  const QueueId queue = create("q");
  send(queue, "a");

  EXPECT_EQ(receive_bodies(queue, 10, 0s), (Bodies{"a"}));
  EXPECT_EQ(receive(queue, 10, 0s).at(0).receive_count, 2u);
}

TEST_F(Receive, DelaysAMessageForItsOwnTimeElseTheQueues) {
  const QueueId queue = create("q", {.delay = 5s});
  send(queue, "queue's delay");
  engine.send(turn, {.queue = queue, .delay = 0s, .record = "no delay"});
  engine.send(turn, {.queue = queue, .delay = 2s, .record = "own delay"});

  EXPECT_EQ(engine.counts(queue).delayed, 2u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"no delay"}));
  pass(2s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"own delay"}));
  pass(3s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"queue's delay"}));
}

TEST_F(Receive, SkipsAndRemovesExpiredMessages) {
  const QueueId queue = create("q", {.retention = 60s});
  send(queue, "old");
  pass(30s);
  send(queue, "young");
  pass(30s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"young"}));
  EXPECT_EQ(engine.message_count(), 1u);
}

TEST_F(Receive, StopsAtTheLimitOfMessagesInFlight) {
  const QueueId queue = create("q");
  for (std::uint64_t i = 0; i <= in_flight_max; ++i)
    engine.send(turn, {.queue = queue, .record = "x"});
  for (std::uint64_t i = 0; i < in_flight_max; i += 10) receive(queue);

  const ReceiveResult result = engine.receive(turn, {.queue = queue, .count_max = 10});

  EXPECT_TRUE(result.messages.empty());
  EXPECT_TRUE(result.is_at_limit);
}

class Delete : public EngineTest {};

TEST_F(Delete, OfAStandardMessageTakesAnyHandleEvenAnExpiredOne) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  pass(31s);

  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::done);
  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::done);
  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(Delete, OfAFifoMessageRefusesAnExpiredHandle) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  const auto received = receive(queue);
  pass(30s);

  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::handle_expired);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Delete, OfAFifoMessageWorksUntilTheExtendedTime) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  const auto received = receive(queue);
  pass(29s);
  engine.change_visibility(turn, received[0].handle(), 30s);
  pass(29s);

  EXPECT_EQ(engine.delete_message(turn, received[0].handle()), DeleteResult::done);
  EXPECT_EQ(engine.message_count(), 0u);
}

class Fifo : public EngineTest {
 protected:
  // Sends a b c to one group and receives all three.
  std::vector<ReceivedMessage> receive_three() {
    queue = create("q.fifo");
    for (const char* each : {"a", "b", "c"}) send(queue, each, "g");
    return receive(queue);
  }
  QueueId queue;
};

TEST_F(Fifo, LocksAConversationWhileAnyOfItIsInFlight) {
  queue = create("q.fifo");
  for (const char* each : {"a", "b", "c"}) send(queue, each, "g");

  const auto received = receive(queue, 2);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.delete_message(turn, received[0].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.delete_message(turn, received[1].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{"c"}));
}

TEST_F(Fifo, GivesTheWholeConversationAgainInOrderAfterATimeout) {
  receive_three();
  send(queue, "d", "g");
  pass(30s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b", "c", "d"}));
}

// The recorded cases: extend only message k of three, then let the others time out.
TEST_F(Fifo, OffersTheLongestVisiblePrefix) {
  for (std::size_t extended = 0; extended < 3; ++extended) {
    const QueueId q = create("q" + std::to_string(extended) + ".fifo");
    for (const char* each : {"a", "b", "c"}) send(q, each, "g");
    const auto received = receive(q);
    engine.change_visibility(turn, received[extended].handle(), 100s);
    pass(30s);

    const Bodies all{"a", "b", "c"};
    EXPECT_EQ(receive_bodies(q),
              Bodies(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(extended)));
  }
}

TEST_F(Fifo, GivesBackOnlyTheFirstWhenItAloneIsMadeVisible) {
  const auto received = receive_three();

  engine.change_visibility(turn, received[0].handle(), 0s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Fifo, FillsAnAnswerFromOneConversationThenFromOthers) {
  queue = create("q.fifo");
  for (const char* each : {"a1", "a2", "a3"}) send(queue, each, "a");
  for (const char* each : {"b1", "b2"}) send(queue, each, "b");

  EXPECT_EQ(receive_bodies(queue, 4), (Bodies{"a1", "a2", "a3", "b1"}));
}

TEST_F(Fifo, ServesEveryConversationBeforeAnyTwice) {
  queue = create("q.fifo");
  for (const char* each : {"a", "b", "c"}) send(queue, each, each);

  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"a"}));
  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"b"}));
  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"c"}));
  EXPECT_EQ(receive_bodies(queue, 1, 0s), (Bodies{"a"}));
}

TEST_F(Fifo, DelaysAsAWholeAndAlsoWhatItAlreadyHas) {
  queue = create("q.fifo", {.delay = 10s});
  send(queue, "a", "g");
  pass(4s);
  send(queue, "b", "g");

  EXPECT_EQ(engine.counts(queue).delayed, 2u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(6s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
  engine.change_queue(turn, queue, {.delay = 0s, .is_fifo = true});
  pass(0s);
  EXPECT_EQ(engine.counts(queue).delayed, 0u);
  pass(30s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b"}));
}

TEST_F(Fifo, ALongerDelayHoldsBackWhatWasVisible) {
  queue = create("q.fifo");
  send(queue, "a", "g");
  engine.change_queue(turn, queue, {.delay = 10s, .is_fifo = true});
  pass(9s);

  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(1s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Fifo, SaysThatAnAttemptMayBeAskedAgain) {
  queue = create("q.fifo");
  send(queue, "a", "g");

  EXPECT_TRUE(engine.receive(turn, {.queue = queue, .attempt = "attempt"}).is_repeatable);
  EXPECT_FALSE(engine.receive(turn, {.queue = queue}).is_repeatable);
}

TEST_F(Fifo, GivesTheSameMessagesToTheSameAttempt) {
  queue = create("q.fifo");
  for (const char* each : {"a", "b"}) send(queue, each, each);
  const ReceiveRequest request{.queue = queue, .count_max = 1, .attempt = "try"};

  const auto first = engine.receive(turn, request).messages;
  pass(10s);
  const auto again = engine.receive(turn, request).messages;
  engine.delete_message(turn, first[0].handle());
  const auto after_delete = engine.receive(turn, request).messages;

  EXPECT_EQ(bodies(first), (Bodies{"a"}));
  ASSERT_EQ(bodies(again), (Bodies{"a"}));
  EXPECT_EQ(again[0].handle(), first[0].handle());
  EXPECT_EQ(bodies(after_delete), (Bodies{"b"}));
}

class Deduplicate : public EngineTest {
 protected:
  Seq send_id(const std::string& id, const std::string& group = "g") {
    return engine
        .send(turn, {.queue = queue, .group = group, .deduplication_id = id, .record = "x"})
        .seq;
  }
  QueueId queue;
};

TEST_F(Deduplicate, GivesTheOriginalForFiveMinutesAlsoAfterItsDelete) {
  queue = create("q.fifo");
  const Seq original = send_id("id");
  engine.delete_message(turn, receive(queue)[0].handle());
  pass(299'999ms);

  EXPECT_EQ(send_id("id"), original);
  EXPECT_EQ(engine.message_count(), 0u);
  pass(1ms);
  EXPECT_NE(send_id("id"), original);
  EXPECT_EQ(engine.message_count(), 1u);
}

TEST_F(Deduplicate, HoldsAcrossGroupsUnlessTheScopeIsTheGroup) {
  queue = create("queue.fifo");
  EXPECT_EQ(send_id("id", "one"), send_id("id", "two"));

  queue = create("group.fifo", {.deduplication_scope = DeduplicationScope::message_group});
  EXPECT_NE(send_id("id", "one"), send_id("id", "two"));
  EXPECT_EQ(send_id("other", "one"), send_id("other", "one"));
}

TEST_F(Deduplicate, ForgetsAtAPurge) {
  queue = create("q.fifo");
  const Seq original = send_id("id");

  engine.purge_queue(turn, queue);

  EXPECT_NE(send_id("id"), original);
}

class DeadLetters : public EngineTest {
 protected:
  void create_pair(const std::string& suffix) {
    dead = create("dead" + suffix);
    queue = create("q" + suffix,
                   {.dead_letter = DeadLetter{
                        .target = {.region = "r", .account = "a", .name = "dead" + suffix},
                        .receive_count_max = 2}});
  }
  void receive_and_time_out() {
    receive(queue);
    pass(30s);
  }
  QueueId queue;
  QueueId dead;
};

TEST_F(DeadLetters, MoveAtTheReceiveThatWouldExceedTheMaximum) {
  create_pair("");
  const Seq sent = send(queue, "a");
  const Instant sent_at = turn.now;
  receive_and_time_out();
  receive_and_time_out();

  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  const auto moved = receive(dead);
  ASSERT_EQ(bodies(moved), (Bodies{"a"}));
  EXPECT_EQ(moved[0].receive_count, 3u);
  EXPECT_EQ(moved[0].origin_queue, queue);
  EXPECT_EQ(moved[0].origin_seq, sent);
  EXPECT_EQ(moved[0].sent, sent_at);
  EXPECT_EQ(moved[0].dead_letter_source->name, "q");
}

TEST_F(DeadLetters, FreeTheRestOfAConversationAndStartANewRetentionPeriod) {
  create_pair(".fifo");
  send(queue, "a", "g");
  receive_and_time_out();
  receive_and_time_out();
  send(queue, "b", "g");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"b"}));
  const auto moved = receive(dead);
  ASSERT_EQ(bodies(moved), (Bodies{"a"}));
  EXPECT_EQ(moved[0].sent, turn.now);
}

TEST_F(DeadLetters, StayWhereTheyAreWhenTheirQueueIsGone) {
  create_pair("");
  send(queue, "a");
  receive_and_time_out();
  receive_and_time_out();
  engine.delete_queue(turn, dead);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(DeadLetters, MoveAHundredAtMostPerTurn) {
  create_pair("");
  for (int i = 0; i < 150; ++i) send(queue, std::to_string(i));
  for (int i = 0; i < 2; ++i) {
    while (!receive(queue).empty()) {
    }
    pass(30s);
  }

  EXPECT_TRUE(engine.receive(turn, {.queue = queue}).is_unfinished);
  EXPECT_EQ(engine.counts(dead).visible, 100u);
  EXPECT_FALSE(engine.receive(turn, {.queue = queue}).is_unfinished);
  EXPECT_EQ(engine.counts(dead).visible, 150u);
}

class Visibility : public EngineTest {};

TEST_F(Visibility, OfAStandardMessageCanBeChangedAfterItsTimeoutToo) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  pass(30s);

  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 10s), VisibilityResult::done);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  pass(10s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

TEST_F(Visibility, CannotBeExtendedBeyondTwelveHoursFromTheReceive) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue, 1, 43'200s);
  pass(1s);

  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 43'200s),
            VisibilityResult::beyond_limit);
  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 43'199s), VisibilityResult::done);
}

TEST_F(Visibility, OfADeletedMessageCannotBeChanged) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto received = receive(queue);
  engine.delete_message(turn, received[0].handle());

  EXPECT_EQ(engine.change_visibility(turn, received[0].handle(), 10s),
            VisibilityResult::no_such_message);
}

TEST_F(Visibility, IsGivenBackOnlyToTheLeaseThatWasNeverAnswered) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  const auto lost = receive(queue);
  pass(30s);
  const auto held = receive(queue);

  engine.give_back(turn, lost[0].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.give_back(turn, held[0].handle());
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
}

class Queues : public EngineTest {};

TEST_F(Queues, PurgeRemovesEverythingAndWhatComesLaterStays) {
  const QueueId queue = create("q.fifo");
  for (int i = 0; i < 3000; ++i) send(queue, std::to_string(i), std::to_string(i % 7));
  receive(queue);

  engine.purge_queue(turn, queue);
  send(queue, "later", "3");

  EXPECT_EQ(engine.counts(queue).visible, 1u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"later"}));
  pass(1ms);
  EXPECT_EQ(engine.message_count(), 1u);
}

TEST_F(Queues, ADeletedQueueTakesItsMessagesAlongAndItsNameIsFree) {
  const QueueId queue = create("q");
  send(queue, "a");
  engine.delete_queue(turn, queue);
  const QueueId again = create("q");

  EXPECT_NE(again, queue);
  EXPECT_EQ(receive_bodies(again), (Bodies{}));
}

TEST_F(Queues, ExpiredMessagesAreRemovedWithoutAReceive) {
  const QueueId queue = create("q", {.retention = 60s});
  for (int i = 0; i < 10; ++i) send(queue, "x");
  receive(queue, 1, 300s);
  pass(60s);

  EXPECT_FALSE(engine.remove_expired(turn, 8));
  EXPECT_EQ(engine.message_count(), 2u);
  EXPECT_TRUE(engine.remove_expired(turn, 8));
  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(Queues, ADelayingFifoQueueCanBeDeletedBeforeItsMessagesAreDue) {
  const QueueId queue = create("q.fifo", {.delay = 10s});
  send(queue, "a", "g");
  engine.delete_queue(turn, queue);
  pass(1s);
  EXPECT_EQ(engine.message_count(), 0u);
  const QueueId other = create("other.fifo", {.delay = 10s});
  send(other, "b", "g");

  pass(10s);

  EXPECT_EQ(receive_bodies(other), (Bodies{"b"}));
}

TEST_F(Queues, KeepEverythingWhileRetentionIsSuspended) {
  const QueueId queue = create("q", {.retention = 60s});
  send(queue, "a");
  engine.suspend_retention(turn.now + 90s);
  pass(60s);

  EXPECT_TRUE(engine.remove_expired(turn, 8));
  EXPECT_EQ(receive_bodies(queue, 10, 0s), (Bodies{"a"}));
  pass(30s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
}

TEST_F(Queues, TellWhenTheyMayHaveSomethingToReceive) {
  const QueueId queue = create("q.fifo");
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{}));
  send(queue, "a", "g");
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{queue}));
  receive(queue);
  send(queue, "b", "g");
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{}));  // The conversation is locked.
  pass(30s);
  EXPECT_EQ(engine.take_woken(), (std::vector<QueueId>{queue}));
}

class FairQueue : public EngineTest {};

TEST_F(FairQueue, ServesTenantsInTurn) {
  const QueueId queue = create("q");
  for (const char* each : {"a1", "a2", "a3"}) send(queue, each, "a");
  send(queue, "b1", "b");
  send(queue, "none");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a1", "b1", "none", "a2", "a3"}));
}

TEST_F(FairQueue, PrefersQuietTenantsToANoisyOne) {
  const QueueId queue = create("q");
  for (int i = 0; i < 200; ++i) send(queue, "noisy", "noisy");
  for (int i = 0; i < 4; ++i) receive(queue);
  for (int i = 0; i < 5; ++i) send(queue, "quiet" + std::to_string(i), "quiet");

  EXPECT_EQ(receive_bodies(queue, 5), (Bodies{"quiet0", "quiet1", "quiet2", "quiet3", "quiet4"}));
  EXPECT_EQ(receive_bodies(queue, 1), (Bodies{"noisy"}));
}

TEST(Identity, ReadsBackItsHandlesAndNoOthers) {
  const Identity identity(std::array<char, 32>{1});
  const Identity other(std::array<char, 32>{2});
  const ReceiptHandle handle{.queue = QueueId(3), .seq = Seq(4), .generation = 5};

  EXPECT_EQ(identity.read_receipt_handle(identity.receipt_handle(handle)), handle);
  EXPECT_EQ(identity.read_receipt_handle(other.receipt_handle(handle)), std::nullopt);
  EXPECT_EQ(identity.read_receipt_handle(""), std::nullopt);
  EXPECT_EQ(identity.read_receipt_handle("AAAA"), std::nullopt);
}

TEST(Identity, MakesSequenceNumbersOfTwentyDigits) {
  EXPECT_EQ(sequence_number(Seq(1)), "10000000000000000001");
  EXPECT_EQ(sequence_number(Seq(~std::uint64_t{0} >> 2)).size(), 20u);
}

}  // namespace
}  // namespace mailrail::engine
