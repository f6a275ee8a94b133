// Why an event does not match, for `mailrail topics test-filter`.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sns/filter_policy.h"

namespace mailrail::sns {
namespace {

using Reason = FilterMismatchReason;

const std::vector<EventAttribute> attributes = {
    {.name = "store", .data_type = "String", .value = "fans"},
    {.name = "price", .data_type = "Number", .value = "99.12"},
    {.name = "tags", .data_type = "String.Array", .value = R"(["a",7,true,null])"}};

std::optional<FilterMismatch> mismatch(const std::string& policy,
                                       const std::vector<EventAttribute>& with = attributes) {
  return explain_mismatch(*parse_filter_policy(policy, FilterScope::message_attributes),
                          Event("", with));
}

std::string words(const std::string& policy) { return describe(*mismatch(policy)); }

std::string words_of_body(const std::string& policy, const std::string& body) {
  return describe(
      *explain_mismatch(*parse_filter_policy(policy, FilterScope::message_body), Event(body, {})));
}

TEST(FilterExplanation, IsNothingWhereThePolicyMatches) {
  EXPECT_EQ(mismatch(R"({"store":["fans"]})"), std::nullopt);
  EXPECT_EQ(mismatch(R"({"$or":[{"store":["x"]},{"price":[{"numeric":["<",100]}]}]})"),
            std::nullopt);
  EXPECT_EQ(mismatch("{}", {}), std::nullopt);
}

TEST(FilterExplanation, NamesTheFirstKeyAndWhatIsThere) {
  EXPECT_EQ(mismatch(R"({"store":["fans"],"price":[{"numeric":[">",100]}],"none":["x"]})"),
            (FilterMismatch{.reason = Reason::no_value_taken,
                            .key = "price",
                            .condition = R"([{"numeric":[">",100]}])",
                            .found = "99.12"}));
  EXPECT_EQ(words(R"({"price":[{"numeric":[">",100]}]})"),
            R"(price is 99.12, and the policy asks for [{"numeric":[">",100]}])");
  EXPECT_EQ(words(R"({"tags":["b"]})"),
            R"(tags is "a", 7, true, null, and the policy asks for ["b"])");
}

TEST(FilterExplanation, TellsThatAKeyIsAbsent) {
  EXPECT_EQ(
      mismatch(R"({"none":["x"]})"),
      (FilterMismatch{.reason = Reason::key_is_absent, .key = "none", .condition = R"(["x"])"}));
  EXPECT_EQ(words(R"({"none":["x"]})"), R"(none is not there, and the policy asks for ["x"])");
  EXPECT_EQ(words(R"({"store":[{"exists":false}]})"),
            R"(store is "fans", and the policy asks for [{"exists":false}])");
}

TEST(FilterExplanation, TellsThatThereIsNothing) {
  EXPECT_EQ(mismatch(R"({"store":[{"exists":false}]})", {}),
            (FilterMismatch{.reason = Reason::nothing_there}));
  EXPECT_EQ(words_of_body(R"({"store":[{"exists":false}]})", "{}"),
            "the message has nothing to filter by");
  EXPECT_EQ(words_of_body(R"({"store":[{"exists":false}]})", "text"),
            "the body is not a JSON object");
}

TEST(FilterExplanation, NamesThePathOfANestedKey) {
  EXPECT_EQ(words_of_body(R"({"a":{"b":["x"]}})", R"({"a.b":["y","z"]})"),
            R"(a.b is "y", "z", and the policy asks for ["x"])");
}

TEST(FilterExplanation, HasAReasonForEachBranch) {
  EXPECT_EQ(words(R"({"$or":[{"store":["x"]},{"price":[99.12],"none":["y"]}]})"),
            R"(no branch of $or is met: store is "fans", and the policy asks for ["x"]; )"
            R"(none is not there, and the policy asks for ["y"])");
}

TEST(FilterExplanation, IsNotAsLongAsTheMessage) {
  std::string numbers = "1";
  for (int i = 2; i <= 1000; ++i) numbers += "," + std::to_string(i);

  EXPECT_EQ(words_of_body(R"({"a":["x"]})", R"({"a":[)" + numbers + "]}"),
            "a is 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 990 more, and the policy asks for [\"x\"]");
  EXPECT_LT(words_of_body(R"({"a":["x"]})", R"({"a":")" + std::string(100'000, 'y') + "\"}").size(),
            1100u);
}

}  // namespace
}  // namespace mailrail::sns
