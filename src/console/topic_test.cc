#include "console/topic.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::console {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = Topic::Kind;

std::string refusal(std::string_view value) {
  const auto topics = parse_topics(value);
  return topics ? "" : topics.error().message;
}

TEST(Topics, AreNamedOneAfterTheOther) {
  EXPECT_THAT(*parse_topics("server,tail:,tail:orders.fifo,conversations:orders.fifo,server"),
              ElementsAre(Topic{Kind::server}, Topic{Kind::tail}, Topic{Kind::tail, "orders.fifo"},
                          Topic{Kind::conversations, "orders.fifo"}));
}

TEST(Topics, AreSaidAsTheyWereAskedFor) {
  for (const std::string text : {"server", "queues", "topics", "activity", "tail:", "history:q",
                                 "conversations:q.fifo", "consumers:q"})
    EXPECT_EQ(text_of(parse_topics(text)->front()), text);
}

TEST(Topics, AreRefusedWithWhatWouldBeRight) {
  EXPECT_THAT(refusal(""), HasSubstr("There is no topic"));
  EXPECT_THAT(refusal("queue"), HasSubstr("There are server, queues"));
  EXPECT_THAT(refusal("conversations:"), HasSubstr("must be KIND or KIND:QUEUE"));
  EXPECT_THAT(refusal("consumers:"), HasSubstr("must be KIND or KIND:QUEUE"));
  EXPECT_THAT(refusal("server:q"), HasSubstr("must be KIND or KIND:QUEUE"));
  EXPECT_THAT(refusal("tail:a b"), HasSubstr("must be KIND or KIND:QUEUE"));
  EXPECT_THAT(refusal("tail:" + std::string(81, 'a')), HasSubstr("must be KIND or KIND:QUEUE"));
  EXPECT_THAT(refusal("tail:a.b"), HasSubstr("must be KIND or KIND:QUEUE"));
  std::string many = "tail:0";
  for (int i = 1; i <= 16; ++i) many += ",tail:" + std::to_string(i);
  EXPECT_THAT(refusal(many), HasSubstr("at most 16"));
}

}  // namespace
}  // namespace mailrail::console
