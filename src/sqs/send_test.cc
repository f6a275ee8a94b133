#include "sqs/send.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "api/errors.h"
#include "engine/engine_testing.h"
#include "engine/surroundings_testing.h"
#include "sqs/message_record.h"

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
    Md5Batch digests;
    SendMessageBatch::add_texts(prepared, digests);
    digests.write();
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

TEST_F(SendBatch, DigestsOnlyWhatItDoesNotRefuse) {
  SendMessageBatchInput input;
  for (const std::string body : {"first", "\x01", "", "last"}) {
    SendMessageBatchRequestEntry& entry = input.entries.emplace_back();
    entry.id = std::to_string(input.entries.size());
    entry.message_body = body;
  }
  SendMessageBatch::Prepared prepared = SendMessageBatch::prepare(std::move(input), api::Context());
  Md5Batch digests;

  SendMessageBatch::add_texts(prepared, digests);

  EXPECT_EQ(digests.bytes(), std::string("firstlast").size());
  digests.write();
  EXPECT_EQ(digest_in(prepared.entries.front().message.record), md5("first"));
  EXPECT_EQ(digest_in(prepared.entries.back().message.record), md5("last"));
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
