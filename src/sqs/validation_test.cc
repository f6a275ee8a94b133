#include "sqs/validation.h"

#include <gtest/gtest.h>

#include "sqs/arn.h"
#include "sqs/batch_shapes.h"
#include "sqs/errors.h"
#include "sqs/limits.h"

namespace mailrail::sqs {
namespace {

Error error_of(const Result<void>& result) {
  EXPECT_FALSE(result);
  return result ? Error{} : result.error();
}

std::vector<DeleteMessageBatchRequestEntry> entries(std::initializer_list<std::string> ids) {
  std::vector<DeleteMessageBatchRequestEntry> made;
  for (const std::string& id : ids) made.push_back({.id = id});
  return made;
}

TEST(QueueName, HasOneToEightyLettersDigitsHyphensAndUnderscores) {
  EXPECT_TRUE(check_queue_name("Orders_2-b", QueueType::standard));
  EXPECT_TRUE(check_queue_name(std::string(80, 'q'), QueueType::standard));
  for (const std::string& name : {std::string(), std::string(81, 'q'), std::string("a/b"),
                                  std::string("a.b"), std::string("\u00fc")}) {
    EXPECT_EQ(error_of(check_queue_name(name, QueueType::standard)),
              (Error{&errors::invalid_parameter_value,
                     "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 "
                     "in length"}))
        << name;
  }
}

TEST(QueueName, EndsWithFifoIfAndOnlyIfTheQueueIsFifo) {
  EXPECT_TRUE(check_queue_name("orders.fifo", QueueType::fifo));
  EXPECT_TRUE(check_queue_name(std::string(75, 'q') + ".fifo", QueueType::fifo));
  EXPECT_FALSE(check_queue_name(std::string(76, 'q') + ".fifo", QueueType::fifo));
  EXPECT_FALSE(check_queue_name("orders.fifo", QueueType::standard));
  EXPECT_FALSE(check_queue_name("orders", QueueType::fifo));
  EXPECT_FALSE(check_queue_name(".fifo", QueueType::fifo));
  EXPECT_FALSE(check_queue_name("a.fifo.fifo", QueueType::fifo));
}

TEST(Token, HasUpTo128CharactersOfAsciiWithoutSpaces) {
  EXPECT_TRUE(check_token("MessageGroupId", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~aZ9"));
  EXPECT_TRUE(check_token("MessageGroupId", std::string(128, 'g')));
  EXPECT_EQ(error_of(check_token("MessageGroupId", "a b")),
            (Error{&errors::invalid_parameter_value,
                   "Value a b for parameter MessageGroupId is invalid. Reason: MessageGroupId can "
                   "only include "
                   "alphanumeric and punctuation characters. 1 to 128 in length."}));
  EXPECT_FALSE(check_token("MessageDeduplicationId", ""));
  EXPECT_FALSE(check_token("MessageDeduplicationId", std::string(129, 'd')));
  EXPECT_FALSE(check_token("MessageDeduplicationId", "\u00e9"));
}

TEST(ErrorText, RepeatsALongValueInPart) {
  const std::string message =
      error_of(check_token("MessageGroupId", "x" + std::string(1 << 20, 'y') + " ")).message;

  EXPECT_LT(message.size(), 1400u);
  EXPECT_EQ(errors::shown(std::string(1023, 'x') + "\u00e9"), std::string(1023, 'x'));
}

TEST(MessageBody, IsNotEmpty) {
  EXPECT_EQ(error_of(check_message_body("")),
            (Error{&api::errors::missing_required_parameter,
                   "The request must contain the parameter MessageBody."}));
}

TEST(MessageBody, HoldsEveryCharacterThatAwsAccepts) {
  EXPECT_TRUE(check_message_body("\t\n\r ~\x7f\u0080\uD7FF\uE000\uFFFD\U00010000\U0010FFFF\uEFFF"));
}

TEST(MessageBody, HoldsNoOther) {
  EXPECT_EQ(error_of(check_message_body(std::string_view("ok\0", 3))),
            (Error{&errors::invalid_message_contents,
                   "Invalid binary character '#x0' was found in the message body, the set of "
                   "allowed characters is #x9 | "
                   "#xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"}));
  EXPECT_EQ(first_forbidden_character("a\x08"), U'\x08');
  EXPECT_EQ(first_forbidden_character("a\x13\x08"), U'\x13');
  EXPECT_EQ(first_forbidden_character("a\uFFFE"), U'\uFFFE');
  EXPECT_EQ(first_forbidden_character("a\uFFFF"), U'\uFFFF');
}

TEST(MessageBody, IsLookedAtToItsLastByte) {
  for (const std::size_t length : {63, 64, 65, 127, 128, 129, 200}) {
    for (std::size_t place = 0; place < length; ++place) {
      std::string text(length, 'x');
      EXPECT_EQ(first_forbidden_character(text), std::nullopt);
      text[place] = '\n';
      EXPECT_EQ(first_forbidden_character(text), std::nullopt) << place << " of " << length;
      text[place] = '\x1f';
      EXPECT_EQ(first_forbidden_character(text), U'\x1f') << place << " of " << length;
      text.replace(place, 1, "\uFFFE");
      EXPECT_EQ(first_forbidden_character(text), U'\uFFFE') << place << " of " << length;
      text.replace(place, 3, "\uFFFD");
      EXPECT_EQ(first_forbidden_character(text), std::nullopt) << place << " of " << length;
    }
  }
}

TEST(MessageBytes, ReachTheMaximumAndNoMore) {
  EXPECT_TRUE(check_message_bytes(1024, 1024, MessageFrom::single_send));
  EXPECT_EQ(
      error_of(check_message_bytes(1025, 1024, MessageFrom::single_send)),
      (Error{
          &errors::invalid_parameter_value,
          "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."}));
  EXPECT_EQ(error_of(check_message_bytes(1025, 1024, MessageFrom::batch_entry)).message,
            "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 "
            "bytes.");
}

TEST(BatchBytes, ReachOneMebibyteAndNoMore) {
  EXPECT_TRUE(check_batch_bytes(1'048'576));
  EXPECT_EQ(
      error_of(check_batch_bytes(1'048'577)),
      (Error{&errors::batch_request_too_long,
             "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."}));
}

TEST(Ranges, AreChecked) {
  EXPECT_TRUE(check_delay_seconds(std::nullopt));
  EXPECT_TRUE(check_delay_seconds(0));
  EXPECT_TRUE(check_delay_seconds(900));
  EXPECT_FALSE(check_delay_seconds(901));
  EXPECT_TRUE(check_visibility_timeout(43'200));
  EXPECT_FALSE(check_visibility_timeout(-1));
  EXPECT_TRUE(check_max_results(1000));
  EXPECT_FALSE(check_receive_visibility_timeout(-1));
  EXPECT_EQ(error_of(check_receive_visibility_timeout(43'201)).message,
            "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= "
            "43200, if provided.");
  EXPECT_EQ(error_of(check_max_results(0)).message,
            "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer "
            "between 1 and 1000.");
  EXPECT_EQ(error_of(check_max_number_of_messages(11)).message,
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and "
            "10, if provided.");
  EXPECT_EQ(error_of(check_wait_time_seconds(-1)).message,
            "Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if "
            "provided.");
}

TEST(Batch, HasOneToTenEntries) {
  EXPECT_EQ(error_of(check_batch("DeleteMessageBatch", entries({}))),
            (Error{&errors::empty_batch_request,
                   "There should be at least one DeleteMessageBatchRequestEntry in the request."}));
  EXPECT_TRUE(check_batch("DeleteMessageBatch",
                          entries({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"})));
  EXPECT_EQ(error_of(check_batch("DeleteMessageBatch", entries({"1", "2", "3", "4", "5", "6", "7",
                                                                "8", "9", "10", "10"}))),
            (Error{&errors::too_many_entries_in_batch_request,
                   "Maximum number of entries per request are 10. You have sent 11."}));
}

TEST(Batch, HasValidIds) {
  EXPECT_TRUE(check_batch("DeleteMessageBatch", entries({"a-Z_9", std::string(80, 'i')})));
  for (const std::string& id : {std::string(), std::string("a:b"), std::string(81, 'i')}) {
    EXPECT_EQ(error_of(check_batch("DeleteMessageBatch", entries({"ok", id}))),
              (Error{&errors::invalid_batch_entry_id,
                     "A batch entry id can only contain alphanumeric characters, hyphens and "
                     "underscores. It can be at "
                     "most 80 letters long."}));
  }
}

TEST(Batch, HasDistinctIds) {
  EXPECT_EQ(error_of(check_batch("DeleteMessageBatch", entries({"a", "b", "a"}))),
            (Error{&errors::batch_entry_ids_not_distinct, "Id a repeated."}));
}

TEST(Tags, HaveKeysAndValuesThatAwsTakes) {
  EXPECT_TRUE(check_tags({{"cost center/\u00fc_.:=+-@", ""}, {"k", std::string(256, 'v')}}));
  EXPECT_TRUE(check_tags({{"awsome", "x"}}));
  EXPECT_FALSE(check_tags({{"", "x"}}));
  EXPECT_FALSE(check_tags({{"AWS:x", "x"}}));
  EXPECT_FALSE(check_tags({{"k", "<"}}));
  EXPECT_FALSE(check_tags({{std::string(129, 'k'), ""}}));
  EXPECT_FALSE(check_tags({{"k", std::string(257, 'v')}}));
}

TEST(Tags, WhoseKeysHaveAWrongLengthAreRefusedInAwsWords) {
  const Error wrong_length{&errors::invalid_parameter_value,
                           "Tag keys must be between 1 and 128 characters in length."};

  for (const std::string& key : {std::string(), std::string(129, 'k')}) {
    EXPECT_EQ(error_of(check_tags({{key, "x"}})), wrong_length);
    EXPECT_EQ(error_of(check_tag_keys(std::vector{key})), wrong_length);
  }
}

TEST(Tags, AreAtMostFiftyOnAQueue) {
  EXPECT_TRUE(check_tag_count("q", 50));
  EXPECT_EQ(error_of(check_tag_count("q", 51)),
            (Error{&errors::invalid_parameter_value,
                   "Too many tags added for queue q. Maximum number of tags is 50."}));
}

TEST(Tags, AreTakenAwayByKeysOfTheirLength) {
  EXPECT_TRUE(check_tag_keys(std::vector<std::string>{"aws:x", "*", std::string(128, 'k')}));
  EXPECT_FALSE(check_tag_keys(std::vector<std::string>{"k", ""}));
  EXPECT_FALSE(check_tag_keys(std::vector<std::string>{std::string(129, 'k')}));
}

TEST(SystemAttributeNames, AreKnownOnes) {
  EXPECT_TRUE(check_message_system_attribute_names(std::vector<std::string>{
      "All", "SenderId", "AWSTraceHeader", "DeadLetterQueueSourceArn", "VisibilityTimeout"}));
  EXPECT_EQ(error_of(check_message_system_attribute_names(std::vector<std::string>{"Foo"})),
            (Error{&errors::invalid_attribute_name, "Unknown Attribute Foo."}));
}

TEST(QueueArn, ReadsWhatItWrites) {
  for (const std::string_view region : {"us-east-1", "cn-north-1", "us-gov-west-1"}) {
    const engine::QueueName name{
        .region = std::string(region), .account = "000000000000", .name = "q.fifo"};

    EXPECT_EQ(parse_queue_arn(queue_arn(name)), name);
  }
  EXPECT_EQ(queue_arn({.region = "us-east-1", .account = "000000000000", .name = "q"}),
            "arn:aws:sqs:us-east-1:000000000000:q");
}

TEST(QueueArn, IsNothingElse) {
  for (const std::string_view arn :
       {"", "q", "arn:aws:sqs:us-east-1:000000000000", "arn:aws:sqs:us-east-1:000000000000:",
        "arn:aws:sqs:us-east-1:0:q", "arn:aws:sns:us-east-1:000000000000:q",
        "arn:aws:sqs:us-east-1:000000000000:q:r", "arn:aws:sqs::000000000000:q",
        "arn:aws-cn:sqs:us-east-1:000000000000:q", "http://localhost/000000000000/q"}) {
    EXPECT_EQ(parse_queue_arn(arn), std::nullopt) << arn;
  }
}

}  // namespace
}  // namespace mailrail::sqs
