// Segments that are no longer needed come back as others, with what they held still in them.

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/file/file_log.h"
#include "log/file/superblock.h"
#include "log/log_testing.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

using sim::Fault;
using sim::SimDisk;

constexpr FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 40 << 10};

Result<std::unique_ptr<FileLog>> open(Disk& disk) {
  return FileLog::open(disk, random_for_ever(1), small);
}

void trim(LogStore& log, std::uint64_t bytes_max) {
  for (;;) {
    const Result<bool> has_more = log.trim(bytes_max);
    ASSERT_TRUE(has_more) << has_more.error().message;
    if (!*has_more) return;
  }
}

void checkpoint(LogStore& log, std::uint64_t bytes_max = 8 * small.segment_bytes) {
  ASSERT_TRUE(log.begin_checkpoint());
  ASSERT_EQ(log.write_checkpoint("state", 1), LogStore::Written::done);
  const Position here = log.next_position();
  ASSERT_TRUE(log.finish_checkpoint(
      {.span = {.begin = here, .end = here, .time = from_unix_ms(1'800'000'000'000)},
       .needed = here}));
  trim(log, bytes_max);
}

// Fills some segments and trims them again.
void go_round(LogStore& log, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < 10; ++i) append(log, i, 7000);
    checkpoint(log);
  }
}

TEST(Recycling, MakesNoNewFilesInTheLongRun) {
  SimDisk disk(1);
  const auto log = *open(disk);
  go_round(*log, 10);
  const std::size_t files = disk.names().size();
  const std::uint64_t space = log->space().total();

  go_round(*log, 30);

  EXPECT_EQ(disk.names().size(), files);
  EXPECT_EQ(log->space().total(), space);
  EXPECT_LE(space, 10 * small.segment_bytes);
}

TEST(Recycling, KeepsNoMoreInReserveThanItIsTold) {
  SimDisk disk(1);
  const auto log = *open(disk);
  for (std::size_t i = 0; i < 30; ++i) append(*log, i, 7000);

  checkpoint(*log, 0);

  EXPECT_EQ(log->space().spare_bytes, small.segment_bytes);
}

// Commits wait for each of these steps.
TEST(Recycling, FinishingACheckpointAndTrimmingAreSmallStepsHoweverMuchIsFreed) {
  SimDisk disk(1);
  const auto log = *open(disk);
  for (std::size_t i = 0; i < 300; ++i) append(*log, i, 7000);
  ASSERT_TRUE(log->begin_checkpoint());
  ASSERT_EQ(log->write_checkpoint("state", 1), LogStore::Written::done);
  const Position here = log->next_position();
  const std::uint64_t before = disk.changes();

  ASSERT_TRUE(
      log->finish_checkpoint({.span = {.begin = here, .end = here, .time = {}}, .needed = here}));

  EXPECT_LE(disk.changes() - before, 8u);
  EXPECT_GT(log->space().log_bytes, 50 * small.segment_bytes);
  for (std::size_t steps = 1;; ++steps) {
    const std::uint64_t changes = disk.changes();
    const std::size_t files = disk.names().size();
    const Result<bool> has_more = log->trim(0);
    ASSERT_TRUE(has_more);
    if (!*has_more) break;
    EXPECT_LE(disk.changes() - changes, 2u);
    EXPECT_LE(files - disk.names().size(), 1u);
    EXPECT_EQ(log->space().total() / small.segment_bytes + 1, disk.names().size());
    ASSERT_LT(steps, 1000u);
  }
  EXPECT_EQ(log->space().total(), 3 * small.segment_bytes);
}

void append_until(LogStore& log, std::uint64_t log_bytes) {
  for (std::size_t i = 0; log.space().log_bytes < log_bytes; ++i) {
    ASSERT_LT(i, 1000u);
    append(log, i, 7000);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

TEST(Recycling, ACheckpointWithoutSpaceLeavesItsFilesToTheLog) {
  SimDisk disk(1);
  const auto log = *open(disk);
  disk.limit(disk.bytes() + 2 * small.segment_bytes + 8192);  // Two files more, and JOURNAL.
  ASSERT_TRUE(log->begin_checkpoint());
  Result<LogStore::Written> written = LogStore::Written::done;
  for (int parts = 0; written == LogStore::Written::done; ++parts) {
    ASSERT_LT(parts, 1000);
    written = log->write_checkpoint(payload_text(1, 9000), 1);
  }
  EXPECT_EQ(written, LogStore::Written::postponed);
  EXPECT_THAT(log->why_postponed(), testing::HasSubstr("No space left on device"));

  append_until(*log, 3 * small.segment_bytes);
}

TEST(Recycling, ACheckpointNeverTakesTheLastSpare) {
  SimDisk disk(1);
  const auto log = *open(disk);
  append_until(*log, 2 * small.segment_bytes);
  checkpoint(*log);
  disk.limit(0);
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(log->begin_checkpoint());
    ASSERT_TRUE(log->write_checkpoint("state", 1));
    EXPECT_GE(log->space().spare_bytes, small.segment_bytes);
  }
}

TEST(Recycling, OnlyWithoutSpaceIsACheckpointPostponed) {
  for (const Fault fault : {Fault::no_space, Fault::io_error, Fault::sync_failure}) {
    for (std::uint64_t step = 1; step <= 8; ++step) {  // Twice: create, reserve, fill and sync.
      SCOPED_TRACE(testing::Message() << "fault " << static_cast<int>(fault) << ", step " << step);
      SimDisk disk(1);
      const auto log = *open(disk);
      append(*log, 0, 100);
      ASSERT_TRUE(log->begin_checkpoint());
      disk.inject(disk.steps() + step, fault);

      const Result<LogStore::Written> written = log->write_checkpoint("state", 1);

      const Appended next = log->append(make_frame(log->next_position(), 1, 100));
      if (fault == Fault::no_space) {
        EXPECT_EQ(written, LogStore::Written::postponed);
        EXPECT_EQ(next.outcome, Outcome::durable);
      } else {
        ASSERT_FALSE(written);
        EXPECT_THAT(written.error().message, testing::HasSubstr("Input/output error"));
        EXPECT_EQ(next.reason, written.error().message);
      }
    }
  }
}

// Whatever the reason is, nothing of the log is in a spare.
TEST(Recycling, ASpareThatCannotBeMadeAheadIsMadeWhenItIsNeeded) {
  for (const Fault fault : {Fault::no_space, Fault::io_error, Fault::sync_failure}) {
    for (std::uint64_t step = 1; step <= 4; ++step) {
      SimDisk disk(1);
      const auto log = *open(disk);
      for (bool has_met_fault = false; !has_met_fault; disk.forget_fault()) {
        append(*log, 0, 3000);
        ASSERT_FALSE(HasFailure());
        disk.inject(disk.steps() + step, fault);
        while (log->prepare_ahead()) continue;
        has_met_fault = disk.has_met_fault();
      }
      EXPECT_EQ(log->space().spare_bytes, 0u);

      append_until(*log, 2 * small.segment_bytes);
    }
  }
}

TEST(Recycling, ARestartUsesWhatTheLastRunLeft) {
  SimDisk disk(1);
  auto log = *open(disk);
  go_round(*log, 10);
  ASSERT_TRUE(log->begin_checkpoint());
  ASSERT_TRUE(log->write_checkpoint("unfinished", 1));
  const std::size_t files = disk.names().size();

  log = *open(disk);
  go_round(*log, 10);

  EXPECT_EQ(disk.names().size(), files);
}

TEST(Recycling, RemovesSparesOfAnotherLength) {
  SimDisk disk(1);
  ASSERT_TRUE(open(disk));
  disk.put("spare-7", "not a segment");

  ASSERT_TRUE(open(disk));

  EXPECT_THAT(disk.names(), testing::Not(testing::Contains("spare-7")));
}

TEST(Recycling, TakesNoFileThatIsASegmentUnderAnotherName) {
  SimDisk disk(1);
  std::vector<Frame> frames;
  {
    const auto log = *open(disk);
    go_round(*log, 3);
    frames.push_back(append(*log, 0, 100));
  }
  for (const std::string& name : disk.names()) {
    if (name.starts_with("segment-")) disk.put("spare-99", disk.content(name));
    if (name.starts_with("checkpoint-")) disk.put("spare-98", disk.content(name));
  }
  const std::size_t before = disk.names().size();

  const auto log = *open(disk);

  EXPECT_EQ(disk.names().size(), before - 2);
  expect_same(scan(*log), frames);
}

TEST(Recycling, TakesAFileWithTwoNamesOnce) {
  SimDisk disk(1);
  {
    const auto log = *open(disk);
    go_round(*log, 3);
  }
  for (const std::string& name : disk.names()) {
    if (name.starts_with("spare-")) disk.put("spare-99", disk.content(name));
  }
  const std::size_t before = disk.names().size();

  ASSERT_TRUE(open(disk));

  EXPECT_EQ(disk.names().size(), before - 1);
}

TEST(Recycling, OldFramesBehindTheEndAreNoTornWrites) {
  SimDisk disk(1);
  auto log = *open(disk);
  go_round(*log, 10);
  std::vector<Frame> frames{append(*log, 1, 7000), append(*log, 2, 100)};

  for (int time = 0; time < 3; ++time) {
    disk.restart(sim::Unsynced::survives);
    log = *open(disk);
    EXPECT_EQ(log->recovered().torn_frames, 0u);
    expect_same(scan(*log), frames);
    frames.push_back(append(*log, frames.size(), 3000));
  }
  ASSERT_TRUE(log->close());
  EXPECT_TRUE(open(disk));
}

TEST(Recycling, ATornFrameOverOldOnesIsTrimmedAndKept) {
  SimDisk disk(1);
  auto log = *open(disk);
  go_round(*log, 10);
  const Frame kept = append(*log, 1, 7000);
  disk.inject(disk.steps() + 1, Fault::no_space);  // The write gets half through.
  ASSERT_EQ(log->append(make_frame(log->next_position(), 2, 12'000)).outcome, Outcome::failed);

  log = *open(disk);

  EXPECT_EQ(log->recovered().torn_frames, 1u);
  EXPECT_EQ(disk.content("torn-1").size(), 12u << 10);
  expect_same(scan(*log), {kept});
  EXPECT_EQ((*open(disk))->recovered().torn_frames, 0u);
}

// --- Checkpoints on disk.

std::string checkpoint_file(const SimDisk& disk) {
  for (const std::string& name : disk.names()) {
    if (name.starts_with("checkpoint-")) return name;
  }
  return "none";
}

TEST(CheckpointFile, AnyFlippedByteOfItIsRefused) {
  SimDisk whole(1);
  {
    const auto log = *open(whole);
    go_round(*log, 3);
    ASSERT_TRUE(log->close());
  }
  const std::string name = checkpoint_file(whole);

  // The header of the segment, and the frame with its padding.
  for (std::size_t at = 0; at < 8192; at += at < 80 || (at >= 4096 && at < 4200) ? 1 : 97) {
    SimDisk disk = whole;
    std::string bytes = disk.content(name);
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    disk.put(name, bytes);

    const auto log = open(disk);

    ASSERT_TRUE(log) << "It is not read before it is needed.";
    const auto read = (*log)->scan_checkpoint([](auto, auto) { return Result<void>(); });
    ASSERT_FALSE(read) << "byte " << at;
    EXPECT_THAT(read.error().message, testing::HasSubstr(name));
  }
}

TEST(CheckpointFile, TakesItsTimeAlong) {
  SimDisk disk(1);
  {
    const auto log = *open(disk);
    while (log->next_position() < Position(std::uint64_t{1} << format::segment_shift))
      append(*log, 5, 7000);
    while (log->prepare_ahead()) continue;  // The next segment is there, and empty.
    checkpoint(*log);
  }

  const auto log = *open(disk);

  expect_same(scan(*log), {});
  EXPECT_EQ(log->recovered().last_time, from_unix_ms(1'800'000'000'000));
}

TEST(CheckpointFile, OneThatIsMissingIsRefused) {
  SimDisk disk(1);
  {
    const auto log = *open(disk);
    go_round(*log, 3);
  }
  disk.erase(checkpoint_file(disk));

  const auto log = *open(disk);

  EXPECT_FALSE(log->scan_checkpoint([](auto, auto) { return Result<void>(); }));
}

TEST(CheckpointFile, ALogThatEndsBeforeItIsRefused) {
  SimDisk disk(1);
  {
    const auto log = *open(disk);
    append(*log, 0, 100);
    ASSERT_TRUE(log->begin_checkpoint());
    ASSERT_TRUE(log->write_checkpoint("state", 1));
    const Position begin = log->next_position();
    const Frame last = append(*log, 1, 100);
    const Position end = last.position + last.payload.size();
    ASSERT_TRUE(log->finish_checkpoint(
        {.span = {.begin = begin, .end = end, .time = {}}, .needed = begin}));
  }
  ASSERT_TRUE(open(disk));
  std::string bytes = disk.content("segment-000000000000");
  std::fill_n(bytes.begin() + 8192, 4096, '\0');  // As if the last frame had never been.
  disk.put("segment-000000000000", bytes);

  const auto log = open(disk);

  ASSERT_FALSE(log);
  EXPECT_THAT(log.error().message, testing::HasSubstr("its checkpoint ends at position"));
}

// With a right checksum: no disk does that, but what a replay would pass over may not be lost in
// silence.
TEST(CheckpointFile, OneThatBeginsWhereNoFrameDoesIsRefused) {
  SimDisk disk(1);
  {
    const auto log = *open(disk);
    append(*log, 0, 100);
    ASSERT_TRUE(log->begin_checkpoint());
    ASSERT_TRUE(log->write_checkpoint("state", 1));
    const Position begin = log->next_position();
    ASSERT_TRUE(log->finish_checkpoint(
        {.span = {.begin = begin, .end = begin, .time = {}}, .needed = begin}));
    append(*log, 1, 100);
  }
  const format::Superblock whole = *format::superblock(disk.content("JOURNAL"));
  const std::uint64_t begin = whole.checkpoint.begin.value();

  for (const std::uint64_t wrong : {begin + 64, begin + (1 << 26), begin - 64}) {
    format::Superblock block = whole;
    block.checkpoint.begin = Position(wrong);
    ASSERT_TRUE(write_superblock(disk, block));

    const auto log = open(disk);

    EXPECT_FALSE(log && (*log)->scan([](const Frame&) { return Result<void>(); })) << wrong;
  }
}

TEST(CheckpointFile, ADirectoryOfFormatOneReadsAsOneWithoutCheckpoint) {
  SimDisk disk(1);
  FileLogOptions big;  // What format 1 always had.
  std::vector<Frame> frames;
  {
    const auto log = *FileLog::open(disk, random_for_ever(1), big);
    frames.push_back(append(*log, 0, 100));
  }
  // The first 48 bytes were the same then, and their checksum followed.
  std::string old = disk.content("JOURNAL").substr(0, 48);
  old[8] = 1;
  const std::uint64_t sum = format::checksum(old, 0);
  old.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  disk.put("JOURNAL", old);

  const auto log = *FileLog::open(disk, random_for_ever(1), small);

  expect_same(scan(*log), frames);
  EXPECT_EQ(log->checkpoint(), std::nullopt);
  EXPECT_EQ(log->space().unit_bytes, std::uint64_t{64} << 20);
}

}  // namespace
}  // namespace mailrail::log
