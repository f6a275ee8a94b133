// Housekeeping where the log has all that it may take: new messages are taken again as soon as
// there is room.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/housekeeping_testing.h"

namespace mailrail::broker {
namespace {

// A log that is as long as its share allows. As in a small directory of the server, a quarter of
// each segment may stay unused.
class HousekeepingOfAFullDisk : public HousekeepingTest {
 protected:
  HousekeepingOfAFullDisk() {
    log_options.payload_bytes_max = unit / 4;
    options.housekeeping.disk_bytes_max = 32 * unit;
  }

  // One turn, and no housekeeping beside it: what was asked for is done at the next settle().
  void rush(const DoCall::Do& what) {
    std::vector<std::unique_ptr<Call>> calls;
    calls.push_back(std::make_unique<DoCall>(what));
    broker->turn(now, std::move(calls));
    commit();
    if (!late_) late_ = broker->take_chore();
    if (late_) broker->take_chore();  // It measures.
  }

  void settle_late() {
    if (late_) {
      auto done = perform(*std::exchange(late_, std::nullopt), *log);
      ASSERT_TRUE(done);
      broker->chore_done(*std::move(done));
    }
    broker->turn(now, {});
    settle();
  }

  void churn_until_full(QueueId queue) {
    while (!broker->full()) {
      rush([&](engine::Engine& state, engine::Turn& turn) {
        const Seq seq = state.send(turn, {.queue = queue, .record = std::string(3500, 'm')}).seq;
        state.delete_message(turn, {.queue = queue, .seq = seq, .generation = 1});
      });
    }
  }

  // The front of the log, dense, and nearly all that is ever taken.
  std::vector<Seq> fill(QueueId queue) {
    std::vector<Seq> seqs;
    while (!broker->full()) seqs.push_back(send(queue, 3500));
    for (std::size_t few = seqs.size() / 50; few > 0; --few) {
      remove(queue, seqs.back());
      seqs.pop_back();
    }
    return seqs;
  }

 private:
  std::optional<Chore> late_;
};

TEST_F(HousekeepingOfAFullDisk, TakesMessagesAgainOnceTheLogIsCleaned) {
  start();
  const QueueId backlog = create("a");
  const QueueId busy = create("b");
  fill(backlog);

  for (int i = 0; i < 20; ++i) {
    churn_until_full(busy);
    settle_late();
    ASSERT_FALSE(broker->full()) << i;
  }

  EXPECT_LE(most_bytes, options.housekeeping.disk_bytes_max);
  expect_all_there(backlog);
}

TEST_F(HousekeepingOfAFullDisk, TakesMessagesAgainSoonWhenLittleOfTheLogIsDead) {
  start();
  const QueueId queue = create("q");
  while (!broker->full()) send(queue, 300);  // Most of a frame is padding.

  ASSERT_LE(broker->next_turn(), now + 10s);
  now += 10s;
  turn([](auto&, auto&) {});

  EXPECT_FALSE(broker->full());
}

TEST_F(HousekeepingOfAFullDisk, TakesMessagesWhileOthersComeAndGo) {
  start();
  const QueueId backlog = create("a");
  const QueueId busy = create("b");
  fill(backlog);

  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(broker->full()) << i;
    const Seq seq = send(busy, 3500);
    remove(busy, seq);
  }

  EXPECT_LE(most_bytes, options.housekeeping.disk_bytes_max);
}

TEST_F(HousekeepingOfAFullDisk, TakesMessagesAgainWhenSomeOfItWasDrained) {
  start();
  const QueueId backlog = create("a");
  std::vector<Seq> seqs = fill(backlog);
  while (!broker->full()) seqs.push_back(send(backlog, 3500));

  for (std::size_t i = 0; i < seqs.size() / 2; ++i) {
    remove(backlog, seqs[2 * i]);  // In an order that leaves half of each segment.
    ASSERT_TRUE(i < seqs.size() / 8 || !broker->full()) << i;
  }
  std::size_t sent_again = 0;
  for (; !broker->full(); ++sent_again) send(backlog, 3500);

  EXPECT_GE(sent_again, seqs.size() / 2 - 1);
  EXPECT_LE(most_bytes, options.housekeeping.disk_bytes_max);
  expect_all_there(backlog);
}

TEST_F(HousekeepingOfAFullDisk, ComesToRest) {
  start();
  const QueueId backlog = create("a");
  const QueueId busy = create("b");
  fill(backlog);
  churn_until_full(busy);
  settle_late();
  while (!broker->full()) send(backlog, 3500);
  const int rounds_before = rounds;

  for (int i = 0; i < 100; ++i) {
    now += 10min;
    turn([](auto&, auto&) {});
  }

  EXPECT_TRUE(broker->full());
  EXPECT_LE(rounds, rounds_before + 1);
}

TEST_F(HousekeepingOfAFullDisk, IsKnownToBeFullAtOnceAfterAStart) {
  start();
  const QueueId queue = create("q");
  while (!broker->full()) send(queue, 3500);
  broker.reset();
  log.reset();

  log = *log::FileLog::open(disk, random, log_options);
  engine = std::make_unique<engine::Engine>(1);
  ASSERT_TRUE(replay(*log, *engine));
  broker = std::make_unique<Broker>(*engine, *log, random, outbox, options);

  EXPECT_TRUE(broker->full());
}

// One fact does it, and the log has hardly grown.
TEST_F(HousekeepingTest, HasRoomAgainWhenAFullQueueIsPurged) {
  options.housekeeping.disk_bytes_max = 16 * unit;
  start();
  const QueueId queue = create("q");
  while (!broker->full()) send(queue, 1500);

  turn([&](engine::Engine& state, engine::Turn& turn) { state.purge_queue(turn, queue); });
  turn([](auto&, auto&) {});

  EXPECT_EQ(engine->live_bytes().total(), 0u);
  EXPECT_FALSE(broker->full());
}

}  // namespace
}  // namespace mailrail::broker
