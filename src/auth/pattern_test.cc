#include "auth/pattern.h"

#include <string>

#include <gtest/gtest.h>

namespace mailrail::auth {
namespace {

bool like(std::string_view text, std::string_view pattern, Case letters = Case::matters) {
  Effort effort(1'000'000'000);
  return is_like(text, pattern, letters, effort);
}

bool like_arn(std::string_view arn, std::string_view pattern) {
  Effort effort(1'000);
  return is_like_arn(arn, pattern, effort);
}

TEST(Pattern, HasAsterisksForAnyTextAndQuestionMarksForCharacters) {
  EXPECT_TRUE(like("", ""));
  EXPECT_TRUE(like("", "*"));
  EXPECT_TRUE(like("", "**"));
  EXPECT_FALSE(like("", "?"));
  EXPECT_TRUE(like("abc", "abc"));
  EXPECT_TRUE(like("abc", "a*"));
  EXPECT_TRUE(like("abc", "*c"));
  EXPECT_TRUE(like("abc", "*b*"));
  EXPECT_TRUE(like("abc", "a?c"));
  EXPECT_TRUE(like("abcbc", "a*bc"));
  EXPECT_TRUE(like("aXbXXc", "a*b*c"));
  EXPECT_FALSE(like("abc", "ab"));
  EXPECT_FALSE(like("ab", "abc"));
  EXPECT_FALSE(like("abc", "a*b"));
  EXPECT_FALSE(like("abc", "a?b"));
  EXPECT_FALSE(like("aXcXb", "a*b*c"));
  EXPECT_FALSE(like("abc", "ABC"));
  EXPECT_TRUE(like("SendMessage", "sendM*", Case::ignored));
}

TEST(Pattern, TakesACharacterBeyondAsciiAsOne) {
  EXPECT_TRUE(like("aé€c", "a??c"));
  EXPECT_FALSE(like("aéc", "a??c"));
  EXPECT_TRUE(like("é€c", "*?c"));
}

// With a step back for every asterisk this one would not end in a lifetime.
TEST(Pattern, IsTriedFromTheLastAsteriskOnly) {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";

  EXPECT_FALSE(like(std::string(4000, 'a'), pattern + "b"));
  EXPECT_TRUE(like(std::string(4000, 'a'), pattern));
}

TEST(Pattern, ComesToAnEndWhenTheEffortIsSpent) {
  const std::string text(1000, 'a');
  const std::string pattern = "*" + std::string(500, 'a') + "b*";
  Effort small(10'000);
  Effort large(1'000'000);

  EXPECT_FALSE(is_like(text, pattern, Case::matters, small));
  EXPECT_TRUE(small.is_spent());
  EXPECT_FALSE(is_like("a", "a", Case::matters, small));
  EXPECT_FALSE(is_like(text, pattern, Case::matters, large));
  EXPECT_FALSE(large.is_spent());
}

TEST(Pattern, OfAnArnEndsAtEachColon) {
  constexpr std::string_view arn = "arn:aws:sns:us-east-1:000000000000:news:5";

  EXPECT_TRUE(like_arn(arn, arn));
  EXPECT_TRUE(like_arn(arn, "arn:aws:sns:*:*:news*"));
  EXPECT_TRUE(like_arn(arn, "arn:*:sns:us-e?s?-1:0*:*:5"));
  EXPECT_FALSE(like_arn(arn, "arn:aws:sns:us-east-1:000000000000:news"));
  EXPECT_FALSE(like_arn(arn, "arn:*:000000000000:news:5"));
  EXPECT_FALSE(like_arn(arn, "arn:aws:sqs:*:*:*"));
}

TEST(Pattern, OfAnArnHasAsterisksForPartsThatItLeavesOut) {
  constexpr std::string_view arn = "arn:aws:sns:us-east-1:000000000000:news";

  EXPECT_TRUE(like_arn(arn, "*"));
  EXPECT_TRUE(like_arn(arn, "arn:aws:sns"));
  EXPECT_TRUE(like_arn(arn, "arn:aws:sns:*"));
  EXPECT_FALSE(like_arn(arn, "arn:aws:sqs"));
  EXPECT_FALSE(like_arn(arn, ""));
  EXPECT_FALSE(like_arn("news", "*"));
}

}  // namespace
}  // namespace mailrail::auth
