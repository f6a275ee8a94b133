// Power cuts and failing calls at every step of a short run: what was acknowledged is there, and
// what is there was appended.

#include <algorithm>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/file/file_log.h"
#include "log/log_testing.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

using sim::Fault;
using sim::SimDisk;
using sim::Unsynced;

constexpr FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 16 << 10};

// A checkpoint, by the indices of frames.
struct Taken {
  Position begin;
  std::size_t first = 0;   // Replay from here on,
  std::size_t needed = 0;  // but bodies from here on are still needed.
};

// What the world outside knows.
struct Ledger {
  std::vector<Frame> appended;
  std::size_t acknowledged = 0;
  std::vector<Taken> taken = {{}};  // The newest that is finished, and one that may be.
};

std::string part_text(const Taken& taken, std::size_t part) {
  return payload_text(taken.first * 10 + part, 9000);
}
constexpr std::size_t parts = 3;  // More than a segment holds.

// Zeroes whole segments at once unless told otherwise, so that an append is a write and a sync and
// nothing else.
Result<std::unique_ptr<FileLog>> open(SimDisk& disk,
                                      std::uint64_t seed,
                                      std::uint64_t zeroed_step_bytes = 40 << 10) {
  FileLogOptions options = small;
  options.zeroed_step_bytes = zeroed_step_bytes;
  return FileLog::open(disk, random_for_ever(seed), options);
}

// Which of the checkpoints that there may be is there; its parts are whole.
Result<Taken> read_checkpoint(FileLog& log, const Ledger& ledger) {
  std::vector<std::string> found;
  TRY(log.scan_checkpoint([&](std::string_view payload, std::uint32_t count) -> Result<void> {
    EXPECT_EQ(count, found.size());
    found.emplace_back(payload);
    return {};
  }));
  const std::optional<CheckpointSpan> span = log.checkpoint();
  for (const Taken& each : ledger.taken) {
    if (each.begin != (span ? span->begin : Position())) continue;
    EXPECT_EQ(found.size(), span ? parts : 0u);
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], part_text(each, i));
    return each;
  }
  ADD_FAILURE() << "This checkpoint was never taken.";
  return Taken();
}

// Whoever reads after a restart may tell others: what was read must then stay.
Result<void> read_all(FileLog& log, Ledger& ledger) {
  const Taken taken = TRY(read_checkpoint(log, ledger));
  const std::vector<Frame> found = TRY(scan(log));
  const std::size_t count = taken.first + found.size();
  EXPECT_GE(count, ledger.acknowledged);
  EXPECT_LE(count, ledger.appended.size());
  for (std::size_t i = taken.needed; i < std::min(count, ledger.appended.size()); ++i) {
    const Frame& frame = ledger.appended[i];
    const bool is_scanned = i >= taken.first;
    EXPECT_TRUE(!is_scanned || is_same(found[i - taken.first], frame)) << "Frame " << i;
    EXPECT_TRUE(TRY(log.read(frame.position, frame.payload.size())) == frame.payload)
        << "Frame " << i;
  }
  ledger.appended.resize(count);
  ledger.acknowledged = count;
  ledger.taken = {taken};
  return {};
}

Result<void> take_checkpoint(FileLog& log, Ledger& ledger) {
  const Taken before = ledger.taken.front();
  Taken taken{.begin = log.next_position(), .first = ledger.appended.size()};
  taken.needed = std::max(before.needed, taken.first - std::min<std::size_t>(taken.first, 3));
  TRY(log.begin_checkpoint());
  for (std::uint32_t i = 0; i < parts; ++i) {
    const auto written = TRY(log.write_checkpoint(part_text(taken, i), i));
    if (written == LogStore::Written::postponed) return {};
  }
  ledger.taken.push_back(taken);
  TRY(log.finish_checkpoint({.span = {.begin = taken.begin, .end = taken.begin, .time = {}},
                             .needed = ledger.appended[taken.needed].position}));
  ledger.taken = {taken};
  while (TRY(log.trim(10 * small.segment_bytes))) continue;
  return {};
}

enum class End { closed, killed };

// One life of the process, up to its first failure.
Result<void> live(SimDisk& disk, Ledger& ledger, std::size_t frames, End end) {
  const std::unique_ptr<FileLog> log =
      TRY(FileLog::open(disk, random_for_ever(disk.steps()), small));
  TRY(read_all(*log, ledger));
  for (std::size_t i = 0; i < frames; ++i) {
    const std::size_t number = ledger.appended.size();
    ledger.appended.push_back(
        make_frame(log->next_position(), number, 1 + number * 5003 % small.payload_bytes_max));
    const Appended appended = log->append(ledger.appended.back());
    if (appended.outcome != Outcome::durable) return fail(errors::io, appended.reason);
    ledger.acknowledged = ledger.appended.size();
    if (i % 5 == 3) log->prepare_ahead();
    if (i % 7 == 4) TRY(take_checkpoint(*log, ledger));
  }
  return end == End::closed ? log->close() : Result<void>();
}

Result<void> live_thrice(SimDisk& disk, Ledger& ledger) {
  TRY(live(disk, ledger, 13, End::closed));
  TRY(live(disk, ledger, 8, End::killed));
  return live(disk, ledger, 3, End::closed);
}

// Opens twice, because the first may not spoil anything for the second, with a power cut in
// between.
void expect_promises_kept(SimDisk& disk, Ledger ledger) {
  for (int time = 0; time < 2; ++time) {
    const Result<void> lived = live(disk, ledger, 1, End::killed);
    EXPECT_TRUE(lived) << lived.error().message;
    disk.restart(Unsynced::vanishes);
  }
}

// The run with the fault at this step. Says whether the run was long enough to meet it.
bool run_with_fault(SimDisk& disk, Ledger& ledger, std::uint64_t step, Fault fault) {
  disk.inject(step, fault);
  const Result<void> lived = live_thrice(disk, ledger);
  const bool met = disk.steps() >= step;
  EXPECT_TRUE(met || lived) << lived.error().message;
  return met;
}

TEST(CrashAtEveryStep, APowerCutTakesNothingAcknowledged) {
  for (const Unsynced unsynced : sim::all_unsynced) {
    for (std::uint64_t step = 1;; ++step) {
      SCOPED_TRACE(testing::Message()
                   << "step " << step << ", unsynced " << static_cast<int>(unsynced));
      SimDisk disk(step);
      Ledger ledger;
      if (!run_with_fault(disk, ledger, step, Fault::power_cut)) break;

      disk.restart(unsynced);

      expect_promises_kept(disk, ledger);
      if (HasFailure()) return;
    }
  }
}

TEST(CrashAtEveryStep, AFailingCallTakesNothingAcknowledged) {
  for (const Fault fault : {Fault::io_error, Fault::no_space, Fault::sync_failure}) {
    for (std::uint64_t step = 1;; ++step) {
      SCOPED_TRACE(testing::Message() << "step " << step << ", fault " << static_cast<int>(fault));
      SimDisk disk(step);
      Ledger ledger;
      if (!run_with_fault(disk, ledger, step, fault)) break;

      expect_promises_kept(disk, ledger);
      if (HasFailure()) return;
    }
  }
}

TEST(CrashAtEveryStep, APowerCutDuringRecoveryTakesNothingEither) {
  for (std::uint64_t step = 1;; ++step) {
    SimDisk crashed(step);
    Ledger ledger;
    if (!run_with_fault(crashed, ledger, step, Fault::power_cut)) break;
    crashed.restart(Unsynced::survives_in_sectors);
    for (std::uint64_t recovery_step = 1;; ++recovery_step) {
      SCOPED_TRACE(testing::Message() << "step " << step << ", step of recovery " << recovery_step);
      SimDisk disk = crashed;
      disk.inject(disk.steps() + recovery_step, Fault::power_cut);
      if (open(disk, step)) break;

      disk.restart(Unsynced::survives_in_sectors);

      expect_promises_kept(disk, ledger);
      if (HasFailure()) return;
    }
  }
}

TEST(Crash, AFailedAppendIsFinalAndItsReasonStays) {
  SimDisk disk(1);
  const auto log = *open(disk, 1);
  append(*log, 0, 100);
  disk.inject(disk.steps() + 2, Fault::sync_failure);

  const Appended failed = log->append(make_frame(log->next_position(), 1, 100));
  const Appended later = log->append(make_frame(log->next_position(), 1, 100));

  EXPECT_EQ(failed.outcome, Outcome::failed);
  EXPECT_EQ(failed.reason, "Cannot sync /simulated/segment-000000000000: Input/output error.");
  EXPECT_EQ(later.outcome, Outcome::failed);
  EXPECT_EQ(later.reason, failed.reason);
  EXPECT_FALSE(log->prepare_ahead());
  EXPECT_FALSE(log->close());
}

TEST(Crash, AFullDiskIsNamedAsTheReason) {
  SimDisk disk(1);
  const auto log = *open(disk, 1);
  disk.inject(disk.steps() + 1, Fault::no_space);

  const Appended failed = log->append(make_frame(log->next_position(), 0, 100));

  EXPECT_EQ(failed.outcome, Outcome::failed);
  EXPECT_EQ(failed.reason,
            "Cannot write /simulated/segment-000000000000: No space left on device.");
}

// The page cache shows a frame that a failed sync gave up; a restarted process serves it, and then
// the power goes.
TEST(Crash, WhatOnlyThePageCacheHadIsWrittenOnceMore) {
  SimDisk disk(1);
  auto log = *open(disk, 1);
  const Frame kept = append(*log, 0, 100);
  const Frame visible = make_frame(log->next_position(), 1, 9000);
  disk.inject(disk.steps() + 2, Fault::sync_failure);
  ASSERT_EQ(log->append(visible).outcome, Outcome::failed);

  log = *open(disk, 2);
  expect_same(scan(*log), {kept, visible});
  disk.restart(Unsynced::vanishes);

  expect_same(scan(**open(disk, 3)), {kept, visible});
}

TEST(Crash, ATornFrameIsCountedOnceAndKeptAside) {
  SimDisk disk(1);
  auto log = *open(disk, 1, 4096);
  const Frame kept = append(*log, 0, 100);
  const std::string before = disk.content("segment-000000000000");
  disk.inject(disk.steps() + 2, Fault::no_space);  // The write gets half through.
  ASSERT_EQ(log->append(make_frame(log->next_position(), 1, 10'000)).outcome, Outcome::failed);
  const std::string torn = disk.content("segment-000000000000");

  log = *open(disk, 2, 4096);

  EXPECT_EQ(log->recovered().last_stop, LastStop::unclean);
  EXPECT_EQ(log->recovered().torn_frames, 1u);
  EXPECT_EQ(log->recovered().torn_copy, "torn-1");
  EXPECT_EQ(disk.content("torn-1"), torn.substr(8192, 8192));
  EXPECT_EQ(disk.content("segment-000000000000"), before);
  expect_same(scan(*log), {kept});
  log = *open(disk, 3, 4096);
  EXPECT_EQ(log->recovered().torn_frames, 0u);
}

TEST(Crash, KeepsTheNewestTornFramesOnly) {
  SimDisk disk(1);
  for (int time = 0; time < 12; ++time) {
    const auto log = *open(disk, 1);
    disk.inject(disk.steps() + 1, Fault::no_space);
    ASSERT_EQ(log->append(make_frame(log->next_position(), 1, 10'000)).outcome, Outcome::failed);
  }

  ASSERT_TRUE(open(disk, 1));

  const std::vector<std::string> names = disk.names();
  EXPECT_THAT(names, testing::Contains("torn-12"));
  EXPECT_THAT(names, testing::Contains("torn-5"));
  EXPECT_THAT(names, testing::Not(testing::Contains("torn-4")));
}

}  // namespace
}  // namespace mailrail::log
