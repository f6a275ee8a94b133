#include "admin/why.h"

#include <gtest/gtest.h>

namespace mailrail::admin {
namespace {

using engine::ConversationState;
using engine::MessageState;

constexpr Instant now = from_unix_ms(1'000'000);

class Why : public testing::Test {
 protected:
  std::string sentence() const {
    return why({.conversation = conversation, .queue = queue, .head = "X", .now = now});
  }

  const engine::QueueName queue{.region = "r", .account = "a", .name = "chat.fifo"};
  engine::InspectedConversation conversation{.group = "42"};
};

TEST_F(Why, NamesWhatBlocksAConversationAndWhoHasIt) {
  conversation.state = ConversationState::blocked;
  conversation.since = now - 65s;
  conversation.head.state = MessageState::in_flight;
  conversation.head.message.receive_count = 14;
  conversation.head.receiver = "app-2";
  conversation.head.until = now + 24'001ms;

  EXPECT_EQ(sentence(),
            "Conversation 42 of chat.fifo is blocked for 1 min 5 s by message X, received 14 "
            "times, the last time by app-2, visible again in 25 s.");
}

TEST_F(Why, SaysThatNobodyKnowsWhoHasIt) {
  conversation.state = ConversationState::in_flight;
  conversation.head.state = MessageState::in_flight;
  conversation.head.message.receive_count = 1;
  conversation.head.until = now + 1s;

  EXPECT_EQ(sentence(),
            "Conversation 42 of chat.fifo is with a consumer: message X, received once, by whom "
            "is not known any more, visible again in 1 s.");
}

TEST_F(Why, SaysWhatCanBeDoneAboutDamage) {
  conversation.state = ConversationState::blocked;
  conversation.head.state = MessageState::damaged;

  EXPECT_EQ(sentence(),
            "Conversation 42 of chat.fifo is blocked by message X, which is damaged on disk: park "
            "the conversation, then discard the message or drop it all.");
}

TEST_F(Why, SaysWhatAParkedOneWaitsFor) {
  conversation.state = ConversationState::parked;
  conversation.since = now - 2h;
  conversation.head.state = MessageState::parked;
  conversation.head.message.receive_count = 1;
  conversation.head.receiver = "app-1";

  EXPECT_EQ(sentence(),
            "Conversation 42 of chat.fifo is parked for 2 h 0 min at message X, received once by "
            "app-1: retry, skip or drop it.");
}

TEST_F(Why, TellsAFreeOneFromOneThatIsDelayed) {
  EXPECT_EQ(sentence(),
            "Conversation 42 of chat.fifo is free: the next consumer gets message X, never "
            "received.");

  conversation.head.state = MessageState::delayed;
  conversation.head.until = now + 10s;
  EXPECT_EQ(sentence(), "Conversation 42 of chat.fifo is delayed: message X is visible in 10 s.");
}

TEST(InWords, RoundsUpAndKeepsToTwoUnits) {
  EXPECT_EQ(in_words(Duration(-5)), "0 s");
  EXPECT_EQ(in_words(1ms), "1 s");
  EXPECT_EQ(in_words(60s), "1 min 0 s");
  EXPECT_EQ(in_words(11h + 59min + 30s), "11 h 59 min");
  EXPECT_EQ(in_words(51h), "2 d 3 h");
}

}  // namespace
}  // namespace mailrail::admin
