#include "log/file/file_log.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/log_testing.h"
#include "log/posix_disk.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

using sim::SimDisk;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

constexpr FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 16 << 10};

Result<std::unique_ptr<FileLog>> open(Disk& disk, FileLogOptions options = small) {
  return FileLog::open(disk, random_for_ever(1), options);
}

TEST(FileLog, MakesAJournalInAnEmptyDirectory) {
  SimDisk disk(1);

  const auto log = *open(disk);

  EXPECT_THAT(disk.names(), ElementsAre("JOURNAL", "segment-000000000000"));
  EXPECT_EQ(log->recovered().last_stop, LastStop::none);
  EXPECT_EQ(log->recovered().last_time, std::nullopt);
  EXPECT_EQ(log->next_position(), Position(4096 + 64));
}

TEST(FileLog, ReportsWhatItFound) {
  SimDisk disk(1);
  auto log = *open(disk);
  append(*log, 0, 100);
  const Frame last = append(*log, 1, 50);
  ASSERT_TRUE(log->close());

  log = *open(disk);
  ASSERT_TRUE(scan(*log));

  EXPECT_EQ(log->recovered().last_stop, LastStop::clean);
  EXPECT_EQ(log->recovered().last_time, last.time);
  EXPECT_EQ(log->recovered().frames, 2u);
  EXPECT_EQ(log->recovered().bytes, 150u);
  EXPECT_EQ(log->recovered().torn_frames, 0u);
  EXPECT_EQ((*open(disk))->recovered().last_stop, LastStop::unclean);
}

// A segment of an earlier run learns where its frames are when it is first read from, and that
// takes reading.
TEST(FileLog, ReadsWithoutWaitingWhatIsInMemoryOnceItKnowsWhereItIs) {
  sim::SimDisk disk{1};
  auto log = *open(disk);
  const Frame one = append(*log, 0, 5000);
  const Frame two = append(*log, 1, 100);
  for (std::size_t i = 2; i < 100; ++i) append(*log, i, 5000);  // Several segments.
  const std::vector<LogStore::Stretch> wanted = {{.position = two.position + 10, .length = 20},
                                                 {.position = one.position, .length = 5000}};
  using Bytes = std::vector<Result<std::string>>;
  const Bytes right = {two.payload.substr(10, 20), one.payload};
  EXPECT_EQ(log->read_cached(wanted), right);

  log = *open(disk);
  EXPECT_EQ(log->read_cached(wanted), std::nullopt);
  EXPECT_EQ(log->read_all(wanted), right);
  EXPECT_EQ(log->read_cached(wanted), right);
}

TEST(FileLog, KnowsTheLastFramesTimeInAnEmptyLastSegment) {
  SimDisk disk(1);
  auto log = *open(disk);
  Frame last;
  while (log->next_position() < Position(1 << 26)) last = append(*log, 5, 10'000);
  while (log->prepare_ahead()) continue;

  log = *open(disk);

  EXPECT_EQ(disk.names().back(), "segment-000000000001");
  EXPECT_EQ(log->recovered().last_time, last.time);
}

TEST(FileLog, BeginsAnEpochWheneverItIsOpened) {
  SimDisk disk(1);
  EXPECT_EQ((*open(disk))->epoch(), 1u);
  disk.restart(sim::Unsynced::vanishes);
  EXPECT_EQ((*open(disk))->epoch(), 2u);
  ASSERT_TRUE((*open(disk))->close());
  disk.restart(sim::Unsynced::vanishes);

  EXPECT_EQ((*open(disk))->epoch(), 4u);
}

TEST(FileLog, KeepsTheSegmentsThatTheDirectoryBeganWith) {
  SimDisk disk(1);
  FileLogOptions larger = small;
  larger.segment_bytes = 80 << 10;
  auto log = *open(disk, larger);
  std::vector<Frame> frames{append(*log, 0, 10'000)};

  log = *open(disk);
  while (log->next_position() < Position(2 << 26)) {
    const Position after = log->position_after(make_frame(log->next_position(), 0, 7000));
    frames.push_back(append(*log, frames.size(), 7000));
    ASSERT_EQ(log->next_position(), after);
  }

  EXPECT_EQ(disk.content("segment-000000000000").size(), 80u << 10);
  EXPECT_EQ(disk.content("segment-000000000001").size(), 80u << 10);
  expect_same(scan(**open(disk)), frames);
}

TEST(FileLog, IgnoresWhatIsLeftOfTrimmedSegments) {
  SimDisk disk(1);
  auto log = *open(disk);
  std::vector<Frame> frames;
  while (log->next_position() < Position(3 << 26))
    frames.push_back(append(*log, frames.size(), 10'000));
  format::Superblock trimmed = *format::superblock(disk.content("JOURNAL"));
  trimmed.first_segment = 1;
  trimmed.checksum = format::header_checksum(trimmed, 0);
  disk.put("JOURNAL", std::string(format::bytes_of(trimmed)));
  std::erase_if(frames, [](const Frame& each) { return each.position < Position(1 << 26); });

  log = *open(disk);

  expect_same(scan(*log), frames);
  EXPECT_FALSE(log->read(Position(4160), 1));
}

TEST(FileLog, IdleWorkEndsWithASegmentInReserve) {
  SimDisk disk(1);
  const auto log = *open(disk);
  append(*log, 0, 10'000);
  while (log->prepare_ahead()) continue;
  EXPECT_THAT(disk.names(), Not(Contains("spare-2")));

  append(*log, 1, 5000);
  while (log->prepare_ahead()) continue;

  EXPECT_THAT(disk.names(), Contains("spare-2"));
}

TEST(FileLog, NamesTheFileAndTheOffsetOfAPosition) {
  SimDisk disk(1);
  const auto log = *open(disk);

  EXPECT_EQ(log->place(Position((std::uint64_t{3} << 26) + 4160)),
            "offset 4160 of /simulated/segment-000000000003");
}

TEST(FileLog, AReadVerifiesShortFramesAndTheHeadersOfLongOnes) {
  FileLogOptions options = small;
  options.payload_bytes_max = 200'000;
  options.segment_bytes = 400 << 10;
  SimDisk disk(1);
  const auto log = *open(disk, options);
  const Frame shorter = append(*log, 0, 60'000);
  const Frame longer = append(*log, 1, 200'000);
  std::string bytes = disk.content("segment-000000000000");
  const auto flip_one_bit = [&](std::uint64_t offset) {
    std::string flipped = bytes;
    flipped[offset] = static_cast<char>(flipped[offset] ^ 1);
    (*disk.open_file("segment-000000000000"))
        ->write_at(0, std::array<std::string_view, 1>{flipped})
        .value();
  };

  flip_one_bit(shorter.position.value() + 50'000);
  EXPECT_FALSE(log->read(shorter.position, 10));
  flip_one_bit(longer.position.value() - 30);
  EXPECT_FALSE(log->read(longer.position, 10));
  flip_one_bit(longer.position.value() + 150'000);
  EXPECT_EQ(log->read(longer.position, 10), longer.payload.substr(0, 10));
}

class FileLogOnARealDisk : public testing::Test {
 protected:
  FileLogOnARealDisk() {
    std::string name = (std::filesystem::temp_directory_path() / "mailrail-log-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~FileLogOnARealDisk() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path directory_;
};

TEST_F(FileLogOnARealDisk, RefusesASecondProcess) {
  const auto first = *PosixDisk::open(directory_.string());
  const auto second = *PosixDisk::open(directory_.string());
  const auto log = *open(*first);

  const auto refused = open(*second);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "Another process is using the data directory " +
                                         directory_.string() +
                                         "; stop it, or choose another directory.");
}

TEST_F(FileLogOnARealDisk, IsReadByManyThreadsWhileOneAppends) {
  const auto disk = *PosixDisk::open(directory_.string());
  auto log = *open(*disk);
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < 100; ++i) {
    frames.push_back(make_frame(i == 0 ? log->next_position() : log->position_after(frames.back()),
                                i, 1 + i * 4999 % 12'000));
  }
  std::atomic<std::size_t> durable = 0;

  std::vector<std::jthread> readers;
  for (std::size_t reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      for (std::size_t i = reader; durable < frames.size(); ++i) {
        if (durable == 0) continue;
        const Frame& each = frames[i % durable];
        EXPECT_TRUE(log->read(each.position, each.payload.size()) == each.payload);
      }
    });
  }
  for (const Frame& each : frames) {
    EXPECT_EQ(log->append(each).outcome, Outcome::durable);
    ++durable;
  }
}

TEST_F(FileLogOnARealDisk, IsIndexedByManyReadersAtOnce) {
  const auto disk = *PosixDisk::open(directory_.string());
  auto log = *open(*disk);
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < 50; ++i) frames.push_back(append(*log, i, 1 + i * 4999 % 12'000));
  log = *open(*disk);

  std::vector<std::jthread> readers;
  for (std::size_t reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&] {
      for (const Frame& each : frames)
        EXPECT_TRUE(log->read(each.position, each.payload.size()) == each.payload);
    });
  }
}

}  // namespace
}  // namespace mailrail::log
