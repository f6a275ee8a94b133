#include "server/limits.h"

#include <limits>

#include <gtest/gtest.h>

#include "log/frame.h"

namespace mailrail::server {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

TEST(MemoryLimit, IsAQuarterOfTheMachineWithinBounds) {
  EXPECT_EQ(default_memory_limit(2048 * mib), 512 * mib);
  EXPECT_EQ(default_memory_limit(64 * 1024 * mib), 1024 * mib);
  EXPECT_EQ(default_memory_limit(128 * mib), 64 * mib);
  EXPECT_EQ(default_memory_limit(0), 1024 * mib);
}

TEST(MemoryLimit, TakesTheBudgetsBesideItAlong) {
  const Limits ample{.memory_bytes_max = 64 * 1024 * mib};
  const Limits usual{.memory_bytes_max = 1024 * mib};
  const Limits least{.memory_bytes_max = memory_bytes_min};

  for (const Limits& each : {ample, usual}) {
    EXPECT_EQ(each.recent_bytes_max(), 8 * mib);
    EXPECT_EQ(each.read_bytes_max(), 64 * mib);
    EXPECT_EQ(each.request_bytes_max(), 256 * mib);
  }
  EXPECT_EQ(least.recent_bytes_max(), mib / 2);
  EXPECT_EQ(least.read_bytes_max(), 4 * mib);
  EXPECT_EQ(least.request_bytes_max(), 16 * mib);
}

Volume volume_with(std::uint64_t total, std::uint64_t available, std::uint64_t taken = 0) {
  return {.capacity = {.total_bytes = total, .available_bytes = available},
          .taken_bytes = taken,
          .directory = "/data"};
}

TEST(DiskShare, IsThatOfTheVolume) {
  const auto share = [](std::uint64_t bytes) {
    return VolumeShare{.bytes = bytes, .limit = DiskLimit::share_of_volume};
  };
  EXPECT_EQ(share_of(volume_with(1000 * mib, 1000 * mib), 80), share(800 * mib));
  EXPECT_EQ(share_of(volume_with(1000 * mib, 1000 * mib), 100), share(1000 * mib));
}

TEST(DiskShare, IsNotWhatOthersHaveTaken) {
  const auto left = [](std::uint64_t bytes) {
    return VolumeShare{.bytes = bytes, .limit = DiskLimit::left_on_volume};
  };
  EXPECT_EQ(share_of(volume_with(4000 * mib, 900 * mib), 80), left(900 * mib));
  EXPECT_EQ(share_of(volume_with(4000 * mib, 900 * mib, 600 * mib), 80), left(1500 * mib));
  EXPECT_EQ(share_of(volume_with(4000 * mib, 0, 100 * mib), 80), left(disk_bytes_min));
}

TEST(DiskShare, IsEverythingWhereTheFileSystemTellsNoSize) {
  EXPECT_EQ(share_of({}, 80), (VolumeShare{.bytes = std::numeric_limits<std::uint64_t>::max()}));
}

TEST(DiskShare, RefusesAVolumeThatIsTooSmall) {
  const auto share = share_of(volume_with(500 * mib, 500 * mib), 80);

  ASSERT_FALSE(share);
  EXPECT_EQ(share.error().message,
            "80 % of the volume of /data are 400 MiB, and mailrail needs at least 512 MiB. Choose "
            "a directory on a larger volume with --data DIR, or say --disk-limit.");
}

TEST(DiskBytes, MustFitTheVolume) {
  EXPECT_TRUE(expect_fits(1000 * mib, volume_with(1000 * mib, 1 * mib)));
  EXPECT_TRUE(expect_fits(1000 * mib, {}));
  const Result<void> fits = expect_fits(1001 * mib, volume_with(1000 * mib, 1000 * mib));

  ASSERT_FALSE(fits);
  EXPECT_EQ(fits.error().message,
            "The disk limit is 1001 MiB, but the volume of /data has only 1000 MiB. Say a smaller "
            "--disk-limit, or choose a directory on a larger volume with --data DIR.");
}

TEST(DiskBytes, DecidesHowLongSegmentsAre) {
  const Limits small{.disk_bytes_max = disk_bytes_min};
  const Limits large{.disk_bytes_max = 4096 * mib};

  EXPECT_EQ(small.segment_bytes(), 16 * mib);
  EXPECT_EQ(large.segment_bytes(), 64 * mib);
  EXPECT_EQ(small.payload_bytes_max(), 4 * mib);
  EXPECT_EQ(large.payload_bytes_max(), log::frame_bytes_max);
  EXPECT_TRUE(small.expect_room_for(small.segment_bytes()));
  EXPECT_TRUE(large.expect_room_for(large.segment_bytes()));
}

TEST(DiskBytes, MustHaveRoomForTheSegmentsThatThereAre) {
  const Limits small{.disk_bytes_max = disk_bytes_min};
  const Result<void> room = small.expect_room_for(64 * mib);

  ASSERT_FALSE(room);
  EXPECT_EQ(room.error().message,
            "The disk limit is 512 MiB, but the log was begun with segments of 64 MiB and needs at "
            "least 1 GiB. Say a larger --disk-limit.");
}

TEST(DiskBytes, OfAVolumeThatOthersHaveFilledRefuseNoStart) {
  const VolumeShare share = *share_of(volume_with(8000 * mib, 600 * mib, 128 * mib), 80);
  const Limits limits{.disk_bytes_max = share.bytes, .disk_limit = share.limit};

  EXPECT_EQ(limits.disk_bytes_max, 728 * mib);
  EXPECT_TRUE(limits.expect_room_for(64 * mib));
}

TEST(Warning, IsGivenBeforeTheLimitOfALogInADatabase) {
  const std::uint64_t limit = std::uint64_t{10} << 30;

  EXPECT_EQ(warning_of({.log_bytes = std::uint64_t{7} << 30}, limit), std::nullopt);
  const auto warning = warning_of(
      {.log_bytes = std::uint64_t{7} << 30, .checkpoint_bytes = std::uint64_t{1} << 30}, limit);
  ASSERT_TRUE(warning);
  EXPECT_NE(warning->find("8 GiB of the 10 GiB"), std::string::npos) << *warning;
}

}  // namespace
}  // namespace mailrail::server
