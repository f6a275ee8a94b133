#include "sim/sim_disk.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::sim {
namespace {

using testing::ElementsAre;

Result<void> write(log::File& file, std::uint64_t offset, std::string_view bytes) {
  return file.write_at(offset, std::array{bytes});
}

std::unique_ptr<log::File> synced_file(SimDisk& disk, std::string_view bytes) {
  auto file = *disk.create_file("file");
  EXPECT_TRUE(write(*file, 0, bytes) && file->sync() && disk.sync());
  return file;
}

TEST(SimDisk, KeepsWhatWasSyncedAndLosesTheRest) {
  SimDisk disk(1);
  const auto file = synced_file(disk, "synced");
  ASSERT_TRUE(write(*file, 0, "lost"));
  EXPECT_EQ(disk.content("file"), "losted");

  disk.restart(Unsynced::vanishes);

  EXPECT_EQ(disk.content("file"), "synced");
}

TEST(SimDisk, ForgetsNamesThatWereNotSynced) {
  SimDisk disk(1);
  synced_file(disk, "a");
  ASSERT_TRUE(disk.rename("file", "renamed"));
  ASSERT_TRUE(disk.create_file("other"));

  disk.restart(Unsynced::vanishes);

  EXPECT_THAT(disk.names(), ElementsAre("file"));
}

TEST(SimDisk, MayKeepWhatWasNotSynced) {
  SimDisk disk(1);
  const auto file = *disk.create_file("file");
  ASSERT_TRUE(write(*file, 2, "late"));

  disk.restart(Unsynced::survives);

  EXPECT_EQ(disk.content("file"), std::string("\0\0late", 6));
}

TEST(SimDisk, TearsAWriteIntoSectors) {
  SimDisk disk(1);
  const std::string before(64 * 512, 'a');
  const auto file = synced_file(disk, before);
  ASSERT_TRUE(write(*file, 0, std::string(before.size(), 'b')));

  disk.restart(Unsynced::survives_in_sectors);

  const std::string after = disk.content("file");
  int survived = 0;
  for (std::size_t at = 0; at < after.size(); at += 512) {
    const std::string sector = after.substr(at, 512);
    EXPECT_EQ(sector, std::string(512, sector[0]));
    survived += sector[0] == 'b' ? 1 : 0;
  }
  EXPECT_GT(survived, 0);
  EXPECT_LT(survived, 64);
}

TEST(SimDisk, FailsEveryCallBetweenAPowerCutAndARestart) {
  SimDisk disk(1);
  const auto file = synced_file(disk, "synced");
  disk.inject(disk.steps() + 1, Fault::power_cut);

  EXPECT_FALSE(write(*file, 0, "a"));
  EXPECT_FALSE(file->sync());
  EXPECT_FALSE(disk.list());
  EXPECT_FALSE(disk.has_power());

  disk.restart(Unsynced::vanishes);
  EXPECT_TRUE(disk.list());
  EXPECT_FALSE(file->sync()) << "A file from before the power cut is dead.";
}

TEST(SimDisk, CountsWhatChangesSomethingForItself) {
  SimDisk disk(1);
  const auto file = synced_file(disk, "synced");
  disk.inject_at_change(disk.changes() + 2, Fault::io_error);

  EXPECT_TRUE(write(*file, 0, "a"));
  EXPECT_TRUE(file->size());
  EXPECT_FALSE(disk.has_met_fault());
  EXPECT_FALSE(file->sync());
  EXPECT_TRUE(disk.has_met_fault());
}

TEST(SimDisk, AWriteThatMetThePowerCutMaySurvive) {
  SimDisk disk(1);
  const auto file = synced_file(disk, "synced");
  disk.inject(disk.steps() + 1, Fault::power_cut);
  EXPECT_FALSE(write(*file, 0, "SY"));

  disk.restart(Unsynced::survives);

  EXPECT_EQ(disk.content("file"), "SYnced");
}

TEST(SimDisk, GetsHalfThroughAWriteWithoutSpace) {
  SimDisk disk(1);
  const auto file = synced_file(disk, "synced");
  disk.inject(disk.steps() + 1, Fault::no_space);

  const Result<void> written = write(*file, 0, "1234");

  EXPECT_EQ(written.error().message, "Cannot write /simulated/file: No space left on device.");
  EXPECT_EQ(disk.content("file"), "12nced");
}

TEST(SimDisk, NeverWritesWhatAFailedSyncGaveUp) {
  SimDisk disk(1);
  const auto file = synced_file(disk, "synced");
  ASSERT_TRUE(write(*file, 0, "SYN"));
  disk.inject(disk.steps() + 1, Fault::sync_failure);

  EXPECT_FALSE(file->sync());
  EXPECT_TRUE(file->sync());
  EXPECT_EQ(disk.content("file"), "SYNced");

  disk.restart(Unsynced::survives);
  EXPECT_EQ(disk.content("file"), "synced");
}

TEST(SimDisk, DoesTheSameForTheSameSeed) {
  const auto run = [] {
    SimDisk disk(42);
    const auto file = synced_file(disk, std::string(100'000, 'a'));
    EXPECT_TRUE(write(*file, 0, std::string(100'000, 'b')));
    disk.restart(Unsynced::survives_in_pages);
    return disk.content("file");
  };

  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace mailrail::sim
