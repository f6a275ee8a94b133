// Housekeeping with the real engine and the file log on a simulated disk: the log stays short and
// nothing that it held is lost.

#include <deque>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "broker/housekeeping_testing.h"

namespace mailrail::broker {
namespace {

TEST_F(HousekeepingTest, TakesACheckpointWhenTheLogHasGrown) {
  start();
  const QueueId queue = create("q");
  for (int i = 0; i < 800; ++i) send(queue, 3000);

  EXPECT_GE(rounds, 1);
  EXPECT_TRUE(log->checkpoint());
  restart();
  EXPECT_LT(log->recovered().frames, 600u);
  expect_all_there(queue);
}

TEST_F(HousekeepingTest, TakesNoneWhenNothingHasChanged) {
  start();
  create("q");
  now += 5min;
  turn([](auto&, auto&) {});
  EXPECT_EQ(rounds, 1);

  for (int i = 0; i < 100; ++i) {
    now += 10min;
    turn([](auto&, auto&) {});
  }

  EXPECT_EQ(rounds, 1);
}

TEST_F(HousekeepingTest, LeavesNothingToReplayWhenItIsFinished) {
  start();
  const QueueId queue = create("q");
  for (int i = 0; i < 10; ++i) send(queue, 1000);

  broker->finish();
  while (!broker->is_finished()) ASSERT_TRUE(keep_house());
  ASSERT_TRUE(log->close());

  restart();
  EXPECT_EQ(log->recovered().frames, 0u);
  expect_all_there(queue);
}

TEST_F(HousekeepingTest, MovesAnOldMessageOutOfTheWayOfFastTraffic) {
  start();
  const QueueId queue = create("q");
  send(queue, 2000);
  std::uint64_t most = 0;

  for (int i = 0; i < 6000; ++i) {
    remove(queue, send(queue, 3000));
    most = std::max(most, log->space().total());
  }

  EXPECT_LE(most, 12 * unit);
  expect_all_there(queue);
  restart();
  now += 1min;
  expect_all_there(queue);
}

TEST_F(HousekeepingTest, MakesNoSegmentsInSteadyState) {
  for (const int waiting : {1, 400, 4000}) {
    start();
    const QueueId queue = create(fmt::format("q{}", waiting));
    std::deque<Seq> sent;
    const auto pass_on = [&](int count) {
      for (int i = 0; i < count; ++i) {
        sent.push_back(send(queue, 3000));
        if (std::ssize(sent) <= waiting) continue;
        remove(queue, sent.front());
        sent.pop_front();
      }
    };
    pass_on(4 * waiting + 4000);
    const std::uint64_t made = disk.files_made();
    const int rounds_then = rounds;

    pass_on(4000);

    const int rounds_now = rounds - rounds_then;
    EXPECT_GT(rounds_now, 2);
    // The superblock's.
    EXPECT_EQ(disk.files_made() - made, static_cast<std::uint64_t>(rounds_now)) << waiting;
    stop();
  }
}

TEST_F(HousekeepingTest, RemovesSparesWhenLessLives) {
  start();
  const QueueId queue = create("q");
  for (int i = 0; i < 8000; ++i) send(queue, 3500);
  while (sizes.size() > 2500) remove(queue, sizes.begin()->first);
  const int rounds_then = rounds;

  for (int i = 0; i < 4; ++i) {
    take_turn(removal_of_newest(queue, 100));
    commit();
  }

  const auto most = [&] { return 2 * engine->live_bytes().total() + 12 * unit; };
  EXPECT_GT(log->space().total(), most());
  std::optional<Chore> chore = broker->take_chore();
  while (log->space().total() > most() + unit) {
    ASSERT_TRUE(chore && std::holds_alternative<Trim>(*chore));
    broker->chore_done(*perform(*chore, *log));
    broker->turn(now, {});
    chore = broker->take_chore();
  }
  EXPECT_EQ(rounds, rounds_then);
  // A round is due meanwhile, and waits.
  ASSERT_TRUE(chore && std::holds_alternative<Trim>(*chore));
  now += 10min;
  broker->turn(now, {});
  EXPECT_GT(broker->next_turn(), now);
  broker->chore_done(*perform(*chore, *log));
  settle();
  EXPECT_GT(rounds, rounds_then);
  EXPECT_LE(log->space().total(), most());
}

TEST_F(HousekeepingTest, DoesNotKeepTheLogForABodyThatIsDamaged) {
  start();
  const QueueId queue = create("q");
  const Seq damaged = send(queue, 2000);
  for (int i = 0; i < 200; ++i) remove(queue, send(queue, 3000));  // More than a segment.
  stop();
  flip_first_body();
  start();
  std::uint64_t most = 0;

  for (int i = 0; i < 3000; ++i) {
    remove(queue, send(queue, 3000));
    most = std::max(most, log->space().total());
  }

  EXPECT_LE(most, 12 * unit);
  EXPECT_EQ(engine->message_count(), 1u);
  const std::vector<Unreadable> told = broker->take_unreadable();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].queue->name, "q");
  EXPECT_EQ(told[0].message.seq, damaged);
  EXPECT_EQ(told[0].why.kind, &errors::corrupt);
  sizes.erase(damaged);
  expect_all_there(queue);  // It is given to nobody.
}

// Of a long frame only the header is verified when a body in it is read.
TEST_F(HousekeepingTest, DoesNotMoveABodyThatIsDamagedInALongFrame) {
  options.call_bytes_max = 120 << 10;
  log_options.payload_bytes_max = 256 << 10;
  start();
  const QueueId queue = create("q");
  const Seq damaged = send(queue, 100'000);
  const Position place = engine->body_of(queue, damaged)->position;
  for (int i = 0; i < 100; ++i) remove(queue, send(queue, 3000));
  stop();
  flip_first_body();
  start();

  for (int i = 0; i < 3000; ++i) remove(queue, send(queue, 3000));

  ASSERT_GE(rounds, 1);
  EXPECT_EQ(engine->message_count(), 1u);
  EXPECT_EQ(engine->body_of(queue, damaged)->position, place);
  sizes.erase(damaged);
  expect_all_there(queue);
}

TEST_F(HousekeepingTest, TellsThatTheDiskFailedToReadAndTriesAgain) {
  options.housekeeping.log_bytes = 2 * unit;  // The next round has time.
  start();
  const QueueId queue = create("q");
  for (int i = 0; i < 30; ++i) send(queue, 2000);  // More than are read at once.
  failing_read = 1;
  std::vector<Unreadable> told;
  const auto churn_until_told = [&] {
    for (int i = 0; told.empty() && i < 3000; ++i) {
      remove(queue, send(queue, 3000));
      told = broker->take_unreadable();
    }
  };

  churn_until_told();

  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(told[0].why.kind, &errors::corrupt);
  EXPECT_EQ(reads, 1);   // No more is moved in this round,
  EXPECT_EQ(rounds, 1);  // which still has its checkpoint.
  told.clear();
  churn_until_told();
  EXPECT_TRUE(told.empty());
  EXPECT_GT(reads, 2);
  EXPECT_LE(log->space().total(), 12 * unit);  // The front could be trimmed.
  expect_all_there(queue);
}

TEST_F(HousekeepingTest, StaysBelowTwiceWhatLivesInTheWorstOrderOfDeletes) {
  start();
  const QueueId queue = create("q");
  // A dense front that stays, and everything behind it goes.
  for (int i = 0; i < 4000; ++i) send(queue, 3500);

  for (int i = 0; i < 12'000; ++i) {
    remove(queue, send(queue, 3500));
    const std::uint64_t live = engine->live_bytes().total();
    ASSERT_LE(log->space().total(), 2 * live + 12 * unit) << i;
  }

  expect_all_there(queue);
}

// A hundred deletes in one frame: the log hardly grows, and what lives in it shrinks.
TEST_F(HousekeepingTest, StaysBelowTwiceWhatLivesWhenMuchIsDeletedInFewFrames) {
  start();
  const QueueId queue = create("q");
  for (int i = 0; i < 8000; ++i) send(queue, 3500);

  while (!sizes.empty()) {
    turn(removal_of_newest(queue, 100));
    const std::uint64_t live = engine->live_bytes().total();
    // Two units more than elsewhere: what died since the last round, and its checkpoint.
    ASSERT_LE(log->space().total(), 2 * live + 14 * unit) << sizes.size();
  }
}

TEST_F(HousekeepingTest, GivesTheDiskBackWhenAQueueIsPurged) {
  start();
  const QueueId queue = create("q");
  for (int i = 0; i < 8000; ++i) send(queue, 3500);
  ASSERT_GT(log->space().total(), 50 * unit);

  turn([&](engine::Engine& state, engine::Turn& turn) { state.purge_queue(turn, queue); });

  EXPECT_LE(log->space().total(), 12 * unit);
}

TEST_F(HousekeepingTest, DrainsAFullDiskOneMessageAtATime) {
  options.housekeeping.disk_bytes_max = 24 * unit;
  start();
  const QueueId queue = create("q");
  std::vector<Seq> seqs;
  while (!broker->full()) seqs.push_back(send(queue, 400));
  ASSERT_GT(seqs.size(), 500u);

  // In an order that leaves the log's front for last.
  while (!seqs.empty()) {
    const std::size_t pick = random.below(seqs.size());
    const Seq seq = seqs[seqs.size() - 1 - pick % std::min<std::size_t>(seqs.size(), 3)];
    turn([&](engine::Engine& state, engine::Turn& turn) {
      state.receive(turn, {.queue = queue, .count_max = 1, .visibility_timeout = 0s});
    });
    remove(queue, seq);
    std::erase(seqs, seq);
    ASSERT_LE(log->space().total(), options.housekeeping.disk_bytes_max);
  }

  EXPECT_FALSE(broker->full());
  EXPECT_EQ(engine->message_count(), 0u);
}

// Leases are never refused, and here each frame brings more of them than a chore moves.
TEST_F(HousekeepingTest, KeepsToTheDisksShareWhateverIsReceivedMeanwhile) {
  options.housekeeping.disk_bytes_max = 16 * unit;
  start();
  const QueueId queue = create("q");
  while (!broker->full()) send(queue, 1500);
  int asked = 0;
  int answered = 0;
  const auto receive = [&](engine::Engine& state, engine::Turn& turn) {
    state.receive(turn, {.queue = queue, .count_max = 900, .visibility_timeout = 0s});
    ++answered;
  };

  for (int i = 0; i < 4000; ++i) {
    now += 10ms;
    if (asked == answered) {
      ++asked;
      take_turn(receive);
    } else {
      broker->turn(now, {});
    }
    commit();
    keep_house();
    while (log->prepare_ahead()) {
    }
    ASSERT_LE(log->space().total(), options.housekeeping.disk_bytes_max) << i;
  }

  EXPECT_GT(answered, 100);  // They wait for rounds, and are served all the same.
  now += 1min;
  expect_all_there(queue);
}

// What was moved takes its place twice until the log is trimmed.
TEST_F(HousekeepingTest, KeepsToTheDisksShareWhenNoRoundComesToItsEnd) {
  options.housekeeping.disk_bytes_max = 16 * unit;
  start();
  const QueueId queue = create("q");
  std::vector<Seq> sent;
  while (!broker->full()) sent.push_back(send(queue, 1500));
  take_turn([&](engine::Engine& state, engine::Turn& turn) {
    for (std::size_t i = 0; i < sent.size(); i += 2) {
      state.delete_message(turn, {.queue = queue, .seq = sent[i], .generation = 1});
      sizes.erase(sent[i]);
    }
  });
  commit();

  for (int crash = 0; crash < 40; ++crash) {
    broker.reset();
    log.reset();
    open();
    for (int i = 0; i < 60; ++i) {
      now += 10s;
      broker->turn(now, {});
      commit();
      std::optional<Chore> chore = broker->take_chore();
      if (!chore) continue;
      if (std::holds_alternative<FinishCheckpoint>(*chore)) break;
      broker->chore_done(*perform(*chore, *log));
      ASSERT_LE(log->space().total(), options.housekeeping.disk_bytes_max) << crash;
    }
  }

  start();
  EXPECT_FALSE(broker->full());
  expect_all_there(queue);
}

TEST_F(HousekeepingTest, TriesAgainWhenThereWasNoSpaceForACheckpoint) {
  start();
  const QueueId queue = create("q");
  while (log->space().spare_bytes > 0) send(queue, 3000);
  now += 5min;
  disk.inject(disk.steps() + 3, sim::Fault::no_space);  // A message's write and sync come first.
  send(queue, 3000);
  EXPECT_EQ(rounds, 0);

  now += 1min;
  send(queue, 3000);

  EXPECT_EQ(rounds, 1);
}

TEST_F(HousekeepingTest, TriesAgainWithoutBeingAsked) {
  start();
  const QueueId queue = create("q");
  while (log->space().spare_bytes > 0) remove(queue, send(queue, 3000));
  now += 5min;
  disk.inject(disk.steps() + 5, sim::Fault::no_space);  // Behind two frames and their syncs.
  remove(queue, send(queue, 3000));
  ASSERT_EQ(rounds, 0);

  EXPECT_EQ(broker->next_turn(), now + 10s);
  now += 10s;
  broker->turn(now, {});
  settle();

  EXPECT_EQ(rounds, 1);
}

class HousekeepingAtRandom : public HousekeepingTest,
                             public testing::WithParamInterface<std::uint64_t> {};

TEST_P(HousekeepingAtRandom, LosesNothing) {
  random = SeededRandom(GetParam());
  start();
  const QueueId queue = create("q");
  for (int i = 0; i < 4000; ++i) {
    const std::uint64_t choice = random.below(100);
    if (choice < 55 || sizes.empty()) {
      send(queue, 1 + random.below(6000));
    } else if (choice < 99) {
      auto any = sizes.begin();
      std::advance(any, random.below(std::min<std::size_t>(sizes.size(), 20)));
      remove(queue, any->first);
    } else {
      restart();
    }
    now += Duration(random.below(2000));
  }

  now += 12h;
  expect_all_there(queue);
  EXPECT_GE(rounds, 2);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HousekeepingAtRandom, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace mailrail::broker
