#include "base/nearest.h"

#include <array>

#include <gtest/gtest.h>

namespace mailrail {
namespace {

const std::array<std::string, 4> names{"disk_limit", "memory_limit", "listen", "log"};

TEST(Nearest, IsTheNameWithTheFewestSlips) {
  EXPECT_EQ(nearest("disk_limt", names), "disk_limit");
  EXPECT_EQ(nearest("dsik_limit", names), "disk_limit");
  EXPECT_EQ(nearest("memory_limits", names), "memory_limit");
  EXPECT_EQ(nearest("lisTen", names), "listen");
  EXPECT_EQ(nearest("log", names), "log");
}

TEST(Nearest, IsNothingWhenMoreThanAThirdIsWrong) {
  EXPECT_EQ(nearest("colour", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000'000, 'x'), names), std::nullopt);
}

TEST(Nearest, AllowsOneSlipInAShortName) {
  EXPECT_EQ(nearest("lo", names), "log");
  EXPECT_EQ(nearest("lgo", names), "log");
}

TEST(DidYouMean, IsASentenceOrNothing) {
  EXPECT_EQ(did_you_mean("lsiten", names), " Did you mean \"listen\"?");
  EXPECT_EQ(did_you_mean("colour", names), "");
}

}  // namespace
}  // namespace mailrail
