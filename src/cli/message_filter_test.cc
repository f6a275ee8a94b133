#include "cli/message_filter.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

using boost::json::object;

const object message = {
    {"MessageId", "m-1"},
    {"Body", R"({"user": {"id": 7}, "text": "hello"})"},
    {"Attributes", object{{"MessageGroupId", "room-1"}}},
    {"MessageAttributes",
     object{{"store", object{{"DataType", "String"}, {"StringValue", "fans"}}}}}};

bool lets_through(const std::vector<std::string>& conditions) {
  return MessageFilter::parse(conditions).value().lets_through(message);
}

TEST(MessageFilter, LooksAtMembersAtAttributesAndIntoBodies) {
  EXPECT_TRUE(lets_through({}));
  EXPECT_TRUE(lets_through({"MessageId=m-1", "Attributes.MessageGroupId=room-1"}));
  EXPECT_TRUE(lets_through({"MessageAttributes.store=fans"}));
  EXPECT_TRUE(lets_through({"Body.user.id=7", "Body~hello"}));
  EXPECT_FALSE(lets_through({"MessageId=m-1", "Body.user.id=8"}));
  EXPECT_FALSE(lets_through({"MessageId~2"}));
  EXPECT_FALSE(lets_through({"Body.text.deeper=hello"}));
}

TEST(MessageFilter, SaysWhatIsNoCondition) {
  for (const std::string text : {"", "Body", "=x", "~x"}) {
    const auto filter = MessageFilter::parse({text});
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(filter.error().kind, &errors::usage);
  }
}

}  // namespace
}  // namespace mailrail::cli
