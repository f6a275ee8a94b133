// Housekeeping with the real engine and the file log on a simulated disk: the log stays short and
// nothing that it held is lost.

#include "broker/housekeeping.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "broker/broker.h"
#include "broker/replay.h"
#include "engine/fact_codec.h"
#include "log/file/file_log.h"
#include "sim/sim_disk.h"

namespace mailrail::broker {
namespace {

constexpr std::uint64_t unit = 512 << 10;

class DoCall final : public Call {
 public:
  using Do = std::function<void(engine::Engine&, engine::Turn&)>;
  explicit DoCall(Do what) : Call(0), do_(std::move(what)) {}
  Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    do_(engine, turn);
    return {};
  }

 private:
  Do do_;
};

struct NoOutbox final : Outbox {
  void release(std::unique_ptr<Call>, std::vector<log::SharedFrame>) override {}
  void drop(std::unique_ptr<Call>) override {}
  void parked(const Call&) override {}
};

class HousekeepingTest : public testing::Test {
 protected:
  void start() {
    log = *log::FileLog::open(disk, random, log_options);
    engine = std::make_unique<engine::Engine>(1);
    ASSERT_TRUE(replay(*log, *engine));
    options.housekeeping.replayed_bytes = log->recovered().bytes;
    broker = std::make_unique<Broker>(*engine, *log, random, outbox, options);
    turn([](auto&, auto&) {});
  }

  // Takes a last checkpoint.
  void stop() {
    broker->finish();
    while (!broker->is_finished()) ASSERT_TRUE(keep_house());
    broker.reset();
    log.reset();
  }

  // Changes a byte of the first message.
  void flip_first_body() {
    const std::string first = "segment-000000000000";
    std::string bytes = disk.content(first);
    bytes[bytes.find("mmmm") + 100] ^= 1;
    disk.put(first, bytes);
  }

  // Stops without a word, and starts again.
  void restart() {
    const std::uint64_t before = engine->state_hash(now);
    broker.reset();
    log.reset();
    start();
    EXPECT_EQ(engine->state_hash(now), before);
  }

  // One turn, and whatever comes of it.
  void turn(const DoCall::Do& what) {
    std::vector<std::unique_ptr<Call>> calls;
    calls.push_back(std::make_unique<DoCall>(what));
    broker->turn(now, std::move(calls));
    settle();
  }

  void settle() {
    for (int left = 10'000; left > 0; --left) {
      const bool has_committed = commit();
      const bool has_kept_house = keep_house();
      broker->turn(now, {});
      const std::optional<Instant> next = broker->next_turn();
      if (!has_committed && !has_kept_house && (!next || *next > now)) return;
    }
    FAIL() << "The broker is never idle.";
  }

  bool commit() {
    const log::SharedFrame frame = broker->take_frame();
    if (frame == nullptr) return false;
    EXPECT_EQ(log->append(*frame).outcome, log::Outcome::durable);
    broker->durable();
    return true;
  }

  bool keep_house() {
    most_bytes = std::max(most_bytes, log->space().total());
    const std::optional<Chore> chore = broker->take_chore();
    if (!chore) return false;
    rounds += std::holds_alternative<FinishCheckpoint>(*chore) ? 1 : 0;
    if (std::holds_alternative<ReadBodies>(*chore)) {
      reads += 1;
      if (reads == failing_read) disk.inject(disk.steps() + 1, sim::Fault::io_error);
    }
    auto done = perform(*chore, *log);
    EXPECT_TRUE(done);
    broker->chore_done(*std::move(done));
    return true;
  }

  QueueId create(const std::string& name) {
    QueueId queue;
    turn([&](engine::Engine& state, engine::Turn& turn) {
      queue = state.create_queue(turn, {.region = "r", .account = "a", .name = name}, {}, {});
    });
    return queue;
  }

  Seq send(QueueId queue, std::size_t bytes) {
    Seq seq;
    turn([&](engine::Engine& state, engine::Turn& turn) {
      seq = state.send(turn, {.queue = queue, .record = std::string(bytes, 'm')}).seq;
    });
    sizes[seq] = bytes;
    return seq;
  }

  void remove(QueueId queue, Seq seq) {
    turn([&](engine::Engine& state, engine::Turn& turn) {
      state.delete_message(turn, {.queue = queue, .seq = seq, .generation = 1});
    });
    sizes.erase(seq);
  }

  // Receives everything and reads every body.
  void expect_all_there(QueueId queue) {
    std::set<Seq> found;
    for (std::size_t before = 1; before > 0;) {
      turn([&](engine::Engine& state, engine::Turn& turn) {
        const auto received = state.receive(turn, {.queue = queue, .count_max = 100});
        before = received.messages.size();
        for (const auto& each : received.messages) {
          const auto bytes = log->read(each.body.position, each.body.length);
          ASSERT_TRUE(bytes) << bytes.error().message;
          const auto sent = engine::decode_sent(*bytes);
          ASSERT_TRUE(sent);
          EXPECT_EQ(sent->seq, each.seq);
          EXPECT_EQ(sent->record.size(), sizes.at(each.seq));
          found.insert(each.seq);
        }
      });
    }
    EXPECT_EQ(found.size(), sizes.size());
  }

  log::FileLogOptions log_options{
      .segment_bytes = unit, .payload_bytes_max = 64 << 10, .zeroed_step_bytes = 16 << 10};
  sim::SimDisk disk{1};
  SeededRandom random{1};
  Instant now = from_unix_ms(1'700'000'000'000);
  Options options{
      .call_bytes_max = 40 << 10,
      .housekeeping = {
          .log_bytes = 4 * unit, .moved_bytes = 24 << 10, .sweep = {.messages_max = 50}}};
  log::FileLogOptions log_options{
      .segment_bytes = unit, .payload_bytes_max = 64 << 10, .zeroed_step_bytes = 16 << 10};
  NoOutbox outbox;
  std::unique_ptr<log::FileLog> log;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<Broker> broker;
  std::map<Seq, std::size_t> sizes;
  int rounds = 0;
  int reads = 0;
  int failing_read = 0;  // That one meets an error of the disk.
  std::uint64_t most_bytes = 0;  // That the log took.
};

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
  EXPECT_EQ(told[0].queue.name, "q");
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
  for (int i = 0; i < 200; ++i) remove(queue, send(queue, 3000));
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
