#include "cli/limit_options.h"

#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

server::Options applied(const LimitOptions& given) {
  const auto options = with_limits({}, given);
  EXPECT_TRUE(options) << options.error().message;
  return options.value_or(server::Options{});
}

std::string refusal(const LimitOptions& given) {
  const auto options = with_limits({}, given);
  return options ? "" : options.error().message;
}

TEST(LimitOptions, LeaveTheDefaultsWhenNothingIsSaid) {
  EXPECT_EQ(applied({}).memory_bytes_max, 0u);
  EXPECT_EQ(applied({}).disk_bytes_max, 0u);
  EXPECT_EQ(applied({}).disk_percent, 80u);
}

TEST(LimitOptions, AreSizes) {
  const server::Options options = applied({.memory = "64MiB", .disk = "20GB"});

  EXPECT_EQ(options.memory_bytes_max, 64 * mib);
  EXPECT_EQ(options.disk_bytes_max, 20'000'000'000u);
}

TEST(LimitOptions, MayBeAShareOfTheVolume) {
  for (const std::uint32_t each : {1u, 55u, 100u}) {
    const server::Options options = applied({.disk = std::to_string(each) + "%"});
    EXPECT_EQ(options.disk_bytes_max, 0u);
    EXPECT_EQ(options.disk_percent, each);
  }
}

TEST(LimitOptions, AreRefusedWithWhatWouldBeRight) {
  EXPECT_EQ(refusal({.memory = "512"}),
            "--memory-limit must be a size like 512MiB or 1GiB (a whole number with KiB, MiB, GiB, "
            "TiB, KB, MB, GB or TB), not \"512\".");
  EXPECT_EQ(refusal({.disk = "lots"}),
            "--disk-limit must be a size like 20GB or 512MiB (a whole number with KiB, MiB, GiB, "
            "TiB, KB, MB, GB or TB), or a share of the volume from 1% to 100%, not \"lots\".");
  for (const char* each : {"0%", "101%", "%", "8.5%", "-5%", "80 %", "80%%"})
    EXPECT_NE(refusal({.disk = each}), "") << each;
  EXPECT_NE(refusal({.memory = "25%"}), "");
  EXPECT_NE(refusal({.memory = ""}), "");
}

TEST(LimitOptions, HaveLeastValues) {
  EXPECT_EQ(refusal({.memory = "63MiB"}), "--memory-limit must be at least 64 MiB, not 63 MiB.");
  EXPECT_EQ(refusal({.disk = "511MiB"}), "--disk-limit must be at least 512 MiB, not 511 MiB.");
  EXPECT_EQ(refusal({.memory = "64MiB", .disk = "512MiB"}), "");
}

}  // namespace
}  // namespace mailrail::cli
