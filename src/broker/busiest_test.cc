#include "broker/busiest.h"

#include <string>

#include <gtest/gtest.h>

namespace mailrail::broker {
namespace {

// So many of "a" among messages of as many other groups as there are.
void add(Busiest& busiest, std::uint32_t of_a) {
  for (std::uint32_t i = 0; i < Busiest::looked_at; ++i) {
    const bool is_a = i * of_a / Busiest::looked_at != (i + 1) * of_a / Busiest::looked_at;
    busiest.add(is_a ? "a" : std::to_string(i));
  }
}

TEST(Busiest, IsWhoHasMoreThanHalfOfAThousandMessages) {
  Busiest busiest;

  add(busiest, 700);

  ASSERT_TRUE(busiest.found());
  EXPECT_EQ(busiest.found()->group, "a");
  EXPECT_GT(busiest.found()->messages, 500u);
  EXPECT_LE(busiest.found()->messages, 700u);
}

TEST(Busiest, IsNobodyWhoHasLess) {
  Busiest busiest;

  add(busiest, 490);

  EXPECT_FALSE(busiest.found());
}

TEST(Busiest, IsNobodyWhereThousandsOfNoGroupAre) {
  Busiest busiest;

  for (std::uint32_t i = 0; i < Busiest::looked_at; ++i) busiest.add("");

  EXPECT_FALSE(busiest.found());
}

TEST(Busiest, IsLookedForAnew) {
  Busiest busiest;
  for (std::uint32_t i = 1; i < Busiest::looked_at; ++i) busiest.add("a");
  EXPECT_FALSE(busiest.found()) << "not all of them have come";
  busiest.add("a");
  EXPECT_TRUE(busiest.found());

  add(busiest, 0);

  EXPECT_FALSE(busiest.found());
}

}  // namespace
}  // namespace mailrail::broker
