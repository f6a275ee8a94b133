// A log that is moved is whole and the same, or no start takes it for one.

#include "ops/move_log.h"

#include <memory>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/memory/memory_log.h"
#include "ops/directory_source.h"
#include "ops/new_directory.h"
#include "ops/salvage_testing.h"
#include "ops/state_writer.h"

namespace mailrail::ops {
namespace {

using log::MemoryLog;
using sim::SimDisk;
using testing::HasSubstr;

MakeTarget directory_in(SimDisk& disk, Random& random) {
  return [&]() -> Result<std::unique_ptr<TargetLog>> {
    return TRY(NewDirectory::begin(disk, random, small_log, log::MadeBy::move_log));
  };
}

Result<Copied> move(SimDisk& from, SimDisk& to, Progress& progress) {
  SeededRandom random(11);
  const auto source = TRY(DirectorySource::open(from, random));
  return move_log(*source, directory_in(to, random), 2, progress);
}

Result<Copied> move(SimDisk& from, SimDisk& to) {
  NoProgress progress;
  return move(from, to, progress);
}

std::string refusal(SimDisk& from, SimDisk& to) {
  const auto moved = move(from, to);
  return moved ? "" : moved.error().message;
}

class RecordedProgress final : public Progress {
 public:
  void at(std::uint64_t done_bytes, std::uint64_t total_bytes) override {
    EXPECT_GE(done_bytes, done);
    EXPECT_LE(done_bytes, total_bytes);
    done = done_bytes;
    total = total_bytes;
  }

  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

TEST(MoveLog, MovesADirectoryAndLeavesTheOldOneAsItWas) {
  for (const Stop stop : {Stop::clean, Stop::unclean}) {
    for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
      ServedDirectory served(stop, trimmed);
      const std::string state = state_of(served.disk);
      SimDisk to(1, "/moved");
      RecordedProgress progress;

      const auto moved = move(served.disk, to, progress);

      ASSERT_TRUE(moved) << moved.error().message;
      EXPECT_EQ(moved->messages, served.alive.size());
      EXPECT_EQ(progress.done, 2 * moved->body_bytes);
      expect_whole(to);
      expect_whole(served.disk);
      EXPECT_EQ(state_of(to), state);
      EXPECT_EQ(state_of(served.disk), state);
      EXPECT_EQ(bodies_in(to), bodies_in(served.disk));
    }
  }
}

TEST(MoveLog, GoesOnWithTimeWhereTheOldLogEnded) {
  ServedDirectory served(Stop::clean, Trimmed::yes);
  SimDisk to(1, "/moved");
  ASSERT_TRUE(move(served.disk, to));
  SeededRandom random(1);

  const auto log = *log::FileLog::open(to, random, small_log);

  EXPECT_EQ(log->recovered().last_time, served.now);
}

// In every way, at every change: a start takes the target only if it is whole, and that the source
// is in any case.
TEST(MoveLog, IsAllOrNothingWhereverTheTargetFails) {
  ServedDirectory served(Stop::clean, Trimmed::yes);
  SimDisk complete(1, "/moved");
  ASSERT_TRUE(move(served.disk, complete));
  const std::string state = state_of(served.disk);
  std::size_t unfinished = 0;
  const auto judge = [&](SimDisk& to) {
    if (to.names().empty()) return;  // Nothing was begun.
    if (refusal_of_start(to).empty()) {
      EXPECT_EQ(state_of(to), state);
      EXPECT_EQ(bodies_in(to).size(), served.alive.size());
    } else {
      ++unfinished;
    }
  };
  for (std::uint64_t change = 1; change <= complete.changes(); ++change) {
    SCOPED_TRACE(change);
    for (const sim::Unsynced unsynced : sim::all_unsynced) {
      SimDisk to(change, "/moved");
      to.inject_at_change(change, sim::Fault::power_cut);
      EXPECT_FALSE(move(served.disk, to));
      to.restart(unsynced);
      judge(to);
    }
    for (const sim::Fault fault :
         {sim::Fault::io_error, sim::Fault::no_space, sim::Fault::sync_failure}) {
      SimDisk to(change, "/moved");
      to.inject_at_change(change, fault);
      const bool is_moved = move(served.disk, to).has_value();
      to.restart(sim::Unsynced::vanishes);
      judge(to);
      // A spare ahead of its time may fail without harm.
      EXPECT_TRUE(!is_moved || refusal_of_start(to).empty());
    }
  }
  EXPECT_GT(unfinished, 50u);
  EXPECT_EQ(state_of(served.disk), state);
}

TEST(MoveLog, SaysWhatToDoWithATargetThatWasBrokenOff) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimDisk to(1, "/moved");
  to.inject_at_change(12, sim::Fault::no_space);
  ASSERT_FALSE(move(served.disk, to));
  const std::string expected =
      "The data directory /moved is the unfinished result of `mailrail move-log`; remove it and "
      "move again.";

  EXPECT_EQ(refusal(served.disk, to), expected);
  EXPECT_EQ(refusal_of_start(to), expected);
}

TEST(MoveLog, RefusesATargetThatIsNotEmpty) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  ServedDirectory other(Stop::clean, Trimmed::no);

  EXPECT_EQ(refusal(served.disk, other.disk),
            "The directory /simulated is not empty: JOURNAL is in it. Name one that is empty or "
            "not there yet.");
  expect_whole(other.disk);
}

TEST(MoveLog, RefusesASourceThatNoServerHasBegun) {
  SimDisk empty(1, "/empty");
  SimDisk to(1, "/moved");
  EXPECT_THAT(refusal(empty, to), HasSubstr("/empty is no data directory of mailrail"));
  EXPECT_EQ(empty.names(), std::vector<std::string>{});

  SeededRandom random(1);
  ASSERT_TRUE((*log::FileLog::open(empty, random, small_log))->close());
  EXPECT_THAT(refusal(empty, to), HasSubstr("nothing to move"));
}

TEST(MoveLog, RefusesASourceThatAStartRefuses) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  const KnownMessage& last = served.known.rbegin()->second;
  std::string bytes = served.disk.content(last.bodies[0].file);
  bytes[last.bodies[0].begin + 80] = 'x';
  served.disk.put(last.bodies[0].file, bytes);
  SimDisk to(1, "/moved");

  const auto moved = move(served.disk, to);

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().kind, &errors::corrupt);
  EXPECT_THAT(moved.error().message, HasSubstr("mailrail salvage /simulated"));
  EXPECT_EQ(to.names(), std::vector<std::string>{}) << "nothing was begun";
}

TEST(MoveLog, SaysWhatWasMoved) {
  EXPECT_EQ(text_of(Copied{.queues = 3, .topics = 1, .messages = 1234, .body_bytes = 5 << 20}),
            "3 queues, 1 topic and 1,234 messages (5 MiB)");
  EXPECT_EQ(text_of(Copied{.queues = 1, .messages = 2, .damaged = 1, .body_bytes = 100}),
            "1 queue, 0 topics and 2 messages (100 bytes, 1 of them damaged as before)");
}

// --- A target that is shared: somebody may take it over at any time.

class MemoryTarget final : public TargetLog {
 public:
  MemoryTarget(MemoryLog::Storage& storage, int keeps_left)
      : storage_(storage), log_(std::make_unique<MemoryLog>(storage)), keeps_left_(keeps_left) {}

  log::LogStore& log() override { return *log_; }
  Result<void> keep() override {
    if (keeps_left_-- > 0) return {};
    return fail(errors::io, "somebody else has it");
  }
  std::size_t frame_bytes() const override { return std::size_t{4} << 20; }
  Result<log::LogStore*> reopen() override {
    log_ = std::make_unique<MemoryLog>(storage_);
    return log_.get();
  }
  Result<void> finish() override { return log_->close(); }

 private:
  MemoryLog::Storage& storage_;
  std::unique_ptr<MemoryLog> log_;
  int keeps_left_;
};

// So many messages of a KiB that keeping is due several times.
void fill(SimDisk& disk) {
  SmallServer server(disk);
  server.turn([&](engine::Turn& turn) {
    server.engine().found(turn);
    server.engine().create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {}, {});
  });
  for (int i = 0; i < 800; ++i) {
    server.turn([&](engine::Turn& turn) {
      for (int j = 0; j < 10; ++j)
        server.engine().send(turn, {.queue = QueueId(1), .record = std::string(1000, 'x')});
    });
  }
  server.log().close().value();
}

TEST(MoveLog, GivesUpWhenSomebodyElseHasTheTargetAndTheNextAttemptGoesOnBehind) {
  SimDisk disk(1);
  fill(disk);
  SeededRandom random(1);
  NoProgress progress;
  MemoryLog::Storage storage;
  std::vector<Holding> left;

  for (int keeps = 0; !storage.checkpoint; ++keeps) {
    const auto source = *DirectorySource::open(disk, random);
    const auto make = [&]() -> Result<std::unique_ptr<TargetLog>> {
      return std::make_unique<MemoryTarget>(storage, keeps);
    };
    const auto moved = move_log(*source, make, 2, progress);
    EXPECT_EQ(moved.error().message, "somebody else has it");
    MemoryLog log(storage);
    left.push_back(*holding_of(log));
  }

  EXPECT_EQ(left.front(), Holding::nothing) << "a frame has 4 MiB";
  EXPECT_EQ(left[left.size() - 2], Holding::unfinished_state);
  EXPECT_EQ(left.back(), Holding::state) << "it was not compared to its end";
  MemoryLog copy(storage);
  engine::Engine engine(2);
  ASSERT_TRUE(broker::replay(copy, engine));
  EXPECT_EQ(engine.counts(QueueId(1)).visible, 8000u);
}

class LostSource final : public SourceLog {
 public:
  explicit LostSource(std::unique_ptr<DirectorySource> source) : source_(std::move(source)) {}
  log::LogStore& log() override { return source_->log(); }
  Result<Instant> replay(engine::Engine& engine) override { return source_->replay(engine); }
  Result<void> keep() override { return fail(errors::io, "a server has it"); }
  Result<void> finish() override {
    is_finished = true;
    return source_->finish();
  }

  bool is_finished = false;

 private:
  std::unique_ptr<DirectorySource> source_;
};

TEST(MoveLog, DoesNotFinishIfSomebodyHasTakenTheSourceMeanwhile) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimDisk to(1, "/moved");
  SeededRandom random(11);
  NoProgress progress;
  LostSource source(*DirectorySource::open(served.disk, random));

  const auto moved = move_log(source, directory_in(to, random), 2, progress);

  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().message, "a server has it");
  EXPECT_TRUE(source.is_finished);
  EXPECT_THAT(refusal_of_start(to), HasSubstr("unfinished"));
}

}  // namespace
}  // namespace mailrail::ops
