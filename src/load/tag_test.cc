#include "load/tag.h"

#include <gtest/gtest.h>

namespace mailrail::load {
namespace {

std::string tagged(const Tag& tag, std::uint64_t number) {
  std::string text;
  tag.append(text, number);
  return text;
}

TEST(LoadTag, IsKnownAgain) {
  const Tag tag("5e1f09ab");

  EXPECT_EQ(tagged(tag, 123), "5e1f09ab.000000000123.");
  EXPECT_EQ(tagged(tag, 123).size(), tag_bytes);
  for (const std::uint64_t number : {0ULL, 9ULL, 123ULL, 999'999'999'999ULL})
    EXPECT_EQ(tag.number_in(tagged(tag, number) + "and more"), number);
}

TEST(LoadTag, IsNotThatOfAnotherRun) {
  EXPECT_EQ(Tag("5e1f09ab").number_in(tagged(Tag("5e1f09ac"), 7)), std::nullopt);
}

TEST(LoadTag, IsNotFoundInWhatOnlyLooksLikeIt) {
  const Tag tag("5e1f09ab");
  for (const std::string_view each :
       {"", "5e1f09ab", "5e1f09ab.00000000012.x", "5e1f09ab.0000000001 3.", "5e1f09ab.000000000123",
        "5e1f09ab-000000000123.", "5e1f09ab.-00000000123."})
    EXPECT_EQ(tag.number_in(each), std::nullopt) << each;
}

}  // namespace
}  // namespace mailrail::load
