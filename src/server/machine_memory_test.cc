#include "server/machine_memory.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace mailrail::server {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

// A machine of 8 GiB, whose /proc and /sys lie in a directory.
class MachineMemory : public testing::Test {
 protected:
  MachineMemory() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mailrail-machine-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    write("proc/meminfo", "MemFree:         1000 kB\nMemTotal:        8388608 kB\n");
  }
  ~MachineMemory() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  std::filesystem::path root_;
};

TEST_F(MachineMemory, IsWhatIsInstalledWithoutALimit) {
  EXPECT_EQ(machine_memory_bytes(root_), 8192 * mib);
  write("proc/self/cgroup", "0::/user.slice\n");
  write("sys/fs/cgroup/user.slice/memory.max", "max\n");
  EXPECT_EQ(machine_memory_bytes(root_), 8192 * mib);
}

TEST_F(MachineMemory, IsWhatTheGroupMayUse) {
  write("proc/self/cgroup", "0::/system.slice/mailrail.service\n");
  write("sys/fs/cgroup/system.slice/mailrail.service/memory.max", "536870912\n");

  EXPECT_EQ(machine_memory_bytes(root_), 512 * mib);
}

TEST_F(MachineMemory, IsWhatAGroupAboveMayUse) {
  write("proc/self/cgroup", "0::/pod/container\n");
  write("sys/fs/cgroup/pod/memory.max", "268435456\n");
  write("sys/fs/cgroup/pod/container/memory.max", "536870912\n");

  EXPECT_EQ(machine_memory_bytes(root_), 256 * mib);
}

TEST_F(MachineMemory, IsToldAtTheTopInsideAContainer) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "134217728\n");

  EXPECT_EQ(machine_memory_bytes(root_), 128 * mib);
}

TEST_F(MachineMemory, IsLimitedByTheFirstVersionOfGroupsToo) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/abc\n4:hugetlb,memory:/docker/abc\n0::/\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(machine_memory_bytes(root_), 8192 * mib);

  write("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "536870912\n");
  EXPECT_EQ(machine_memory_bytes(root_), 512 * mib);
}

TEST_F(MachineMemory, IsNothingWhereNobodySays) {
  EXPECT_EQ(machine_memory_bytes(root_ / "absent"), 0u);
}

TEST_F(MachineMemory, IsKnownOfThisMachine) { EXPECT_GT(machine_memory_bytes(), 16 * mib); }

}  // namespace
}  // namespace mailrail::server
