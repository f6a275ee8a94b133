// The stores that need no server, in the conformance suite.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "log/conformance_testing.h"
#include "log/file/file_log.h"
#include "log/log_testing.h"
#include "log/memory/memory_log.h"
#include "log/posix_disk.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

struct MemoryStores {
  std::unique_ptr<LogStore> open() { return std::make_unique<MemoryLog>(storage); }
  std::size_t payload_bytes_max() const { return frame_bytes_max; }

  MemoryLog::Storage storage;
};

struct FileStores {
  FileStores() {
    std::string name = (std::filesystem::temp_directory_path() / "mailrail-log-XXXXXX").string();
    directory = ::mkdtemp(name.data());
  }
  ~FileStores() { std::filesystem::remove_all(directory); }

  std::unique_ptr<LogStore> open() {
    disk = *PosixDisk::open(directory.string());
    return *FileLog::open(*disk, random);
  }
  std::size_t payload_bytes_max() const { return frame_bytes_max; }

  std::filesystem::path directory;
  std::unique_ptr<PosixDisk> disk;
  SystemRandom random;
};

// So small that a segment is full after a few frames.
struct SmallFileStores {
  std::unique_ptr<LogStore> open() { return *FileLog::open(disk, random, options); }
  std::size_t payload_bytes_max() const { return options.payload_bytes_max; }

  sim::SimDisk disk{1};
  SeededRandom random{1};
  FileLogOptions options{
      .segment_bytes = 96 << 10, .payload_bytes_max = 20'000, .zeroed_step_bytes = 16 << 10};
};

using AllStores = testing::Types<MemoryStores, FileStores, SmallFileStores>;
INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, EveryLogStore, AllStores);

TEST(MemoryLog, FencesTheOwnerBeforeIt) {
  MemoryLog::Storage storage;
  MemoryLog older(storage);
  MemoryLog newer(storage);

  EXPECT_EQ(older.append(make_frame(older.next_position(), 0, 10)).outcome, Outcome::fenced);
  EXPECT_EQ(newer.append(make_frame(newer.next_position(), 0, 10)).outcome, Outcome::durable);
}

}  // namespace
}  // namespace mailrail::log
