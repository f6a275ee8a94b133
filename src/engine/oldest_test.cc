#include <algorithm>
#include <map>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class OldestMessages : public EngineTest {
 protected:
  OldestSent oldest(QueueId queue) {
    std::size_t budget = 1'000'000;
    return *engine.find_oldest(queue, budget);
  }

  QueueAttributes with_dead_letters() const {
    return {.dead_letter = DeadLetter{.target = {.region = "r", .account = "a", .name = "dead"},
                                      .receive_count_max = 1}};
  }
};

TEST_F(OldestMessages, AreNoneInAnEmptyQueue) {
  const QueueId queue = create("q");

  EXPECT_FALSE(oldest(queue).of_all.has_value());
  EXPECT_FALSE(oldest(queue).of_undelivered.has_value());
}

TEST_F(OldestMessages, AreTheFirstOfThoseThatAreThere) {
  const QueueId queue = create("q");
  send(queue, "a");
  const auto first = receive(queue);
  pass(1s);
  const Instant second = turn.now;
  send(queue, "b");

  EXPECT_EQ(oldest(queue).of_all, second - 1s);
  engine.delete_message(turn, first.at(0).handle());
  EXPECT_EQ(oldest(queue).of_all, second);
}

TEST_F(OldestMessages, AreUndeliveredUntilTheirFirstReceive) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  pass(1s);
  const Instant second = turn.now;
  send(queue, "b", "h");
  EXPECT_EQ(oldest(queue).of_undelivered, second - 1s);
  receive(queue, 1, 0s);

  EXPECT_EQ(oldest(queue).of_undelivered, second);
  EXPECT_EQ(oldest(queue).of_all, second - 1s);
}

TEST_F(OldestMessages, AreFoundAmongDeadLettersThatCameLate) {
  const QueueId dead = create("dead");
  const QueueId queue = create("q", with_dead_letters());
  const Instant first = turn.now;
  send(queue, "old");
  pass(1h);
  send(dead, "young");
  receive(queue);
  pass(30s);
  receive(queue);

  EXPECT_EQ(oldest(dead).of_all, first);
  EXPECT_EQ(oldest(dead).of_undelivered, first);
  const auto letters = receive(dead);
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_FALSE(oldest(dead).of_undelivered.has_value());
  engine.delete_message(turn, letters.at(1).handle());
  EXPECT_EQ(oldest(dead).of_all, first + 1h);
}

TEST_F(OldestMessages, AreLookedForInBoundedSteps) {
  const QueueId queue = create("q");
  for (int i = 0; i < 100; ++i) send(queue, std::to_string(i));
  for (int i = 0; i < 5; ++i) receive(queue, 10);

  std::size_t budget = 20;
  EXPECT_FALSE(engine.find_oldest(queue, budget).has_value());
  EXPECT_EQ(budget, 0u);
  budget = 40;
  EXPECT_TRUE(engine.find_oldest(queue, budget).has_value());
  EXPECT_EQ(budget, 10u);
  EXPECT_TRUE(engine.find_oldest(queue, budget).has_value());
  EXPECT_EQ(budget, 10u);
}

// The facts say what is in the queues; each is looked through whole.
class ManyMessages : public OldestMessages {
 protected:
  struct Known {
    Instant sent;
    bool is_delivered = false;
  };
  using Queues = std::map<QueueId, std::map<Seq, Known>>;

  Queues known() const {
    Queues queues;
    const auto decoded = decode_facts(facts.payload(), [&](const Fact& fact, FactPlace) {
      if (const auto* sent = std::get_if<Sent>(&fact)) queues[sent->queue][sent->seq] = {sent->at};
      if (const auto* leased = std::get_if<Leased>(&fact))
        queues[leased->queue][leased->seq].is_delivered = true;
      if (const auto* removed = std::get_if<Removed>(&fact)) {
        for (const Seq each : removed->seqs) queues[removed->queue].erase(each);
      }
      if (const auto* moved = std::get_if<Moved>(&fact)) {
        queues[moved->from].erase(moved->from_seq);
        queues[moved->to][moved->seq] = {moved->sent};
      }
    });
    EXPECT_TRUE(decoded.has_value());
    return queues;
  }

  static OldestSent expected(const std::map<Seq, Known>& messages) {
    OldestSent oldest;
    const auto consider = [](std::optional<Instant>& least, Instant sent) {
      least = least ? std::min(*least, sent) : sent;
    };
    for (const auto& [seq, message] : messages) {
      consider(oldest.of_all, message.sent);
      if (!message.is_delivered) consider(oldest.of_undelivered, message.sent);
    }
    return oldest;
  }
};

TEST_F(ManyMessages, HaveTheOldestThatALookAtAllOfThemFinds) {
  const QueueId dead = create("dead");
  const std::vector<QueueId> all{create("q", with_dead_letters()),
                                 create("other", with_dead_letters()), dead, create("q.fifo")};
  std::vector<ReceiptHandle> handles;
  for (int step = 0; step < 600; ++step) {
    const QueueId queue = all[random.below(all.size())];
    switch (random.below(4)) {
      case 0:
        send(queue, std::to_string(step), queue == all.back() ? "g" : "");
        break;
      case 1:
        for (const ReceivedMessage& each : receive(queue, 3)) handles.push_back(each.handle());
        break;
      case 2:
        if (handles.empty()) break;
        engine.delete_message(turn, handles[random.below(handles.size())]);
        break;
      default:
        pass(std::chrono::seconds(random.below(20)));
    }
    Queues queues = known();
    for (const QueueId each : all) {
      const OldestSent truth = expected(queues[each]);
      const OldestSent found = oldest(each);
      ASSERT_EQ(found.of_all, truth.of_all) << "step " << step;
      ASSERT_EQ(found.of_undelivered, truth.of_undelivered) << "step " << step;
    }
  }
}

// --- Conversations.

TEST_F(OldestMessages, OfAConversationAreBlockedBehindOneInFlight) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  send(queue, "b", "g");
  send(queue, "c", "h");
  EXPECT_EQ(engine.counts(queue).conversations_in_flight, 0u);
  const auto first = receive(queue, 1);

  EXPECT_EQ(engine.counts(queue).conversations_in_flight, 1u);
  EXPECT_EQ(engine.counts(queue).conversations_blocked, 1u);
  const auto alone = receive(queue, 1);
  EXPECT_EQ(engine.counts(queue).conversations_in_flight, 2u);
  EXPECT_EQ(engine.counts(queue).conversations_blocked, 1u);
  engine.delete_message(turn, first.at(0).handle());
  engine.delete_message(turn, alone.at(0).handle());
  EXPECT_EQ(engine.counts(queue).conversations_in_flight, 0u);
  EXPECT_EQ(engine.counts(queue).conversations_blocked, 0u);
}

TEST_F(OldestMessages, OfAConversationAreNotBlockedOnceTheLeaseEnds) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  send(queue, "b", "g");
  receive(queue, 1);
  ASSERT_EQ(engine.counts(queue).conversations_blocked, 1u);

  pass(30s);

  EXPECT_EQ(engine.counts(queue).conversations_in_flight, 0u);
  EXPECT_EQ(engine.counts(queue).conversations_blocked, 0u);
}

TEST_F(OldestMessages, OfAConversationAreBlockedBehindADamagedOne) {
  const QueueId queue = create("q.fifo");
  const Seq head = send(queue, "a", "g");
  send(queue, "b", "g");
  engine.mark_damaged(turn, queue, head, engine.body_of(queue, head)->position);

  EXPECT_EQ(engine.counts(queue).conversations_blocked, 1u);
}

}  // namespace
}  // namespace mailrail::engine
