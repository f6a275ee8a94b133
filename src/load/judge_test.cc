#include "load/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::load {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Time start = Time(100s);

// Messages of a run, as the load generator would see them.
struct Story {
  // Begins with so many acknowledged messages of one conversation.
  explicit Story(Order order, int messages = 0) : judge(order) {
    for (int i = 0; i < messages; ++i) send_acknowledged();
  }

  std::uint64_t send(std::uint32_t group = 0) {
    judge.sent(group, now);
    return judge.sent_count() - 1;
  }
  std::uint64_t send_acknowledged(std::uint32_t group = 0) {
    const std::uint64_t number = send(group);
    judge.acknowledged(number);
    return number;
  }
  void receive(std::uint64_t number, std::uint64_t by) {
    judge.received(number, {.receive = by, .until = now + 30s}, now);
  }
  void remove(std::uint64_t number) {
    judge.deleting(number);
    judge.deleted(number);
  }

  Judge judge;
  Time now = start;
};

TEST(LoadJudge, FindsNothingWhereAllIsWell) {
  for (const Order order : {Order::standard, Order::fifo}) {
    Story story(order);
    for (std::uint32_t i = 0; i < 100; ++i) {
      const std::uint64_t number = story.send_acknowledged(i % 7);
      story.receive(number, i);
      story.remove(number);
    }

    EXPECT_EQ(story.judge.outstanding(), 0U);
    EXPECT_EQ(story.judge.finish().violations(), 0U);
    EXPECT_EQ(story.judge.verdict().acknowledged, 100U);
    EXPECT_EQ(story.judge.verdict().received, 100U);
  }
}

TEST(LoadJudge, SaysWhenAMessageWasDueAtItsFirstReceiveOnly) {
  Story story(Order::standard, 1);
  story.now += 5s;

  EXPECT_EQ(story.judge.received(0, {.receive = 1, .until = story.now + 30s}, story.now), start);
  EXPECT_EQ(story.judge.received(0, {.receive = 2, .until = story.now + 30s}, story.now),
            std::nullopt);
}

TEST(LoadJudge, FindsALostMessage) {
  Story story(Order::standard, 2);
  story.receive(1, 1);
  story.remove(1);

  EXPECT_EQ(story.judge.outstanding(), 1U);
  EXPECT_EQ(story.judge.finish().lost, 1U);
  EXPECT_THAT(story.judge.verdict().examples,
              ElementsAre(HasSubstr("message 0 was acknowledged and never came")));
}

TEST(LoadJudge, MissesNoMessageThatWasNeverAcknowledged) {
  Story story(Order::standard);
  story.judge.unanswered(story.send());
  story.judge.unanswered(story.send());
  story.receive(1, 1);
  story.remove(1);

  EXPECT_EQ(story.judge.outstanding(), 0U);
  EXPECT_EQ(story.judge.finish().violations(), 0U);
}

TEST(LoadJudge, FindsAMessageThatComesAgainWhileItIsInFlight) {
  Story story(Order::standard, 1);
  story.receive(0, 1);
  story.now += 29s;
  story.receive(0, 2);

  EXPECT_EQ(story.judge.verdict().repeated, 1U);
  EXPECT_THAT(story.judge.verdict().examples,
              ElementsAre(HasSubstr("before its visibility timeout had ended")));
}

TEST(LoadJudge, FindsAMessageThatComesTwiceInOneReceive) {
  for (const Order order : {Order::standard, Order::fifo}) {
    Story story(order, 1);
    story.receive(0, 1);
    story.receive(0, 1);

    EXPECT_EQ(story.judge.verdict().repeated, 1U);
  }
}

TEST(LoadJudge, TakesAMessageThatComesAgainAfterItsTimeoutForGranted) {
  for (const Order order : {Order::standard, Order::fifo}) {
    Story story(order, 1);
    story.receive(0, 1);
    story.now += 30s;
    story.receive(0, 2);
    story.remove(0);

    EXPECT_EQ(story.judge.finish().violations(), 0U);
    EXPECT_EQ(story.judge.verdict().received, 1U);
  }
}

TEST(LoadJudge, FindsAMessageThatComesAgainAfterItWasDeleted) {
  Story story(Order::standard);
  const std::uint64_t number = story.send();
  story.receive(number, 1);
  story.remove(number);
  story.now += 1h;
  story.receive(number, 2);

  EXPECT_EQ(story.judge.verdict().repeated, 1U);
  EXPECT_THAT(story.judge.verdict().examples,
              ElementsAre(HasSubstr("after its delete was acknowledged")));
}

TEST(LoadJudge, FindsAMessageThatComesAgainAfterItWasForgotten) {
  for (const std::uint64_t number : {0U, 1U}) {
    Story story(Order::fifo, 2);
    story.receive(number, 1);
    story.remove(number);
    story.now += 1h;
    story.receive(number, 2);

    EXPECT_EQ(story.judge.verdict().repeated, 1U);
    EXPECT_THAT(story.judge.verdict().examples,
                ElementsAre(HasSubstr("came again after it was received and deleted")));
  }
}

TEST(LoadJudge, FindsAMessageThatComesAgainWhileItIsBeingDeleted) {
  Story story(Order::fifo, 1);
  story.receive(0, 1);
  story.judge.deleting(0);
  story.receive(0, 2);

  EXPECT_EQ(story.judge.verdict().repeated, 1U);
  EXPECT_EQ(story.judge.verdict().overlapping, 0U);
}

TEST(LoadJudge, AccusesNobodyElseOfWhatCameAgainWhileItWasBeingDeleted) {
  Story story(Order::fifo, 2);
  story.receive(0, 1);
  story.judge.deleting(0);
  story.receive(0, 2);
  story.judge.deleted(0);
  story.receive(1, 3);

  EXPECT_EQ(story.judge.verdict().repeated, 1U);
  EXPECT_EQ(story.judge.verdict().overlapping, 0U);
}

TEST(LoadJudge, FindsMessagesOfAConversationInTheWrongOrder) {
  Story story(Order::fifo);
  for (int i = 0; i < 3; ++i) story.send_acknowledged(5);
  for (const std::uint64_t number : {0U, 2U, 1U}) {
    story.receive(number, number);
    story.remove(number);
  }

  EXPECT_EQ(story.judge.finish().out_of_order, 1U);
  EXPECT_EQ(story.judge.verdict().violations(), 1U);
  EXPECT_THAT(story.judge.verdict().examples,
              ElementsAre(HasSubstr("message 1, number 2 of conversation 5, came after number 3")));
}

TEST(LoadJudge, ExpectsNoOrderOfAMessageWithoutAnAnswer) {
  Story story(Order::fifo);
  story.judge.unanswered(story.send());
  story.send_acknowledged();
  story.receive(1, 1);
  story.remove(1);
  story.receive(0, 2);

  EXPECT_EQ(story.judge.verdict().violations(), 0U);
}

TEST(LoadJudge, FindsTheWrongOrderWithinOneReceive) {
  Story story(Order::fifo, 2);
  story.receive(1, 1);
  story.receive(0, 1);

  EXPECT_EQ(story.judge.verdict().out_of_order, 1U);
  EXPECT_EQ(story.judge.verdict().overlapping, 0U);
}

TEST(LoadJudge, ExpectsNoOrderOfDifferentConversations) {
  Story story(Order::fifo);
  story.send_acknowledged(1);
  story.send_acknowledged(2);
  story.receive(1, 1);
  story.receive(0, 2);

  EXPECT_EQ(story.judge.verdict().violations(), 0U);
}

TEST(LoadJudge, ExpectsNoOrderOfAStandardQueue) {
  Story story(Order::standard, 2);
  story.receive(1, 1);
  story.receive(0, 2);

  EXPECT_EQ(story.judge.verdict().violations(), 0U);
}

TEST(LoadJudge, FindsAConversationWithTwoConsumersAtOnce) {
  Story story(Order::fifo, 2);
  story.receive(0, 1);
  story.receive(1, 2);

  EXPECT_EQ(story.judge.verdict().overlapping, 1U);
  EXPECT_EQ(story.judge.verdict().violations(), 1U);
  EXPECT_THAT(story.judge.verdict().examples,
              ElementsAre(HasSubstr("while another consumer had one of them")));
}

TEST(LoadJudge, LetsOneReceiveBringSeveralOfAConversation) {
  Story story(Order::fifo, 2);
  story.receive(0, 1);
  story.receive(1, 1);

  EXPECT_EQ(story.judge.verdict().violations(), 0U);
}

TEST(LoadJudge, LetsTheNextConsumerHaveAConversationOnceItsDeletesHaveLeft) {
  Story story(Order::fifo, 2);
  story.receive(0, 1);
  story.judge.deleting(0);
  story.receive(1, 2);

  EXPECT_EQ(story.judge.verdict().violations(), 0U);
}

TEST(LoadJudge, FindsTwoConsumersWhereOnlyOneOfTwoMessagesWasDeleted) {
  Story story(Order::fifo, 3);
  story.receive(0, 1);
  story.receive(1, 1);
  story.judge.deleting(0);
  story.receive(2, 2);

  EXPECT_EQ(story.judge.verdict().overlapping, 1U);
}

TEST(LoadJudge, FindsWhatNobodySent) {
  Story story(Order::standard, 1);
  story.receive(7, 1);
  story.judge.foreign("something else");

  EXPECT_EQ(story.judge.verdict().foreign, 2U);
  EXPECT_THAT(story.judge.verdict().examples,
              ElementsAre(HasSubstr("message 7 came"), HasSubstr("\"something else\"")));
}

TEST(LoadJudge, KnowsAMessageThatIsReceivedBeforeItsSenderKnows) {
  Story story(Order::fifo);
  const std::uint64_t number = story.send();
  story.receive(number, 1);
  story.remove(number);
  story.judge.acknowledged(number);

  EXPECT_EQ(story.judge.outstanding(), 0U);
  EXPECT_EQ(story.judge.finish().violations(), 0U);
}

TEST(LoadJudge, TellsOnlyTheFirstFewExamples) {
  Story story(Order::standard);
  for (int i = 0; i < 100; ++i) story.send_acknowledged();

  EXPECT_EQ(story.judge.finish().lost, 100U);
  EXPECT_EQ(story.judge.verdict().examples.size(), 5U);
}

}  // namespace
}  // namespace mailrail::load
