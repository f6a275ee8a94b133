#include "console/consumers_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::console {
namespace {

using ::testing::HasSubstr;

class ConsumersChannelTest : public engine::EngineTest {
 protected:
  ConsumersChannelTest() {
    turn.now = from_unix_ms(1'700'000'000'000);
    traffic.begin_turn(turn.now);
    queue = create("q");
  }

  void receives(const broker::Consumer& who, std::vector<engine::ReceivedMessage> messages = {}) {
    const broker::ConsumerId id = traffic.consumers().asks(queue, who, turn.now);
    traffic.consumers().answered(id, {.messages = messages, .until = turn.now + 30s}, turn.now);
  }

  void look() {
    const auto question = channel.ask({.caller = {.account = "a", .region = "r"}});
    EXPECT_EQ(question->ask(engine, turn), Question::Asked::whole);
    channel.take(turn.now);
  }

  broker::Traffic traffic{engine};
  QueueId queue;
  ConsumersChannel channel{"q", traffic};
};

TEST_F(ConsumersChannelTest, TellsWhatIsKnownOfEach) {
  receives({.address = "10.0.0.2", .user_agent = "Boto3/1.26.27"});
  receives({.address = "10.0.0.1", .user_agent = "worker/1", .key_id = "AKIAANN"},
           {{.queue = queue, .seq = Seq(7), .receive_count = 1}});
  turn.now += 4s;
  traffic.consumers().deleted({.queue = queue, .seq = Seq(7), .generation = 1}, turn.now);

  look();

  EXPECT_EQ(channel.whole(),
            R"({"QueueName":"q","SinceTimestamp":1700000000000,"Consumers":[)"
            R"({"Address":"10.0.0.1","UserAgent":"worker/1","KeyId":"AKIAANN",)"
            R"("FirstSeenTimestamp":1700000000000,"LastSeenTimestamp":1700000000000,"OpenPolls":0,)"
            R"("Receives":1,"EmptyReceives":0,"MessagesReceived":1,"ExpiredLeases":0,)"
            R"("MedianMilliseconds":4000,"RecentReceives":1,"RecentSeconds":4},)"
            R"({"Address":"10.0.0.2","UserAgent":"Boto3/1.26.27",)"
            R"("FirstSeenTimestamp":1700000000000,"LastSeenTimestamp":1700000000000,"OpenPolls":0,)"
            R"("Receives":1,"EmptyReceives":1,"MessagesReceived":0,"ExpiredLeases":0,)"
            R"("RecentReceives":1,"RecentSeconds":4}]})");
}

TEST_F(ConsumersChannelTest, TellsNothingAnewUntilItHasChanged) {
  receives({.address = "10.0.0.1"});
  look();
  EXPECT_EQ(channel.news(), channel.whole());
  turn.now += 1min;
  look();
  EXPECT_THAT(channel.news(), HasSubstr(R"("RecentReceives":0,"RecentSeconds":10)"));

  turn.now += 1min;
  look();

  EXPECT_EQ(channel.news(), "");
}

TEST_F(ConsumersChannelTest, TellsOfAllTheOthersTogetherAtTheEnd) {
  for (std::size_t i = 0; i <= broker::Consumers::of_queue_max; ++i)
    receives({.address = "10.0.0." + std::to_string(i)});

  look();

  const std::string text = channel.whole();
  EXPECT_GT(text.find(R"({"Others":true,"FirstSeen)"), text.rfind("Address"));
}

TEST_F(ConsumersChannelTest, RefusesAQueueThatThereIsNot) {
  receives({.address = "10.0.0.1"});
  look();
  EXPECT_EQ(channel.refusal(), "");

  engine.delete_queue(turn, queue);
  look();

  EXPECT_THAT(channel.refusal(), HasSubstr("There is no queue q that this key may see."));
  EXPECT_EQ(channel.news(), "");
}

}  // namespace
}  // namespace mailrail::console
