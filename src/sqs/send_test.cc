#include "sqs/send.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "api/errors.h"
#include "engine/engine_testing.h"
#include "engine/surroundings_testing.h"

namespace mailrail::sqs {
namespace {

class SendBatch : public engine::EngineTest {
 protected:
  Result<SendMessageBatch::Decided> send_three(QueueId queue) {
    SendMessageBatchInput input;
    for (const std::string id : {"a", "b", "c"}) {
      SendMessageBatchRequestEntry& entry = input.entries.emplace_back();
      entry.id = id;
      entry.message_body = "body";
    }
    SendMessageBatch::Prepared prepared =
        SendMessageBatch::prepare(std::move(input), api::Context());
    prepared.queue.name = engine.find_queue(queue)->name;
    return SendMessageBatch::decide(engine, turn, prepared).value;
  }
};

// A client would send again what was recorded, if it were told that all of it had failed.
TEST_F(SendBatch, FailsOnlyTheEntriesThatComeAfterALimitIsReached) {
  const QueueId queue = create("q");
  const engine::NoMemoryLeft after_one(engine);
  turn.surroundings = &after_one;

  const auto sent = send_three(queue);

  ASSERT_TRUE(sent.has_value());
  EXPECT_TRUE((*sent)[0].has_value());
  for (const std::size_t each : {1, 2}) {
    ASSERT_FALSE((*sent)[each].has_value());
    EXPECT_EQ((*sent)[each].error().kind, &api::errors::memory_is_full);
  }
  EXPECT_EQ(receive(queue).size(), 1u);
}

TEST_F(SendBatch, FailsAsAWholeWhereItBeginsAtALimit) {
  const QueueId queue = create("q");
  const engine::FakeSurroundings full;
  turn.surroundings = &full;

  const auto sent = send_three(queue);

  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().kind, &api::errors::memory_is_full);
  EXPECT_TRUE(receive(queue).empty());
}

}  // namespace
}  // namespace mailrail::sqs
