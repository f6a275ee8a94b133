#include "sqs/receive.h"

#include <gtest/gtest.h>

namespace mailrail::sqs {
namespace {

engine::ReceivedMessage received(std::uint64_t seq) {
  return {.queue = QueueId(1), .seq = Seq(seq), .receive_count = 2};
}

TEST(ReceiveMessage, GivesItsLeasesBackWhenItsAnswerIsLost) {
  const ReceiveMessage::Decided decided{.messages = {received(5), received(6)}};

  const std::vector<engine::ReceiptHandle> leases = ReceiveMessage::leases(decided);

  ASSERT_EQ(leases.size(), 2u);
  EXPECT_EQ(leases[1], (engine::ReceiptHandle{QueueId(1), Seq(6), 2}));
}

// The client may hold the messages by another answer to the same attempt, or ask for them again.
TEST(ReceiveMessage, GivesNothingBackThatWasAskedForWithAnAttemptId) {
  const ReceiveMessage::Decided decided{.messages = {received(5)}, .is_repeatable = true};

  EXPECT_TRUE(ReceiveMessage::leases(decided).empty());
}

}  // namespace
}  // namespace mailrail::sqs
