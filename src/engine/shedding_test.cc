#include "engine/shedding.h"

#include <limits>

#include <gtest/gtest.h>

namespace mailrail::engine {
namespace {

TEST(Shedding, GoesOnFromLooksToLongPollsToSends) {
  const auto at = [](std::uint64_t used) {
    return shed_at({.used_bytes = used, .limit_bytes = 1000});
  };

  EXPECT_EQ(at(0), Shed::nothing);
  EXPECT_EQ(at(949), Shed::nothing);
  EXPECT_EQ(at(950), Shed::looks);
  EXPECT_EQ(at(979), Shed::looks);
  EXPECT_EQ(at(980), Shed::long_polls);
  EXPECT_EQ(at(999), Shed::long_polls);
  EXPECT_EQ(at(1000), Shed::sends);
  EXPECT_EQ(at(2000), Shed::sends);
}

TEST(Shedding, IsForWhoHasALimit) {
  constexpr auto none = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(shed_at({.used_bytes = std::uint64_t{1} << 40, .limit_bytes = none}), Shed::nothing);
}

}  // namespace
}  // namespace mailrail::engine
