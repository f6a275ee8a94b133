#include "log/posix_disk.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace mailrail::log {
namespace {

class PosixDiskTest : public testing::Test {
 protected:
  PosixDiskTest() {
    std::string name = (std::filesystem::temp_directory_path() / "mailrail-disk-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~PosixDiskTest() override { std::filesystem::remove_all(root_); }

  std::string directory(const char* name) const { return (root_ / name).string(); }

  std::filesystem::path root_;
};

std::string content(const File& file) {
  std::string bytes(*file.size(), '?');
  EXPECT_EQ(file.read_at(0, bytes), bytes.size());
  return bytes;
}

// Has the kernel forget what is on the device already. False if it keeps it all the same.
bool forget_cached(const std::string& path, std::size_t bytes) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED), 0);
  auto* const mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  std::vector<unsigned char> pages(bytes / static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(::mincore(mapped, bytes, pages.data()), 0);
  ::munmap(mapped, bytes);
  ::close(descriptor);
  return std::ranges::none_of(pages, [](unsigned char page) { return (page & 1) != 0; });
}

TEST_F(PosixDiskTest, RefusesADirectoryThatCanNotBeMade) {
  const auto disk = PosixDisk::open("/proc/mailrail/data");

  ASSERT_FALSE(disk.has_value());
  EXPECT_NE(disk.error().message.find("/proc/mailrail"), std::string::npos);
}

TEST_F(PosixDiskTest, MakesTheDirectoryWithAllAboveIt) {
  const auto disk = PosixDisk::open(directory("a/b/c/"));

  ASSERT_TRUE(disk) << disk.error().message;
  EXPECT_EQ((*disk)->directory(), directory("a/b/c"));
  EXPECT_EQ((*disk)->list(), std::vector<std::string>{});
}

TEST_F(PosixDiskTest, SaysWhyADirectoryCannotBeMade) {
  ASSERT_TRUE((*PosixDisk::open(root_.string()))->create_file("file"));

  const auto disk = PosixDisk::open(directory("file/data"));

  ASSERT_FALSE(disk);
  EXPECT_EQ(disk.error().message,
            "Cannot make the directory " + directory("file/data") +
                ": Not a directory. Choose another directory with --data DIR.");
}

TEST_F(PosixDiskTest, WritesPiecesOneBehindTheOther) {
  const auto disk = *PosixDisk::open(directory("data"));
  const auto file = *disk->create_file("file");
  const std::vector<std::string_view> pieces(200, "ab");

  ASSERT_TRUE(file->write_at(0, pieces));
  ASSERT_TRUE(file->write_at(1, std::array<std::string_view, 4>{"", "X", "", "YZ"}));

  EXPECT_EQ(content(*file).substr(0, 6), "aXYZab");
  EXPECT_EQ(file->size(), 400u);
}

TEST_F(PosixDiskTest, AllocatedBytesReadAsZeros) {
  const auto disk = *PosixDisk::open(directory("data"));
  const auto file = *disk->create_file("file");
  ASSERT_TRUE(file->write_at(0, std::array<std::string_view, 1>{"abc"}));

  ASSERT_TRUE(file->allocate(6));
  ASSERT_TRUE(file->allocate(2));

  EXPECT_EQ(content(*file), std::string("abc\0\0\0", 6));
}

TEST_F(PosixDiskTest, ReadsFewerBytesAtTheEndOfTheFile) {
  const auto disk = *PosixDisk::open(directory("data"));
  const auto file = *disk->create_file("file");
  ASSERT_TRUE(file->write_at(0, std::array<std::string_view, 1>{"abc"}));

  std::array<char, 8> bytes;

  EXPECT_EQ(file->read_at(1, bytes), 2u);
  EXPECT_EQ(file->read_at(9, bytes), 0u);
}

TEST_F(PosixDiskTest, ReadsWithoutWaitingWhatIsInMemoryAndNoMore) {
  const auto disk = *PosixDisk::open(directory("data"));
  const auto file = *disk->create_file("file");
  const std::string written(std::size_t{1} << 20, 'w');
  ASSERT_TRUE(file->write_at(0, std::array<std::string_view, 1>{written}));
  ASSERT_TRUE(file->sync());
  std::string bytes(written.size(), '?');
  if (*file->read_cached(0, bytes) == 0)
    GTEST_SKIP() << "The file system of " << root_ << " cannot tell what is in memory.";
  EXPECT_EQ(file->read_cached(0, bytes), written.size());
  EXPECT_EQ(bytes, written);
  EXPECT_EQ(file->read_cached(written.size() - 1, bytes), 1u);

  if (forget_cached(directory("data/file"), written.size())) {
    EXPECT_LT(*file->read_cached(0, bytes), written.size());
  }
  EXPECT_EQ(file->read_at(0, bytes), written.size());
  EXPECT_EQ(bytes, written);
}

TEST_F(PosixDiskTest, RenamesAndRemoves) {
  const auto disk = *PosixDisk::open(directory("data"));
  ASSERT_TRUE(disk->create_file("a"));
  ASSERT_TRUE(disk->create_file("b"));
  ASSERT_TRUE(disk->create_file("c"));

  ASSERT_TRUE(disk->rename("a", "b"));
  ASSERT_TRUE(disk->remove("c"));
  ASSERT_TRUE(disk->sync());

  EXPECT_EQ(disk->list(), std::vector<std::string>{"b"});
}

TEST_F(PosixDiskTest, AFailureNamesTheFileAndTheCause) {
  const auto disk = *PosixDisk::open(directory("data"));

  const auto file = disk->open_file("absent");

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            "Cannot open " + directory("data/absent") + ": No such file or directory.");
}

TEST_F(PosixDiskTest, TellsTheCapacityOfTheVolume) {
  const auto disk = *PosixDisk::open(directory("data"));

  const Result<Capacity> capacity = disk->capacity();

  ASSERT_TRUE(capacity);
  const std::filesystem::space_info space = std::filesystem::space(root_);
  EXPECT_EQ(capacity->total_bytes, space.capacity);
  EXPECT_GT(capacity->available_bytes, 0u);
  EXPECT_LE(capacity->available_bytes, space.free);
}

TEST_F(PosixDiskTest, ASecondOwnerIsRefused) {
  const auto first = *PosixDisk::open(directory("data"));
  const auto second = *PosixDisk::open(directory("data"));
  ASSERT_TRUE(first->lock());

  const Result<void> locked = second->lock();

  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().message, "Another process is using the data directory " +
                                        directory("data") +
                                        "; stop it, or choose another directory.");
}

TEST_F(PosixDiskTest, ThoseWhoOnlyReadShareTheLock) {
  const auto owner = *PosixDisk::open(directory("data"));
  ASSERT_TRUE(owner->create_file("file"));
  const auto reader = *PosixDisk::open_to_read(directory("data"));
  const auto other = *PosixDisk::open_to_read(directory("data"));

  EXPECT_TRUE(reader->lock());  // There is no LOCK yet, and none is made.
  EXPECT_EQ(reader->list(), std::vector<std::string>{"file"});

  ASSERT_TRUE(owner->lock());
  EXPECT_EQ(other->lock().error().message,
            "A server is using the data directory " + directory("data") + "; stop it first.");
}

TEST_F(PosixDiskTest, AServerIsRefusedWhileSomebodyReads) {
  ASSERT_TRUE((*PosixDisk::open(directory("data")))->lock());
  const auto reader = *PosixDisk::open_to_read(directory("data"));
  const auto other = *PosixDisk::open_to_read(directory("data"));

  ASSERT_TRUE(reader->lock());
  EXPECT_TRUE(other->lock());
  EXPECT_FALSE((*PosixDisk::open(directory("data")))->lock());
}

TEST_F(PosixDiskTest, ReadingMakesNoDirectory) {
  EXPECT_EQ(PosixDisk::open_to_read(directory("nowhere")).error().message,
            "Cannot open the directory " + directory("nowhere") + ": No such file or directory.");
}

TEST_F(PosixDiskTest, TheLockGoesWithItsOwner) {
  ASSERT_TRUE((*PosixDisk::open(directory("data")))->lock());

  EXPECT_TRUE((*PosixDisk::open(directory("data")))->lock());
}

}  // namespace
}  // namespace mailrail::log
