#include "base/size.h"

#include <limits>

#include <gtest/gtest.h>

namespace mailrail {
namespace {

TEST(Size, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(parse_size("512MiB"), std::uint64_t{512} << 20);
  EXPECT_EQ(parse_size("1GiB"), std::uint64_t{1} << 30);
  EXPECT_EQ(parse_size("3 TiB"), std::uint64_t{3} << 40);
  EXPECT_EQ(parse_size("7KiB"), 7u * 1024);
  EXPECT_EQ(parse_size("20GB"), 20'000'000'000u);
  EXPECT_EQ(parse_size("5kb"), 5'000u);
  EXPECT_EQ(parse_size("6mb"), 6'000'000u);
  EXPECT_EQ(parse_size("2tb"), 2'000'000'000'000u);
}

TEST(Size, IsNothingThatWouldHaveToBeGuessed) {
  for (const char* each :
       {"", "512", "MiB", "-1MiB", "+1MiB", "1.5GiB", "1G", "1M", "1Mi", "1 MiB ", " 1MiB",
        "1  MiB", "1MiB2", "1MiBs", "80%", "lots", "0x10MiB", "1B"}) {
    EXPECT_EQ(parse_size(each), std::nullopt) << each;
  }
}

TEST(Size, FitsIn64Bits) {
  EXPECT_EQ(parse_size("16777215TiB"), std::uint64_t{16'777'215} << 40);
  EXPECT_EQ(parse_size("16777216TiB"), std::nullopt);
  EXPECT_EQ(parse_size("99999999999999999999KB"), std::nullopt);
}

TEST(Size, IsShownInTheLargestUnitThatLeavesOne) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(1023), "1023 bytes");
  EXPECT_EQ(size_text(1024), "1 KiB");
  EXPECT_EQ(size_text(std::uint64_t{64} << 20), "64 MiB");
  EXPECT_EQ(size_text((std::uint64_t{3} << 30) / 2), "1.5 GiB");
  EXPECT_EQ(size_text((std::uint64_t{1} << 30) - 1), "1 GiB");
  EXPECT_EQ(size_text(20'000'000'000), "18.6 GiB");
  EXPECT_EQ(size_text(std::numeric_limits<std::uint64_t>::max()), "16 EiB");
}

}  // namespace
}  // namespace mailrail
