#include "sns/tags.h"

#include <gtest/gtest.h>

namespace mailrail::sns {
namespace {

std::string told(const auto& result) {
  return result ? "none"
                : std::string(result.error().kind->query_code) + ": " + result.error().message;
}

std::string told_of(const Tag& tag) { return told(checked_tags(std::span(&tag, 1))); }

TEST(TopicTags, HaveKeysAndValuesOfSomeLength) {
  const std::string longest(128, 'k');

  EXPECT_EQ(told_of({.key = longest, .value = ""}), "none");
  EXPECT_EQ(told_of({.key = "\u00e9" + longest.substr(1), .value = std::string(256, 'v')}), "none");
  EXPECT_EQ(told_of({.key = longest + "k", .value = ""}),
            "ValidationError: 1 validation error detected: Value '" + longest +
                "k' at 'tags.1.member.key' failed to satisfy constraint: Member must have length "
                "less than or equal to 128");
  EXPECT_EQ(told_of({.key = "", .value = "v"}),
            "ValidationError: 1 validation error detected: Value '' at 'tags.1.member.key' failed "
            "to satisfy constraint: Member must have length greater than or equal to 1");
  EXPECT_TRUE(told_of({.key = "k", .value = std::string(257, 'v')})
                  .ends_with("at 'tags.1.member.value' failed to satisfy constraint: Member must "
                             "have length less than or equal to 256"));
}

TEST(TopicTags, HaveEachKeyOnce) {
  const Tag twice[] = {
      {.key = "a", .value = "1"}, {.key = "A", .value = "2"}, {.key = "a", .value = "1"}};

  EXPECT_EQ(told(checked_tags(twice)),
            "InvalidParameter: Invalid parameter: Duplicated keys are not allowed.");
  EXPECT_EQ(checked_tags(std::span(twice).first(2)), (TagMap{{"a", "1"}, {"A", "2"}}));
}

TEST(TopicTags, LeaveAwsItsOwn) {
  EXPECT_EQ(
      told_of({.key = "AWS:cost", .value = ""}),
      "InvalidParameter: Invalid parameter: Tags Reason: Tag keys must not start with 'aws:'");
  EXPECT_EQ(told_of({.key = "aws", .value = ""}), "none");
}

TEST(TopicTags, AreFiftyAtMost) {
  EXPECT_EQ(told(check_tag_count(50)), "none");
  EXPECT_EQ(told(check_tag_count(51)),
            "TagLimitExceeded: Could not complete request: tag quota of per resource exceeded");
}

TEST(TopicTagKeys, AreNamedByTheirPlace) {
  EXPECT_EQ(told(check_tag_keys(std::vector<std::string>{"a", std::string(129, 'k')})),
            "ValidationError: 1 validation error detected: Value '" + std::string(129, 'k') +
                "' at 'tagKeys.2.member' failed to satisfy constraint: Member must have length "
                "less than or equal to 128");
  EXPECT_EQ(told(check_tag_keys({})),
            "InvalidParameter: Invalid parameter: TagKeys Reason: no value for required parameter");
}

}  // namespace
}  // namespace mailrail::sns
