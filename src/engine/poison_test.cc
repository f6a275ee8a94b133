#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

// Sends a b c to one conversation of a queue that parks after two receives.
class Poison : public EngineTest {
 protected:
  Poison() {
    for (const char* each : {"a", "b", "c"}) newest = send(queue, each, "g");
  }

  QueueId create_parking(const std::string& name, Duration retention = 96h) {
    return create(
        name,
        {.retention = retention,
         .dead_letter = DeadLetter{.target = {.region = "r", .account = "a", .name = "dead.fifo"},
                                   .receive_count_max = 2},
         .on_poison = OnPoison::park});
  }

  // The head fails twice, and then is asked for.
  void park() {
    for (int i = 0; i < 2; ++i) receive(queue, 1, 0s);
    EXPECT_EQ(receive_bodies(queue), (Bodies{}));
    EXPECT_EQ(engine.counts(queue).parked_conversations, 1u);
  }

  // Everything, and deletes it.
  Bodies drain(QueueId from) {
    Bodies all;
    for (auto received = receive(from, 10); !received.empty(); received = receive(from, 10)) {
      for (const ReceivedMessage& each : received) {
        all.push_back(body(each));
        EXPECT_EQ(engine.delete_message(turn, each.handle()), DeleteResult::done);
      }
    }
    return all;
  }

  std::size_t drop(std::size_t count_max) {
    return engine.drop(turn, queue, *engine.drop_request(queue, "g"), count_max).removed;
  }

  void damage(Seq seq) {
    engine.mark_damaged(turn, queue, seq, engine.body_of(queue, seq)->position);
  }

  QueueId dead = create("dead.fifo");
  QueueId queue = create_parking("q.fifo");
  Seq newest;
};

TEST_F(Poison, StepsAsideWholeWithWhatComesLater) {
  park();
  send(queue, "other", "h");
  send(queue, "d", "g");
  pass(1h);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"other"}));
  EXPECT_EQ(receive_bodies(dead), (Bodies{}));
  const auto parked = engine.parked(queue, "", 10);
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_EQ(parked[0].group, "g");
  EXPECT_EQ(parked[0].message_count, 4u);
  EXPECT_EQ(parked[0].head_receive_count, 2u);
  EXPECT_EQ(parked[0].since, turn.now - 1h);
}

TEST_F(Poison, IsDeadLetteredWhereTheQueueDoesNotPark) {
  const QueueId plain = create(
      "plain.fifo",
      {.dead_letter = DeadLetter{.target = {.region = "r", .account = "a", .name = "dead.fifo"},
                                 .receive_count_max = 1}});
  for (const char* each : {"x", "y"}) send(plain, each, "g");
  receive(plain, 1, 0s);

  EXPECT_EQ(receive_bodies(plain), (Bodies{"y"}));
  EXPECT_EQ(receive_bodies(dead), (Bodies{"x"}));
}

TEST_F(Poison, IsParkedWhereItsDeadLetterQueueIsGone) {
  engine.delete_queue(turn, dead);

  park();
}

TEST_F(Poison, GoesOnInOrderAheadOfNewerArrivalsWhenItIsRetried) {
  park();
  send(queue, "d", "g");

  EXPECT_EQ(engine.retry(turn, queue, "g"), ParkedResult::done);
  EXPECT_EQ(drain(queue), (Bodies{"a", "b", "c", "d"}));
}

TEST_F(Poison, HasAllItsReceivesAgainAfterARetry) {
  park();
  engine.retry(turn, queue, "g");

  EXPECT_EQ(receive(queue, 1, 0s)[0].receive_count, 3u);
  EXPECT_EQ(receive(queue, 1, 0s)[0].receive_count, 4u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  EXPECT_EQ(engine.counts(queue).parked_conversations, 1u);
}

// They failed together, by one consumer's fault.
TEST_F(Poison, ForgivesTheMessagesBehindTheHeadToo) {
  for (int i = 0; i < 2; ++i) receive(queue, 10, 0s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.retry(turn, queue, "g");

  EXPECT_EQ(drain(queue), (Bodies{"a", "b", "c"}));
}

// Dead letters bring their counts along, so one may be spent before the one ahead of it is.
TEST_F(Poison, WaitsUntilTheMessagesAheadOfItAreGone) {
  const QueueId letters = create_parking("letters.fifo");
  const auto source = [&](const std::string& name, std::uint32_t receive_count_max) {
    return create(name, {.dead_letter = DeadLetter{
                             .target = {.region = "r", .account = "a", .name = "letters.fifo"},
                             .receive_count_max = receive_count_max}});
  };
  const QueueId one = source("one.fifo", 1);
  const QueueId two = source("two.fifo", 2);
  send(one, "x", "g");
  for (int i = 0; i < 2; ++i) receive(one, 1, 0s);
  send(two, "y", "g");
  for (int i = 0; i < 3; ++i) receive(two, 1, 0s);
  QueueAttributes attributes = engine.find_queue(letters)->attributes;
  attributes.dead_letter->receive_count_max = 3;
  engine.change_queue(turn, letters, attributes);
  EXPECT_EQ(receive_bodies(letters, 10, 0s), (Bodies{"x", "y"}));

  const auto given = receive(letters);
  ASSERT_EQ(bodies(given), (Bodies{"x"}));
  EXPECT_EQ(engine.counts(letters).parked_conversations, 0u);
  engine.delete_message(turn, given[0].handle());
  EXPECT_EQ(receive_bodies(letters), (Bodies{}));
  EXPECT_EQ(engine.counts(letters).parked_conversations, 1u);
}

TEST_F(Poison, LosesOnlyItsHeadWhenThatIsSkipped) {
  park();
  send(queue, "d", "g");

  EXPECT_EQ(engine.skip(turn, queue, "g", SkipTo::nowhere), ParkedResult::done);
  EXPECT_EQ(drain(queue), (Bodies{"b", "c", "d"}));
  EXPECT_EQ(drain(dead), (Bodies{}));
}

TEST_F(Poison, SendsItsHeadToTheDeadLetters) {
  park();

  EXPECT_EQ(engine.skip(turn, queue, "g", SkipTo::dead_letters), ParkedResult::done);
  const auto letters = receive(dead);
  ASSERT_EQ(bodies(letters), (Bodies{"a"}));
  EXPECT_EQ(letters[0].receive_count, 3u);
  EXPECT_EQ(letters[0].dead_letter_source->name, "q.fifo");
  EXPECT_EQ(drain(queue), (Bodies{"b", "c"}));
}

TEST_F(Poison, KeepsItsHeadWhereThereAreNoDeadLetters) {
  park();
  engine.delete_queue(turn, dead);

  EXPECT_EQ(engine.skip(turn, queue, "g", SkipTo::dead_letters), ParkedResult::no_dead_letters);
  EXPECT_EQ(engine.counts(queue).parked, 3u);
}

TEST_F(Poison, KeepsAHeadThatSomebodyHolds) {
  const auto held = receive(queue, 2, 100s);
  engine.change_visibility(turn, held[0].handle(), 0s);
  receive(queue, 1, 0s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.skip(turn, queue, "g", SkipTo::nowhere);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));  // b is still held.
  EXPECT_EQ(engine.delete_message(turn, held[1].handle()), DeleteResult::done);

  EXPECT_EQ(receive_bodies(queue), (Bodies{"c"}));
}

TEST_F(Poison, RefusesToSkipAHeadInFlight) {
  const QueueId brief = create_parking("brief.fifo", 60s);
  send(brief, "x", "g");
  pass(30s);
  send(brief, "y", "g");
  receive(brief, 1, 0s);
  const auto held = receive(brief, 2, 100s);
  engine.change_visibility(turn, held[0].handle(), 0s);
  EXPECT_EQ(receive_bodies(brief), (Bodies{}));  // Parks x, with y in flight behind it.
  pass(30s);
  engine.remove_expired(turn, 100);  // Takes x.

  ASSERT_EQ(engine.counts(brief).parked, 1u);
  EXPECT_EQ(engine.skip(turn, brief, "g", SkipTo::nowhere), ParkedResult::head_in_flight);
  EXPECT_EQ(engine.delete_message(turn, held[1].handle()), DeleteResult::done);
  EXPECT_EQ(engine.counts(brief).parked_conversations, 0u);
}

TEST_F(Poison, IsEmptiedBitByBit) {
  park();

  EXPECT_EQ(drop(2), 2u);
  EXPECT_EQ(engine.counts(queue).parked, 1u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  EXPECT_EQ(drop(2), 1u);
  EXPECT_EQ(engine.counts(queue).parked_conversations, 0u);
  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(Poison, GoesOnWithWhatCameAfterItWasDropped) {
  park();
  const auto request = engine.drop_request(queue, "g");
  send(queue, "d", "g");

  EXPECT_TRUE(engine.drop(turn, queue, *request, 2).has_more);
  EXPECT_FALSE(engine.drop(turn, queue, *request, 2).has_more);
  EXPECT_EQ(drain(queue), (Bodies{"d"}));
}

TEST_F(Poison, IsParkedNoMoreWhenNothingIsLeftOfIt) {
  park();
  drop(10);
  send(queue, "new", "g");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"new"}));
  EXPECT_EQ(engine.retry(turn, queue, "g"), ParkedResult::not_parked);
  EXPECT_EQ(engine.skip(turn, queue, "g", SkipTo::nowhere), ParkedResult::not_parked);
  EXPECT_FALSE(engine.drop_request(queue, "g").has_value());
}

TEST_F(Poison, IsNotDroppedByWhoMeantAnEarlierOneOfItsName) {
  park();
  const auto request = engine.drop_request(queue, "g");
  EXPECT_TRUE(engine.drop(turn, queue, *request, 2).has_more);
  drop(1);
  pass(1ms);
  send(queue, "poison", "g");
  park();

  EXPECT_FALSE(engine.drop(turn, queue, *request, 2).was_parked);
  EXPECT_EQ(engine.counts(queue).parked_conversations, 1u);
}

TEST_F(Poison, ExpiresLikeAnyOther) {
  const QueueId brief = create_parking("brief.fifo", 60s);
  for (const char* each : {"x", "y"}) send(brief, each, "g");
  for (int i = 0; i < 3; ++i) receive(brief, 1, 0s);
  pass(30s);
  send(brief, "z", "g");
  pass(30s);

  engine.remove_expired(turn, 100);
  EXPECT_EQ(engine.counts(brief).parked, 1u);
  EXPECT_EQ(receive_bodies(brief), (Bodies{}));
  pass(30s);
  engine.remove_expired(turn, 100);
  EXPECT_EQ(engine.counts(brief).parked_conversations, 0u);
  send(brief, "new", "g");
  EXPECT_EQ(receive_bodies(brief), (Bodies{"new"}));
}

// Its poison message has expired, so the next one is the head, which nobody ever had.
TEST_F(Poison, SendsAMessageToTheDeadLettersThatWasNeverReceived) {
  const QueueId brief = create_parking("brief.fifo", 60s);
  send(brief, "x", "g");
  for (int i = 0; i < 3; ++i) receive(brief, 1, 0s);
  pass(30s);
  const Seq sent = send(brief, "y", "g");
  pass(30s);
  engine.remove_expired(turn, 100);

  EXPECT_EQ(engine.find_parked(brief, "g")->head_receive_count, 0u);
  EXPECT_EQ(engine.skip(turn, brief, "g", SkipTo::dead_letters), ParkedResult::done);
  const auto letters = receive(dead);
  ASSERT_EQ(bodies(letters), (Bodies{"y"}));
  EXPECT_EQ(letters[0].receive_count, 1u);
  EXPECT_EQ(letters[0].first_received, turn.now);
  EXPECT_EQ(letters[0].origin_queue, brief);
  EXPECT_EQ(letters[0].origin_seq, sent);
}

TEST_F(Poison, GoesWithAPurgeAndWithItsQueue) {
  park();
  engine.purge_queue(turn, queue);
  EXPECT_EQ(engine.counts(queue).parked_conversations, 0u);
  send(queue, "new", "g");
  EXPECT_EQ(receive_bodies(queue), (Bodies{"new"}));
  engine.delete_queue(turn, queue);
  pass(1s);

  EXPECT_EQ(engine.message_count(), 0u);
}

TEST_F(Poison, StaysParkedWhenTheQueueParksNoMore) {
  park();
  QueueAttributes attributes = engine.find_queue(queue)->attributes;
  attributes.on_poison = OnPoison::dead_letter;
  engine.change_queue(turn, queue, attributes);
  pass(1h);

  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  engine.retry(turn, queue, "g");
  receive(queue, 1, 0s);
  receive(queue, 1, 0s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"b", "c"}));
  EXPECT_EQ(receive_bodies(dead), (Bodies{"a"}));
}

TEST_F(Poison, WithADamagedHeadCanOnlyDiscardIt) {
  park();
  damage(engine.find_parked(queue, "g")->head);

  EXPECT_EQ(engine.retry(turn, queue, "g"), ParkedResult::head_damaged);
  EXPECT_EQ(engine.skip(turn, queue, "g", SkipTo::dead_letters), ParkedResult::head_damaged);
  EXPECT_EQ(engine.skip(turn, queue, "g", SkipTo::nowhere), ParkedResult::done);
  EXPECT_EQ(drain(queue), (Bodies{"b", "c"}));
}

// No counter has them: what is visible less what is parked is what can be received.
TEST_F(Poison, CountsNoMessageThatWasDamagedBefore) {
  damage(newest);
  park();

  EXPECT_EQ(engine.counts(queue).parked, 2u);
  EXPECT_EQ(engine.counts(queue).visible, 2u);
  EXPECT_EQ(drop(2), 2u);
  EXPECT_EQ(engine.counts(queue).parked, 0u);
  EXPECT_EQ(drop(1), 1u);
  EXPECT_EQ(engine.counts(queue).parked, 0u);
}

TEST_F(Poison, CountsNoMessageThatIsDamagedSince) {
  park();
  damage(newest);

  EXPECT_EQ(engine.counts(queue).parked, 2u);
  EXPECT_EQ(engine.counts(queue).visible, 2u);
  engine.retry(turn, queue, "g");
  EXPECT_EQ(engine.counts(queue).parked, 0u);
}

TEST_F(Poison, WakesTheQueueWhenItGoesOn) {
  park();
  (void)engine.take_woken();

  engine.retry(turn, queue, "g");
  EXPECT_EQ(engine.take_woken(), std::vector<QueueId>{queue});
}

TEST_F(Poison, IsListedAPageAtATime) {
  for (const char* each : {"x", "y", "z"}) send(queue, each, each);
  for (int i = 0; i < 3; ++i) receive(queue, 10, 0s);

  const auto first = engine.parked(queue, "", 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].group, "g");
  EXPECT_EQ(first[1].group, "x");
  const auto rest = engine.parked(queue, "x", 10);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[1].group, "z");
  EXPECT_EQ(engine.counts(queue).parked, 6u);
  EXPECT_EQ(engine.counts(queue).visible, 6u);
}

TEST_F(Poison, TakesNoMemoryOnceItIsGone) {
  for (int i = 0; i < 2; ++i) receive(queue, 1, 0s);
  const std::uint64_t before = engine.memory_bytes();
  receive(queue);
  EXPECT_GT(engine.memory_bytes(), before);
  EXPECT_LE(engine.memory_bytes(), before + 128);
  engine.retry(turn, queue, "g");
  drain(queue);

  EXPECT_LE(engine.memory_bytes(), before);
}

}  // namespace
}  // namespace mailrail::engine
