#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "engine/dead_letter_testing.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

using enum RedriveVerdict;

class Redrive : public DeadLetterTest {
 protected:
  // In the dead-letter queue, in their order.
  std::vector<Seq> dead_letters() const {
    std::vector<Seq> seqs;
    const auto all = engine.inspect(
        turn.now,
        {.queue = dead, .count_max = 100, .bytes_max = ~std::size_t{0}, .looks_max = 100});
    for (const InspectedMessage& each : all.messages) seqs.push_back(each.message.seq);
    return seqs;
  }
  std::vector<RedriveVerdict> redrive(std::vector<Seq> messages,
                                      std::optional<QueueName> destination = {}) {
    const auto results = engine.redrive(
        turn,
        {.source = dead, .destination = std::move(destination), .messages = std::move(messages)});
    std::vector<RedriveVerdict> verdicts;
    states.clear();
    for (const RedriveResult& each : results.value()) {
      verdicts.push_back(each.verdict);
      states.push_back(each.state);
    }
    return verdicts;
  }
  MoveTaskVerdict refusal(QueueId source, std::optional<QueueName> destination = {}) {
    const auto result = engine.redrive(
        turn, {.source = source, .destination = std::move(destination), .messages = {Seq(1)}});
    return result ? MoveTaskVerdict::started : result.error();
  }
  Hash128 id_of(Seq seq) const {
    const ReceivedMessage message = engine.find_message(dead, seq)->message;
    return engine.identity().message_number(message.origin_queue, message.origin_seq,
                                            message.redrives);
  }

  std::vector<MessageState> states;
};

TEST_F(Redrive, TakesTheChosenOnesBackAnewAndLeavesTheOthers) {
  create_pair("");
  for (const char* each : {"1", "2", "3", "4", "5"}) send(queue, each);
  let_die(queue);
  pass(60s);
  const auto died = dead_letters();

  EXPECT_EQ(redrive({died[1], died[3]}), (std::vector{moved, moved}));

  const auto back = receive(queue);
  EXPECT_EQ(bodies(back), (Bodies{"2", "4"}));
  EXPECT_EQ(back[0].sent, turn.now);
  EXPECT_EQ(back[0].receive_count, 1u);
  EXPECT_EQ(back[0].redrives, 1u);
  EXPECT_FALSE(back[0].dead_letter_source);
  EXPECT_EQ(receive_bodies(dead), (Bodies{"1", "3", "5"}));
}

TEST_F(Redrive, SaysOfEachWhyItStays) {
  create_pair("");
  for (const char* each : {"visible", "held", "damaged", "old"}) send(queue, each);
  let_die(queue);
  send(dead, "of nobody");
  engine.send(turn, {.queue = dead, .delay = 50s, .record = "later"});
  const auto all = dead_letters();
  const auto first = engine.find_message(dead, all[2])->message;
  engine.mark_damaged(turn, dead, first.seq, first.body.position);
  ASSERT_EQ(receive_bodies(dead, 1), Bodies{"visible"});
  ASSERT_EQ(receive_bodies(dead, 1), Bodies{"held"});
  engine.delete_message(turn, {.queue = dead, .seq = all[3], .generation = 1});

  EXPECT_EQ(redrive({all[1], all[2], all[3], all[4], all[5]}),
            (std::vector{not_visible, not_visible, not_there, no_source, not_visible}));
  EXPECT_EQ(states[0], MessageState::in_flight);
  EXPECT_EQ(states[1], MessageState::damaged);
  EXPECT_EQ(states[4], MessageState::delayed);
  EXPECT_EQ(engine.counts(queue).visible, 0u);
}

TEST_F(Redrive, MovesNothingThatIsTooOld) {
  create_pair("");
  send(queue, "a");
  let_die(queue);
  const auto died = dead_letters();
  pass(96h);

  EXPECT_EQ(redrive(died), std::vector{not_there});
  EXPECT_EQ(engine.counts(queue).visible, 0u);
}

TEST_F(Redrive, KeepsTheOrderOfAConversation) {
  create_pair(".fifo");
  for (const char* each : {"1", "2", "3", "4"}) send(queue, each, "g");
  let_die(queue);
  send(queue, "5", "g");
  const auto died = dead_letters();

  EXPECT_EQ(redrive({died[1], died[3]}), (std::vector{moved, moved}));

  EXPECT_EQ(receive_bodies(queue), (Bodies{"5", "2", "4"}));
  EXPECT_EQ(receive_bodies(dead), (Bodies{"1", "3"}));
}

TEST_F(Redrive, PassesNoneOfAConversationThatStays) {
  create_pair(".fifo");
  const QueueId gone = create_source("gone.fifo");
  send(queue, "before", "g");
  let_die(queue);
  send(gone, "1", "g");
  let_die(gone);
  for (const char* each : {"2", "3"}) send(queue, each, "g");
  send(queue, "other", "h");
  let_die(queue);
  engine.delete_queue(turn, gone);
  const auto died = dead_letters();
  ASSERT_EQ(died.size(), 5u);

  EXPECT_EQ(redrive(died), (std::vector{moved, no_destination, not_visible, not_visible, moved}));
  EXPECT_EQ(states[2], MessageState::blocked);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"before", "other"}));
}

TEST_F(Redrive, LeavesAConversationThatAConsumerHolds) {
  create_pair(".fifo");
  for (const char* each : {"1", "2"}) send(queue, each, "g");
  let_die(queue);
  const auto died = dead_letters();
  receive(dead, 1, 20s);

  EXPECT_EQ(redrive(died), (std::vector{not_visible, not_visible}));
  EXPECT_EQ(states, (std::vector{MessageState::in_flight, MessageState::blocked}));
  pass(20s);
  EXPECT_EQ(redrive(died), (std::vector{moved, moved}));
}

TEST_F(Redrive, GoesBackToEachMessagesSourceOrToOneQueueForAll) {
  create_pair("");
  const QueueId second = create_source("second");
  const QueueId other = create("other");
  for (const char* each : {"a", "c"}) send(queue, each);
  for (const char* each : {"b", "d"}) send(second, each);
  let_die(queue);
  let_die(second);
  const auto died = dead_letters();  // a, c, b, d.

  redrive({died[0], died[2]});
  redrive({died[1], died[3]}, name("other"));

  EXPECT_EQ(receive_bodies(queue), Bodies{"a"});
  EXPECT_EQ(receive_bodies(second), Bodies{"b"});
  EXPECT_EQ(receive_bodies(other), (Bodies{"c", "d"}));
}

TEST_F(Redrive, IsRefusedWhereATaskIsButNotBesideOne) {
  create_pair("");
  create("dead.fifo");
  EXPECT_EQ(refusal(queue), MoveTaskVerdict::no_dead_letter_queue);
  EXPECT_EQ(refusal(dead, name("absent")), MoveTaskVerdict::no_destination);
  EXPECT_EQ(refusal(dead, name("dead")), MoveTaskVerdict::to_itself);
  EXPECT_EQ(refusal(dead, name("dead.fifo")), MoveTaskVerdict::to_another_type);

  for (const char* each : {"1", "2", "3"}) send(queue, each);
  let_die(queue);
  engine.start_move_task(turn, {.source = dead, .rate = 1});
  engine.move_messages(turn);

  EXPECT_EQ(redrive({dead_letters()[1]}), std::vector{moved});
  EXPECT_EQ(engine.find_queue(dead)->move_tasks.back().moved, 1u);  // That one is not its own.
  pass(1s);
  engine.move_messages(turn);
  EXPECT_EQ(engine.find_queue(dead)->move_tasks.back().status, MoveTaskStatus::completed);
  EXPECT_EQ(engine.find_queue(dead)->move_tasks.back().moved, 2u);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"1", "3", "2"}));
}

TEST_F(Redrive, FindsMessagesByTheirIds) {
  create_pair("");
  for (int i = 0; i < 10; ++i) send(queue, std::to_string(i));
  let_die(queue);
  const auto died = dead_letters();
  std::vector<Hash128> ids{id_of(died[7]), id_of(died[2]), {.low = 1, .high = 2}};
  std::ranges::sort(ids);
  const auto find = [&](Seq after, std::size_t looks) {
    return engine.find(turn.now, {.queue = dead, .after = after, .ids = ids, .looks_max = looks});
  };

  const FoundMessages all = find(Seq(), 10);
  EXPECT_EQ(all.messages,
            (std::vector<FoundMessage>{{id_of(died[2]), died[2]}, {id_of(died[7]), died[7]}}));
  EXPECT_FALSE(all.next);
  EXPECT_EQ(find(Seq(), 5).messages.size(), 1u);
  EXPECT_EQ(find(Seq(), 5).next, died[4]);
  EXPECT_EQ(find(died[4], 5).messages.size(), 1u);
  EXPECT_FALSE(find(died[9], 5).next);
  pass(96h);
  EXPECT_TRUE(find(Seq(), 10).messages.empty());
}

TEST_F(Redrive, LooksNoFurtherThanItMust) {
  create_pair("");
  for (int i = 0; i < 10; ++i) send(queue, std::to_string(i));
  let_die(queue);
  const std::vector<Hash128> ids{id_of(dead_letters()[4])};

  const auto found = engine.find(turn.now, {.queue = dead, .ids = ids, .looks_max = 5});

  EXPECT_EQ(found.messages.size(), 1u);
  EXPECT_FALSE(found.next);
}

}  // namespace
}  // namespace mailrail::engine
