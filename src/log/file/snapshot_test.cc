// A journal that is copied while it is written to, read anew.

#include "log/snapshot.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/file/file_log.h"
#include "log/log_testing.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

using sim::SimDisk;

constexpr FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 40 << 10};

Snapshots::Time test_now;  // Turned by hand.
Snapshots::Time now() { return test_now; }

Result<std::unique_ptr<FileLog>> open(Disk& disk) {
  return FileLog::open(disk, random_for_ever(1), small);
}

void checkpoint(LogStore& log) {
  ASSERT_TRUE(log.begin_checkpoint());
  ASSERT_EQ(log.write_checkpoint("state", 1), LogStore::Written::done);
  const Position here = log.next_position();
  ASSERT_TRUE(log.finish_checkpoint(
      {.span = {.begin = here, .end = here, .time = from_unix_ms(1'800'000'000'000)},
       .needed = here}));
  while (*log.trim(0)) continue;
}

void copy(Snapshots& snapshots, const Snapshots::Begun& begun, SimDisk& to) {
  for (const SnapshotFile& each : begun.snapshot.files) {
    Result<std::string> bytes = snapshots.read(begun.id, each.name, 0, each.bytes);
    ASSERT_TRUE(bytes) << bytes.error().message;
    ASSERT_EQ(bytes->size(), each.bytes);
    bytes->resize(each.length);
    to.put(each.name, *std::move(bytes));
  }
  to.put("JOURNAL", begun.snapshot.journal);
}

TEST(Snapshot, HoldsTheLogAsItWasWhenItBegan) {
  SimDisk disk(1);
  SimDisk other(2);
  const auto log = *open(disk);
  Snapshots snapshots(*log, &now);
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < 20; ++i) frames.push_back(append(*log, i, 7000));

  const auto begun = snapshots.begin(7);
  ASSERT_TRUE(begun) << begun.error().message;
  for (std::size_t i = 20; i < 40; ++i) append(*log, i, 7000);
  copy(snapshots, *begun, other);

  const auto copied = open(other);
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ((*copied)->recovered().last_stop, LastStop::clean);
  expect_same(scan(**copied), frames);
}

TEST(Snapshot, KeepsItsFilesFromBeingTrimmedUntilItEnds) {
  SimDisk disk(1);
  SimDisk other(2);
  const auto log = *open(disk);
  Snapshots snapshots(*log, &now);
  for (std::size_t i = 0; i < 20; ++i) append(*log, i, 7000);
  checkpoint(*log);
  const std::vector<Frame> frames{append(*log, 20, 100)};

  const auto begun = snapshots.begin(7);
  ASSERT_TRUE(begun) << begun.error().message;
  for (std::size_t round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 10; ++i) append(*log, i, 7000);
    checkpoint(*log);
  }
  const std::uint64_t space = log->space().total();
  copy(snapshots, *begun, other);
  ASSERT_TRUE(snapshots.end(7));
  while (*log->trim(0)) continue;

  EXPECT_LT(log->space().total(), space);
  const auto copied = open(other);
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_TRUE((*copied)->checkpoint());
  expect_same(scan(**copied), frames);
}

TEST(Snapshot, CopiesALogThatEndsWithASegment) {
  SimDisk disk(1);
  const auto log = *open(disk);
  Snapshots snapshots(*log, &now);
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < 30; ++i) {
    frames.push_back(append(*log, i, 7000));
    log->prepare_ahead();
    SimDisk other(2);

    const auto begun = snapshots.begin(i);
    ASSERT_TRUE(begun) << begun.error().message;
    copy(snapshots, *begun, other);
    ASSERT_TRUE(snapshots.end(i));

    const auto copied = open(other);
    ASSERT_TRUE(copied) << copied.error().message;
    expect_same(scan(**copied), frames);
  }
}

TEST(Snapshot, IsGivenUpWhenNobodyReadsIt) {
  SimDisk disk(1);
  const auto log = *open(disk);
  Snapshots snapshots(*log, &now);
  append(*log, 0, 100);
  const auto begun = snapshots.begin(7);
  ASSERT_TRUE(begun);
  const std::string& name = begun->snapshot.files.front().name;

  test_now += Snapshots::patience / 2;
  EXPECT_TRUE(snapshots.read(7, name, 0, 10));
  test_now += Snapshots::patience / 2;
  EXPECT_TRUE(snapshots.read(7, name, 0, 10));
  EXPECT_EQ(snapshots.begin(8).error().kind, &errors::backup_in_progress);
  test_now += Snapshots::patience;

  EXPECT_EQ(snapshots.read(7, name, 0, 10).error().kind, &errors::no_such_backup);
  EXPECT_TRUE(snapshots.begin(8));
  EXPECT_EQ(snapshots.end(7).error().kind, &errors::no_such_backup);
}

TEST(Snapshot, ShowsNothingOfTheDirectoryBesidesTheLog) {
  SimDisk disk(1);
  const auto log = *open(disk);
  disk.put("keys.json", "secret");
  Snapshots snapshots(*log, &now);
  ASSERT_TRUE(snapshots.begin(7));

  for (const char* name : {"keys.json", "JOURNAL", "../keys.json", ""})
    EXPECT_EQ(snapshots.read(7, name, 0, 10).error().kind, &errors::no_such_backup) << name;
}

}  // namespace
}  // namespace mailrail::log
