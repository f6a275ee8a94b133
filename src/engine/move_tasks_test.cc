#include <string>

#include <gtest/gtest.h>

#include "engine/dead_letter_testing.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

class MoveTasks : public DeadLetterTest {
 protected:
  Seq start(std::uint32_t rate = 0,
            std::optional<QueueName> destination = {},
            MovePace pace = MovePace::steady) {
    const auto result = engine.start_move_task(
        turn, {.source = dead, .destination = std::move(destination), .rate = rate, .pace = pace});
    EXPECT_EQ(result.verdict, MoveTaskVerdict::started);
    return result.task;
  }
  MoveTaskVerdict verdict(QueueId source, std::optional<QueueName> destination = {}) {
    return engine.start_move_task(turn, {.source = source, .destination = std::move(destination)})
        .verdict;
  }
  void move() {
    engine.move_messages(turn);
    engine.take_woken();
  }
  void move_after(Duration time) {
    pass(time);
    move();
  }
  const MoveTask& task(std::size_t newest = 0) const {
    const auto& tasks = engine.find_queue(dead)->move_tasks;
    return tasks.at(tasks.size() - 1 - newest);
  }
};

TEST_F(MoveTasks, SendMessagesBackAnew) {
  create_pair("");
  const Seq sent = send(queue, "a", "tenant");
  let_die(queue);
  pass(60s);
  start();
  move();

  EXPECT_EQ(task().status, MoveTaskStatus::completed);
  EXPECT_EQ(task().moved, 1u);
  EXPECT_EQ(task().to_move, 1u);
  const auto moved = receive(queue);
  ASSERT_EQ(bodies(moved), (Bodies{"a"}));
  EXPECT_EQ(moved[0].sent, turn.now);
  EXPECT_EQ(moved[0].first_received, turn.now);
  EXPECT_EQ(moved[0].receive_count, 1u);
  EXPECT_EQ(moved[0].origin_seq, sent);
  EXPECT_EQ(moved[0].redrives, 1u);
  EXPECT_FALSE(moved[0].dead_letter_source);
  EXPECT_NE(engine.identity().message_id(queue, sent, 1),
            engine.identity().message_id(queue, sent, 0));
}

TEST_F(MoveTasks, LeaveTheirMarkWhenTheMessageDiesAgain) {
  create_pair("");
  send(queue, "a");
  for (std::uint16_t redrives = 1; redrives <= 3; ++redrives) {
    let_die(queue);
    start();
    move();
    const auto moved = receive(queue, 10, 0s);
    ASSERT_EQ(bodies(moved), (Bodies{"a"}));
    EXPECT_EQ(moved[0].redrives, redrives);
    pass(1ms);
  }
  EXPECT_EQ(receive_bodies(queue), Bodies{});
  EXPECT_EQ(receive(dead)[0].redrives, 3u);
}

TEST_F(MoveTasks, MoveWhatWasThereAtTheirStartAndNothingElse) {
  create_pair("");
  send(queue, "a");
  let_die(queue);
  start(1);
  send(queue, "b");
  let_die(queue);
  move();

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
  move_after(1s);
  EXPECT_EQ(task().status, MoveTaskStatus::completed);
  EXPECT_EQ(receive_bodies(dead), (Bodies{"b"}));
}

TEST_F(MoveTasks, KeepTheirRateWhateverTheClockDoes) {
  create_pair("");
  for (int i = 0; i < 30; ++i) send(queue, std::to_string(i));
  let_die(queue);
  start(4);
  move();
  EXPECT_EQ(task().moved, 1u);
  move_after(249ms);
  EXPECT_EQ(task().moved, 1u);
  EXPECT_EQ(engine.next_move(), turn.now + 1ms);
  move_after(1ms);
  EXPECT_EQ(task().moved, 2u);
  move_after(260ms);  // A little late, which the next makes up for.
  EXPECT_EQ(task().moved, 3u);
  EXPECT_EQ(engine.next_move(), turn.now + 240ms);
  move_after(1h);  // No burst after that.
  EXPECT_EQ(task().moved, 4u);
  EXPECT_EQ(engine.next_move(), turn.now + 250ms);
}

TEST_F(MoveTasks, SpreadUnevenRatesWithoutDrift) {
  create_pair("");
  for (int i = 0; i < 10; ++i) send(queue, std::to_string(i));
  let_die(queue);
  const Instant started = turn.now;
  start(3);
  for (int i = 0; i < 9; ++i) {
    turn.now = *engine.next_move();
    move();
  }
  EXPECT_EQ(task().moved, 9u);
  EXPECT_EQ(engine.next_move(), started + 3s);
}

TEST_F(MoveTasks, BeginARampAtOneASecondAndDoubleThatUpToTheirRate) {
  create_pair("");
  for (int i = 0; i < 50; ++i) send(queue, std::to_string(i));
  let_die(queue);
  const Instant started = turn.now;
  const auto moved_by = [&](Duration time) {
    for (; *engine.next_move() < started + time; move()) turn.now = *engine.next_move();
    return task().moved;
  };
  start(3, {}, MovePace::ramp);

  EXPECT_EQ(moved_by(1s), 1u);
  EXPECT_EQ(moved_by(10s), 10u);
  EXPECT_EQ(moved_by(11s), 12u);
  EXPECT_EQ(moved_by(20s), 30u);
  EXPECT_EQ(moved_by(21s), 33u);
  EXPECT_EQ(moved_by(25s), 45u);
}

TEST_F(MoveTasks, GoOnWithARampWhereTheyWereWhenTheyCouldNotMove) {
  create_pair("");
  for (int i = 0; i < 50; ++i) send(queue, std::to_string(i));
  let_die(queue);
  start(500, {}, MovePace::ramp);
  move();
  move_after(1h);
  EXPECT_EQ(task().moved, 2u);
  EXPECT_EQ(engine.next_move(), turn.now + 1s);
}

TEST_F(MoveTasks, NeedNoRampWithoutARate) {
  create_pair("");
  for (int i = 0; i < 50; ++i) send(queue, std::to_string(i));
  let_die(queue);
  start(0, {}, MovePace::ramp);
  move();
  EXPECT_EQ(task().moved, 50u);
}

TEST_F(MoveTasks, MoveAHundredAtMostPerTurnAndTakeTurns) {
  create_pair("");
  const QueueId other_dead = create("other-dead");
  const QueueId other = create(
      "other", {.dead_letter = DeadLetter{.target = name("other-dead"), .receive_count_max = 1}});
  for (int i = 0; i < 150; ++i) {
    send(queue, std::to_string(i));
    send(other, std::to_string(i));
  }
  let_die(queue);
  let_die(other);
  start();
  move();
  EXPECT_EQ(engine.counts(queue).visible, 100u);
  EXPECT_EQ(engine.next_move(), task().started);

  EXPECT_EQ(verdict(other_dead), MoveTaskVerdict::started);
  for (int i = 0; i < 3; ++i) move();
  EXPECT_EQ(engine.counts(queue).visible, 150u);
  EXPECT_EQ(engine.counts(other).visible, 150u);
  EXPECT_EQ(engine.next_move(), std::nullopt);
}

TEST_F(MoveTasks, WaitForWhatIsInFlightOrDelayed) {
  create_pair("");
  send(queue, "a");
  send(queue, "b");
  let_die(queue);
  engine.send(turn, {.queue = dead, .delay = 50s, .record = "c"});
  receive(dead, 1, 20s);
  const Seq started = start(0, name("q"));
  move();
  EXPECT_EQ(task().id, started);
  EXPECT_EQ(task().to_move, 3u);
  EXPECT_EQ(task().moved, 1u);
  EXPECT_EQ(engine.next_move(), turn.now + move_task_pause);

  pass(20s);
  move();
  EXPECT_EQ(task().moved, 2u);
  EXPECT_TRUE(task().is_running());
  pass(30s);
  for (int i = 0; i < 2; ++i) move_after(1s);
  EXPECT_EQ(task().moved, 3u);
  EXPECT_EQ(task().status, MoveTaskStatus::completed);
  EXPECT_EQ(engine.counts(queue).visible, 3u);
}

TEST_F(MoveTasks, LookAtALongQueueThatWaitsLessOften) {
  create_pair("");
  engine.change_queue(turn, dead, {.delay = 900s});
  for (std::uint64_t i = 0; i < 2 * looks_per_move_task_pause; ++i) send(dead, "later");
  start();
  while (engine.next_move() <= turn.now) move();

  EXPECT_EQ(task().status, MoveTaskStatus::running);
  EXPECT_EQ(engine.next_move(), turn.now + 3 * move_task_pause);
}

TEST_F(MoveTasks, KeepTheOrderOfAConversation) {
  create_pair(".fifo");
  for (const char* each : {"1", "2", "3"}) send(queue, each, "g");
  let_die(queue);
  send(queue, "4", "g");
  ASSERT_EQ(receive_bodies(dead, 1, 20s), (Bodies{"1"}));
  start();
  move();

  EXPECT_EQ(task().moved, 0u);  // None passes the one that is in flight.
  pass(20s);
  move();
  EXPECT_EQ(receive_bodies(queue), (Bodies{"4", "1", "2", "3"}));
}

TEST_F(MoveTasks, LeaveDamagedMessagesAndWhatIsBehindThem) {
  create_pair(".fifo");
  for (const char* each : {"1", "2", "3"}) send(queue, each, "g");
  send(queue, "other", "h");
  let_die(queue);
  const auto died = receive(dead, 10, 0s);
  pass(1ms);
  engine.mark_damaged(turn, dead, died[1].seq, died[1].body.position);
  start();
  move();

  EXPECT_EQ(task().status, MoveTaskStatus::completed);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"1", "other"}));
}

TEST_F(MoveTasks, WaitForAConversationThatIsParked) {
  create("last.fifo");
  dead = create("dead.fifo",
                {.dead_letter = DeadLetter{.target = name("last.fifo"), .receive_count_max = 1},
                 .on_poison = OnPoison::park});
  queue = create_source("q.fifo");
  for (const char* each : {"a", "b"}) send(dead, each, "stays");
  let_die(dead);
  ASSERT_EQ(engine.counts(dead).parked_conversations, 1u);
  for (const char* each : {"c", "d"}) send(dead, each, "goes");
  start(0, name("q.fifo"));
  move();

  EXPECT_EQ(receive_bodies(queue), (Bodies{"c", "d"}));
  move_after(move_task_pause);
  EXPECT_EQ(task().status, MoveTaskStatus::running);
  EXPECT_EQ(engine.counts(dead).parked, 2u);

  EXPECT_EQ(engine.retry(turn, dead, "stays"), ParkedResult::done);
  move_after(move_task_pause);
  EXPECT_EQ(task().status, MoveTaskStatus::completed);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b"}));
}

TEST_F(MoveTasks, GoBackToEachMessagesSource) {
  create_pair("");
  const QueueId second = create_source("second");
  send(queue, "a");
  send(second, "b");
  let_die(queue);
  let_die(second);
  start();
  move();

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a"}));
  EXPECT_EQ(receive_bodies(second), (Bodies{"b"}));
}

TEST_F(MoveTasks, FailWhenAMessageHasNoSource) {
  create_pair("");
  send(queue, "a");
  let_die(queue);
  send(dead, "b");
  start();
  move();

  EXPECT_EQ(task().status, MoveTaskStatus::failed);
  EXPECT_EQ(task().failure, MoveTaskFailure::no_source);
  EXPECT_EQ(task().moved, 1u);
  EXPECT_EQ(engine.next_move(), std::nullopt);
  EXPECT_EQ(receive_bodies(dead), (Bodies{"b"}));
}

TEST_F(MoveTasks, FailWhenTheDestinationIsGone) {
  create_pair("");
  create_source("second");  // Else the queue would be nobody's dead-letter queue.
  send(queue, "a");
  let_die(queue);
  engine.delete_queue(turn, queue);
  start();
  move();

  EXPECT_EQ(task().status, MoveTaskStatus::failed);
  EXPECT_EQ(task().failure, MoveTaskFailure::no_destination);
  EXPECT_EQ(receive_bodies(dead), (Bodies{"a"}));
}

TEST_F(MoveTasks, MoveNothingThatIsTooOld) {
  create_pair("");
  send(queue, "a");
  let_die(queue);
  pass(96h);
  start();
  move();

  EXPECT_EQ(task().status, MoveTaskStatus::completed);
  EXPECT_EQ(task().moved, 0u);
  EXPECT_EQ(receive_bodies(queue), Bodies{});
}

TEST_F(MoveTasks, StopWhereTheyAreCancelled) {
  create_pair("");
  for (int i = 0; i < 3; ++i) send(queue, std::to_string(i));
  let_die(queue);
  start(1);
  move();
  engine.cancel_move_task(turn, dead);
  move_after(1h);

  EXPECT_EQ(task().status, MoveTaskStatus::cancelled);
  EXPECT_EQ(task().moved, 1u);
  EXPECT_EQ(engine.counts(dead).visible, 2u);
}

TEST_F(MoveTasks, AreRefusedWhereTheyCannotBe) {
  create_pair("");
  create("dead.fifo");
  EXPECT_EQ(verdict(queue), MoveTaskVerdict::no_dead_letter_queue);
  EXPECT_EQ(verdict(dead, name("absent")), MoveTaskVerdict::no_destination);
  EXPECT_EQ(verdict(dead, name("dead")), MoveTaskVerdict::to_itself);
  EXPECT_EQ(verdict(dead, name("dead.fifo")), MoveTaskVerdict::to_another_type);
  start();
  EXPECT_EQ(verdict(dead), MoveTaskVerdict::already_running);
}

TEST_F(MoveTasks, AreForgottenBeyondTenAndWithTheirQueue) {
  create_pair("");
  const Seq first = start();
  move();
  for (std::size_t i = 1; i < move_tasks_kept_max; ++i) {
    start();
    move();
  }
  EXPECT_EQ(task(move_tasks_kept_max - 1).id, first);
  start();
  EXPECT_EQ(engine.find_queue(dead)->move_tasks.size(), move_tasks_kept_max);
  EXPECT_NE(task(move_tasks_kept_max - 1).id, first);
  engine.delete_queue(turn, dead);
  move();
  EXPECT_EQ(engine.next_move(), std::nullopt);
}

// Facts of moves give the same task and the same queues again, and it goes on from there.
TEST_F(MoveTasks, GoOnAfterAReplay) {
  create_pair("");
  for (int i = 0; i < 20; ++i) send(queue, std::to_string(i));
  let_die(queue);
  start(2, {}, MovePace::ramp);
  move();
  move_after(1s);
  Engine replayed(3);
  ASSERT_TRUE(decode_facts(facts.payload(), [&](const Fact& fact, FactPlace place) {
    const Body at{.position = facts.position() + place.offset, .length = place.length};
    EXPECT_EQ(replayed.objection_to(fact, at), "");
    replayed.apply(fact, at);
  }));

  EXPECT_EQ(replayed.next_move(), engine.next_move());
  while (!replayed.advance(turn.now)) {
  }
  FactWriter more{facts.end()};
  Turn later{.now = turn.now, .random = random, .facts = more};
  while (const auto next = replayed.next_move()) {
    later.now = *next;
    replayed.move_messages(later);
  }
  EXPECT_EQ(later.now, turn.now + 9s + 4500ms);  // Ten at one a second, the others at two.
  EXPECT_EQ(replayed.counts(queue).visible, 20u);
  EXPECT_EQ(replayed.find_queue(dead)->move_tasks.back().status, MoveTaskStatus::completed);
}

}  // namespace
}  // namespace mailrail::engine
