#include "cli/outgoing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

using testing::ElementsAre;
using testing::Key;

TEST(Outgoing, IsReadFromWhatOtherCommandsPrint) {
  const auto message = outgoing_of(
      R"({"MessageId": "m", "Body": "hi", "ReceiptHandle": "r",
          "Attributes": {"MessageGroupId": "room-1", "MessageDeduplicationId": "d",
                         "SentTimestamp": "1", "AWSTraceHeader": "Root=1"},
          "MessageAttributes": {"store": {"DataType": "String", "StringValue": "fans"}}})");

  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->message_body, "hi");
  EXPECT_EQ(message->message_group_id, "room-1");
  EXPECT_EQ(message->message_deduplication_id, "d");
  EXPECT_EQ(message->message_attributes.at("store").string_value, "fans");
  EXPECT_THAT(message->message_system_attributes, ElementsAre(Key("AWSTraceHeader")));
}

TEST(Outgoing, IsReadFromWhatAwsTakes) {
  const auto message = outgoing_of(
      R"({"MessageBody": "", "MessageGroupId": "g", "MessageDeduplicationId": "d",
          "DelaySeconds": 5})");

  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message->message_body, "");
  EXPECT_EQ(message->message_group_id, "g");
  EXPECT_EQ(message->message_deduplication_id, "d");
  EXPECT_EQ(message->delay_seconds, 5);
}

TEST(Outgoing, SaysWhatIsWrongWithALine) {
  EXPECT_EQ(outgoing_of("{}").error(), (Error{&errors::usage, "It has no Body."}));
  EXPECT_EQ(outgoing_of(R"({"Body": 1})").error().message, "Body must be a string, not a number.");
  EXPECT_THAT(outgoing_of("hello").error().message, testing::HasSubstr("is not valid JSON"));
}

TEST(Outgoing, IsSentOnWithItsGroupAndItsAttributes) {
  const Outgoing message = outgoing_of(
      sqs::Message{.message_id = "m",
                   .receipt_handle = "r",
                   .md5_of_body = {},
                   .body = "hi",
                   .attributes = {{"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}},
                   .md5_of_message_attributes = {},
                   .message_attributes = {{"a", {.string_value = "b", .data_type = "String"}}}});

  EXPECT_EQ(message.message_body, "hi");
  EXPECT_EQ(message.message_group_id, "g");
  EXPECT_EQ(message.message_deduplication_id, std::nullopt);
  EXPECT_EQ(message.message_attributes.at("a").string_value, "b");
}

TEST(Batch, HasRoomForTenMessagesOfAMebibyteTogether) {
  Batch batch;
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(batch.has_room_for({.message_body = "x"}));
    batch.add({.message_body = "x"});
  }
  EXPECT_FALSE(batch.has_room_for({.message_body = "x"}));

  Batch large;
  large.add({.message_body = std::string(1'000'000, 'x')});
  EXPECT_TRUE(large.has_room_for({.message_body = std::string(48'576, 'x')}));
  EXPECT_FALSE(large.has_room_for({.message_body = std::string(48'577, 'x')}));
}

}  // namespace
}  // namespace mailrail::cli
