// Where a log can not be kept, and what the operator is told: one sentence with the place, the
// reason and what to do. Real directories, because only the system knows them.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/file/file_log.h"
#include "log/file/superblock.h"
#include "log/posix_disk.h"

namespace mailrail::log {
namespace {

using ::testing::HasSubstr;

// What opening a log there comes to: what is told, or nothing if it works.
std::string refusal(const std::string& directory) {
  SeededRandom random(1);
  const auto disk = PosixDisk::open(directory);
  if (!disk) return disk.error().message;
  const auto log = FileLog::open(**disk, random);
  return log ? "" : log.error().message;
}

// The same in a process of its own, which `prepare` can change; nothing if that fails.
std::optional<std::string> refusal_after(const std::function<bool()>& prepare,
                                         const std::string& directory) {
  int ends[2];
  if (::pipe(ends) != 0) return std::nullopt;
  const pid_t child = ::fork();
  if (child == 0) {
    if (!prepare()) ::_exit(1);
    const std::string told = refusal(directory);
    const bool is_written = ::write(ends[1], told.data(), told.size()) >= 0;
    ::_exit(is_written ? 0 : 1);
  }
  ::close(ends[1]);
  std::string told;
  char bytes[512];
  for (ssize_t count; (count = ::read(ends[0], bytes, sizeof bytes)) > 0;)
    told.append(bytes, static_cast<std::size_t>(count));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return told;
}

// To whom permissions mean something: root becomes nobody.
bool become_unprivileged() {
  constexpr uid_t nobody = 65534;
  return ::geteuid() != 0 || (::setgid(nobody) == 0 && ::setuid(nobody) == 0);
}

// A directory that is written over with itself, read-only, in a mount namespace of our own.
bool make_read_only(const std::string& directory) {
  const char* const path = directory.c_str();
  const int user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  return ::unshare(CLONE_NEWNS | user) == 0 &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount(path, path, nullptr, MS_BIND, nullptr) == 0 &&
         ::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

class UnusablePlacesTest : public testing::Test {
 protected:
  UnusablePlacesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "mailrail-place-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~UnusablePlacesTest() override { std::filesystem::remove_all(root_); }

  std::string place(const char* name) const { return (root_ / name).string(); }

  // What is told to a user who may look into the root, but not change it.
  std::optional<std::string> as_somebody_else(const std::string& directory) const {
    using std::filesystem::perms;
    const perms look = perms::owner_read | perms::owner_exec | perms::group_read |
                       perms::group_exec | perms::others_read | perms::others_exec;
    std::filesystem::permissions(root_, look);
    auto told = refusal_after(become_unprivileged, directory);
    std::filesystem::permissions(root_, perms::owner_all);
    return told;
  }

  std::filesystem::path root_;
};

TEST_F(UnusablePlacesTest, AFileIsNoDirectory) {
  std::ofstream(place("file")) << "not ours";

  EXPECT_EQ(refusal(place("file")),
            "Cannot open the directory " + place("file") +
                ": Not a directory. Choose another directory with --data DIR.");
}

TEST_F(UnusablePlacesTest, ADirectoryThatMayNotBeMade) {
  const auto told = as_somebody_else(place("data"));

  if (!told) GTEST_SKIP() << "Nobody else can be become here.";
  EXPECT_EQ(*told, "Cannot make the directory " + place("data") +
                       ": Permission denied. Run mailrail as a user who may write there, or "
                       "choose another directory with --data DIR.");
}

TEST_F(UnusablePlacesTest, ADirectoryThatMayNotBeWrittenIn) {
  const auto told = as_somebody_else(root_.string());

  if (!told) GTEST_SKIP() << "Nobody else can be become here.";
  EXPECT_EQ(*told, "Cannot open " + place("LOCK") +
                       ": Permission denied. Run mailrail as a user who may write there, or "
                       "choose another directory with --data DIR.");
}

TEST_F(UnusablePlacesTest, ADirectoryOnAReadOnlyFileSystem) {
  std::filesystem::create_directory(place("data"));

  const auto told = refusal_after([&] { return make_read_only(place("data")); }, place("data"));

  if (!told) GTEST_SKIP() << "Nothing may be mounted here.";
  EXPECT_EQ(*told, "Cannot open " + place("data/LOCK") +
                       ": Read-only file system. Choose another directory with --data DIR.");
}

TEST_F(UnusablePlacesTest, ADirectoryThatCanNotBeMadeOnAReadOnlyFileSystem) {
  const auto told = refusal_after([&] { return make_read_only(root_.string()); }, place("a/b"));

  if (!told) GTEST_SKIP() << "Nothing may be mounted here.";
  EXPECT_EQ(*told, "Cannot make the directory " + place("a") +
                       ": Read-only file system. Choose another directory with --data DIR.");
}

TEST_F(UnusablePlacesTest, ADirectoryThatAnotherProcessUses) {
  const auto disk = *PosixDisk::open(place("data"));
  ASSERT_TRUE(disk->lock());

  EXPECT_EQ(refusal(place("data")), "Another process is using the data directory " + place("data") +
                                        "; stop it, or choose another directory.");
}

TEST_F(UnusablePlacesTest, ADirectoryOfANewerFormat) {
  ASSERT_EQ(refusal(place("data")), "");
  const auto disk = *PosixDisk::open(place("data"));
  ASSERT_TRUE(write_superblock(*disk, {.version = format::format_version + 1}));

  EXPECT_THAT(refusal(place("data")), HasSubstr("; use a newer mailrail."));
}

TEST_F(UnusablePlacesTest, ASegmentWithoutItsJournal) {
  ASSERT_EQ(refusal(place("data")), "");
  std::filesystem::rename(place("data/segment-000000000000"), place("data/segment-000000000007"));
  std::filesystem::remove(place("data/JOURNAL"));

  EXPECT_THAT(refusal(place("data")), HasSubstr(place("data/JOURNAL")));
}

// A volume's own lost+found, a file that keeps the directory in a repository.
TEST_F(UnusablePlacesTest, OtherFilesAreNoReasonAndStayAsTheyAre) {
  std::filesystem::create_directories(place("data/lost+found"));
  std::ofstream(place("data/.gitkeep")) << "kept";

  EXPECT_EQ(refusal(place("data")), "");
  EXPECT_EQ(refusal(place("data")), "");

  std::string kept;
  std::ifstream(place("data/.gitkeep")) >> kept;
  EXPECT_EQ(kept, "kept");
  EXPECT_TRUE(std::filesystem::is_directory(place("data/lost+found")));
}

// Told by the server when it starts.
TEST_F(UnusablePlacesTest, MemoryIsUsableAndKnown) {
  std::string name = "/dev/shm/mailrail-place-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) GTEST_SKIP() << "Nothing can be made in /dev/shm here.";

  const auto disk = PosixDisk::open(name);
  const std::string told = refusal(name);
  std::filesystem::remove_all(name);

  ASSERT_TRUE(disk);
  EXPECT_EQ((*disk)->file_system().kind, FileSystem::Kind::memory);
  EXPECT_EQ(told, "");
}

}  // namespace
}  // namespace mailrail::log
