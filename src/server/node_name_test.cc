#include "server/node_name.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/sim_disk.h"

namespace mailrail::server {
namespace {

TEST(NodeName, IsMadeUpOnceAndKept) {
  sim::SimDisk disk(1);
  SeededRandom random(1);

  const auto name = node_name(disk, random);

  ASSERT_TRUE(name) << name.error().message;
  EXPECT_EQ(name->size(), 16u);
  EXPECT_EQ(*node_name(disk, random), *name);
}

TEST(NodeName, IsNotGuessedFromAFileThatHoldsSomethingElse) {
  sim::SimDisk disk(1);
  SeededRandom random(1);
  const std::array<std::string_view, 1> pieces = {"0123"};
  ASSERT_TRUE((*disk.create_file("node"))->write_at(0, pieces));

  const auto name = node_name(disk, random);

  ASSERT_FALSE(name);
  EXPECT_THAT(name.error().message, testing::HasSubstr("/node does not hold the name of a node"));
}

}  // namespace
}  // namespace mailrail::server
