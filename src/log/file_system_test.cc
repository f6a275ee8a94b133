#include "log/file_system.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace mailrail::log {
namespace {

using Kind = FileSystem::Kind;

constexpr std::uint32_t nfs = 0x6969;
constexpr std::uint32_t network_types[] = {nfs,        0x517b,     0xfe534d42, 0xff534d42,
                                           0x01021997, 0x5346414f, 0x6b414653, 0x00c36400,
                                           0x73757245, 0x0bd00bd0, 0x786f4256};
constexpr std::uint32_t ext4 = 0xef53;
constexpr std::uint32_t xfs = 0x58465342;
constexpr std::uint32_t btrfs = 0x9123683e;
constexpr std::uint32_t overlay = 0x794c7630;
constexpr std::uint32_t fuse = 0x65735546;
constexpr std::uint32_t tmpfs = 0x01021994;

Kind kind_of_path(const char* path) {
  const int descriptor = ::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto found = file_system_of(descriptor, path);
  ::close(descriptor);
  return found.value().kind;
}

TEST(FileSystem, IsKnownByItsType) {
  for (const std::uint32_t each : network_types)
    EXPECT_EQ(file_system_of_type(each).kind, Kind::network) << each;
  for (const std::uint32_t each : {ext4, xfs, btrfs, overlay})
    EXPECT_EQ(file_system_of_type(each).kind, Kind::local) << each;
  EXPECT_EQ(file_system_of_type(fuse).kind, Kind::fuse);
  EXPECT_EQ(file_system_of_type(tmpfs).kind, Kind::memory);
}

TEST(FileSystem, IsAskedOfTheSystem) {
  if (!std::filesystem::is_directory("/dev/shm")) GTEST_SKIP() << "There is no /dev/shm here.";

  EXPECT_EQ(kind_of_path("/dev/shm"), Kind::memory);
  EXPECT_EQ(kind_of_path("/proc"), Kind::local);
}

TEST(FileSystem, CanNotBeAskedOfNothing) {
  const auto found = file_system_of(-1, "/data");

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "Cannot examine the file system of /data: Bad file descriptor.");
}

TEST(FileSystem, IsRefusedIfItIsANetworks) {
  const Result<void> trusted = expect_trustworthy(file_system_of_type(nfs), "/data");

  ASSERT_FALSE(trusted);
  EXPECT_EQ(trusted.error().message,
            "The data directory /data is on NFS, where what is synced is not sure to be on disk "
            "and a lock does not keep a second process out. Choose a directory on a local disk "
            "with --data DIR.");
}

TEST(FileSystem, IsAcceptedWhereSyncsAndLocksHold) {
  for (const std::uint32_t each : {ext4, xfs, btrfs, overlay, fuse, tmpfs})
    EXPECT_TRUE(expect_trustworthy(file_system_of_type(each), "/data")) << each;
}

}  // namespace
}  // namespace mailrail::log
