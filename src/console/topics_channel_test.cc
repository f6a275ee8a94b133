#include "console/topics_channel.h"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "console/console_testing.h"

namespace mailrail::console {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TopicsChannelTest : public ConsoleTest {
 protected:
  TopicId create_topic(const std::string& name) {
    return engine.create_topic(turn, named(name), {}, {});
  }
  void subscribe(TopicId topic, engine::Protocol protocol, const std::string& endpoint) {
    engine.subscribe(turn, {.topic = topic,
                            .protocol = protocol,
                            .endpoint = endpoint,
                            .state = engine::SubscriptionState::confirmed});
  }

  TopicsChannel channel{traffic};
};

TEST_F(TopicsChannelTest, TellsTopicsAndTheirSubscriptions) {
  subscribe(create_topic("news"), engine::Protocol::http, "http://endpoint");

  look(channel);

  EXPECT_THAT(channel.news(),
              AllOf(HasSubstr(R"({"Topics":[{"TopicArn":"arn:aws:sns:us-east-1:000000000000:news",)"
                              R"("Published":0,"Delivered":0,"Filtered":0,"Failed":0}])"),
                    HasSubstr(R"("Protocol":"http","Endpoint":"http://endpoint",)"
                              R"("Confirmed":true,"Pending":0}]})")));
  EXPECT_EQ(channel.whole(), channel.news());
}

TEST_F(TopicsChannelTest, TellsNothingWhileNothingChanges) {
  create_topic("news");
  look(channel);
  const std::string before = channel.whole();

  look(channel);

  EXPECT_EQ(channel.news(), "");
  EXPECT_EQ(channel.whole(), before);
}

TEST_F(TopicsChannelTest, ShowsAKeyItsOwn) {
  create_topic("a-news");
  create_topic("b-news");
  auth::Grant grant = *viewer_of({});
  grant.topics = {"a-*"};

  look(channel, context(std::make_shared<const auth::Grant>(std::move(grant))));

  EXPECT_EQ(channel.refusal(), "");
  EXPECT_THAT(channel.news(), AllOf(HasSubstr("a-news"), Not(HasSubstr("b-news"))));
}

TEST_F(TopicsChannelTest, RefusesWhoMayNotListThem) {
  auth::Grant grant = *viewer_of({});
  grant.roles = {auth::Role::send};

  look(channel, context(std::make_shared<const auth::Grant>(std::move(grant))));

  EXPECT_THAT(channel.refusal(), HasSubstr("ListSubscriptions"));
  EXPECT_EQ(channel.news(), "");
}

TEST_F(TopicsChannelTest, TakesSeveralTurnsForMany) {
  for (int i = 0; i < 600; ++i) create_topic(fmt::format("t{}", i));
  TopicsQuestion question(context(), traffic);

  EXPECT_EQ(answer(question), 3);
  EXPECT_THAT(question.text(), AllOf(HasSubstr(":t0\""), HasSubstr(":t599\"")));
}

}  // namespace
}  // namespace mailrail::console
