#include "console/channel.h"

#include <string>

#include <gmock/gmock.h>

#include "console/console_testing.h"

namespace mailrail::console {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = Topic::Kind;

class ChannelTest : public ConsoleTest {
 protected:
  std::unique_ptr<Channel> make(Topic topic, std::optional<std::uint64_t> after = {}) {
    return make_channel(topic, {.traffic = traffic, .recorder = recorder, .activity = activity},
                        after);
  }
  void act(const std::string& what) {
    activity.add({.at = turn.now,
                  .who = "ann",
                  .service = "sqs",
                  .action = what,
                  .target = "q",
                  .code = ""});
  }

  Recorder recorder{traffic};
  Activity activity;
};

TEST_F(ChannelTest, TellsOfQueuesThoseThatChangedAndThoseThatAreGone) {
  const QueueId a = create("a");
  const QueueId b = create("b");
  const auto queues = make({Kind::queues});
  look(*queues);
  EXPECT_THAT(queues->whole(),
              AllOf(HasSubstr(R"("QueueName":"a")"), HasSubstr(R"("QueueName":"b")"),
                    HasSubstr(R"("Gone":[],"Whole":true})")));

  engine.delete_queue(turn, a);
  send(b);
  look(*queues);

  EXPECT_THAT(queues->news(), AllOf(Not(HasSubstr(R"("QueueName":"a")")),
                                    HasSubstr(R"("ApproximateNumberOfMessages":1)"),
                                    HasSubstr(R"("Gone":["a"],"Whole":false})")));
  look(*queues);
  EXPECT_EQ(queues->news(), "");
}

TEST_F(ChannelTest, ShowsAKeyItsOwnQueues) {
  create("a1");
  create("b1");
  const auto queues = make({Kind::queues});

  look(*queues, context(viewer_of({"a*"})));

  EXPECT_THAT(queues->whole(), AllOf(HasSubstr(R"("a1")"), Not(HasSubstr(R"("b1")"))));
}

TEST_F(ChannelTest, TellsConversationsWhenTheyChange) {
  const QueueId queue = create("q.fifo");
  const auto conversations = make({Kind::conversations, "q.fifo"});
  look(*conversations);
  EXPECT_EQ(conversations->whole().find(R"({"QueueName":"q.fifo","Conversations":[])"), 0u);

  send(queue, "ann");
  look(*conversations);

  EXPECT_THAT(conversations->news(), HasSubstr(R"("MessageGroupId":"ann")"));
}

TEST_F(ChannelTest, RefusesWhatIsNotThereAndTellsItOnceItIs) {
  const auto conversations = make({Kind::conversations, "q.fifo"});
  look(*conversations);
  EXPECT_THAT(conversations->refusal(), HasSubstr("does not exist"));
  EXPECT_EQ(conversations->news(), "");

  create("q.fifo");
  look(*conversations);

  EXPECT_EQ(conversations->refusal(), "");
  EXPECT_NE(conversations->news(), "");
}

TEST_F(ChannelTest, TailsFromNowOnOrFromANumber) {
  const QueueId queue = create("q");
  send(queue);
  const auto from_now = make({Kind::tail, "q"});
  const auto from_first = make({Kind::tail, "q"}, 0);
  look(*from_now);
  look(*from_first);
  EXPECT_EQ(from_now->whole(), R"({"QueueName":"q","Events":[],"Dropped":)");
  EXPECT_EQ(from_first->events(), 1u);

  send(queue);
  look(*from_now);

  EXPECT_THAT(from_now->news(), HasSubstr(R"("Events":[{"Kind":"sent")"));
  EXPECT_EQ(from_now->position(), 2u);
}

TEST_F(ChannelTest, TellsFiftyEventsOfATailAndCountsTheOthers) {
  const QueueId queue = create("q");
  const auto tail = make({Kind::tail});
  look(*tail);

  for (int i = 0; i < 60; ++i) send(queue);
  look(*tail);

  EXPECT_EQ(tail->events() + tail->left_out(), 60u);
  EXPECT_EQ(tail->events(), 50u);
}

TEST_F(ChannelTest, TellsActivityWholeAndThenWhatIsNew) {
  const auto channel = make({Kind::activity});
  act("CreateQueue");
  look(*channel);
  EXPECT_THAT(channel->news(), HasSubstr("CreateQueue"));

  act("PurgeQueue");
  look(*channel);

  EXPECT_THAT(channel->news(), AllOf(HasSubstr("PurgeQueue"), Not(HasSubstr("CreateQueue"))));
  act("DeleteQueue");  // Which the next look tells.
  EXPECT_THAT(channel->whole(), AllOf(HasSubstr(R"("Whole":true)"), HasSubstr("CreateQueue"),
                                      HasSubstr("PurgeQueue"), Not(HasSubstr("DeleteQueue"))));
}

TEST_F(ChannelTest, RefusesWhatIsAboutAllToWhoMaySeeSome) {
  const auto viewer = viewer_of({"a*"});
  for (const Topic& each : {Topic{Kind::activity}, Topic{Kind::history}, Topic{Kind::server}}) {
    const auto channel = make(each);

    look(*channel, context(viewer));

    EXPECT_THAT(channel->refusal(), HasSubstr("not authorized")) << text_of(each);
  }
}

TEST_F(ChannelTest, TellsEachSecondOfAHistoryOnce) {
  create("q");
  const auto history = make({Kind::history, "q"});
  const std::unique_ptr<Sample> sample = recorder.next_sample();
  answer(*sample);
  recorder.take(*sample, turn.now);

  look(*history);
  EXPECT_THAT(history->news(), HasSubstr(R"({"QueueName":"q","Start":)"));
  look(*history);

  EXPECT_EQ(history->news(), "");
  EXPECT_THAT(history->whole(), HasSubstr(R"("Visible":[0])"));
}

TEST_F(ChannelTest, HidesAQueueThatAKeyIsNotFor) {
  create("b1");
  QueueQuestion unseen(context(viewer_of({"a*"})), "b1");
  QueueQuestion missing(context(viewer_of({"a*"})), "b2");
  answer(unseen);
  answer(missing);

  EXPECT_EQ(unseen.found().error().message, "There is no queue b1 that this key may see.");
  EXPECT_EQ(missing.found().error().message, "There is no queue b2 that this key may see.");
}

}  // namespace
}  // namespace mailrail::console
