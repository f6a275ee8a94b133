#include "sns/prepared_message.h"

#include <string>

#include <gtest/gtest.h>

#include "sns/sns_testing.h"

namespace mailrail::sns {
namespace {

using namespace std::literals;

class PreparedMessageTest : public SnsTest {};

std::string every_byte_of_ascii() {
  std::string text;
  for (char each = 1; each > 0; ++each) text += each;
  return text;
}

// Attributes as a queue counts them when they are delivered raw.
std::size_t counted(const api::TopicMessage& message) {
  std::size_t bytes = message.body.size();
  for (const auto& each : message.attributes)
    bytes += each.name.size() + each.data_type.size() + each.value.size();
  return bytes;
}

// The queue's limit is compared with a size that was known before the message was published.
TEST_F(PreparedMessageTest, KnowsItsSizeInAQueueToTheByte) {
  const MessageAttributes attributes = {{"a", string_attribute("v")},
                                        {"b", binary_attribute("\0\x01\xff"s)},
                                        {"b2", binary_attribute("1234")},
                                        {"n", string_attribute("-1.5e3", "Number")},
                                        {"quoted", string_attribute("\"\\\n\x01 é€😀")}};
  for (const std::string& topic_name : {"news"s, "news.fifo"s}) {
    const engine::Topic& topic =
        create_topic(topic_name, {.content_based_deduplication = topic_name.contains('.')});
    const QueueId enveloped = create_queue("enveloped-" + topic_name);
    const QueueId raw = create_queue("raw-" + topic_name);
    subscribe(topic, "enveloped-" + topic_name);
    subscribe(topic, "raw-" + topic_name, {.is_raw = true});
    int number = 0;
    for (const std::string& text :
         {"x"s, every_byte_of_ascii(), "\0"s, "é€😀\u2028\u007f"s, "\"\\/\b\f\n\r\t"s,
          std::string(100'000, '"'), R"({"default": "d", "sqs": "own \u0001 text"})"s}) {
      for (const MessageAttributes& each : {MessageAttributes(), attributes}) {
        PublishInput input = input_to(topic, text);
        input.message_attributes = each;
        if (topic.attributes.is_fifo) input.message_group_id = "g" + std::to_string(number);
        if (topic.attributes.is_fifo) input.message_deduplication_id = std::to_string(number);
        if (number % 2 == 0) input.subject = "A \"subject\" é";
        if (text.front() == '{') input.message_structure = "json";
        context.endpoint = number % 3 == 0 ? "http://[::1]:4566" : "https://mail.example";
        ++number;
        const PreparedMessage message =
            prepare_message(draft_of(input), topic.name, "messageAttributes", context);
        const PreparedForm& form = message.form_for(engine::Protocol::sqs);

        ASSERT_TRUE(publish(input)) << publish(input).error().message;

        const auto in_envelope = received(enveloped);
        ASSERT_EQ(in_envelope.size(), 1u);
        EXPECT_EQ(in_envelope[0].body.size(), form.enveloped_bytes) << text.substr(0, 80);
        const auto alone = received(raw);
        ASSERT_EQ(alone.size(), 1u);
        EXPECT_EQ(alone[0].body.size(), form.raw_text_bytes);
        EXPECT_EQ(counted(alone[0]), form.raw_bytes);
        EXPECT_EQ(alone[0].attributes.size(), message.attribute_count);
      }
    }
  }
}

TEST_F(PreparedMessageTest, CountsBytesOfTextAndAttributes) {
  const auto bytes = [&](PublishInput input) { return prepare(input).counted_bytes; };

  EXPECT_EQ(bytes({.message = "hi"}), 2u);
  EXPECT_EQ(bytes({.message = "é€😀"}), 9u);
  EXPECT_EQ(bytes({.message = "hi", .subject = "not counted"}), 2u);
  EXPECT_EQ(bytes({.message = "hi", .message_attributes = {{"a", string_attribute("vv")}}}),
            2u + 1 + 6 + 2);
  EXPECT_EQ(bytes({.message = "hi", .message_attributes = {{"ab", binary_attribute("\0\1\2"s)}}}),
            2u + 2 + 6 + 3);
  // The whole of it, whichever text a queue gets.
  EXPECT_EQ(bytes({.message = R"({"default":"d"})", .message_structure = "json"}), 15u);
}

TEST_F(PreparedMessageTest, MayBeAsLongAsItsTopicLetsItBe) {
  const engine::Topic topic{.attributes = {.message_bytes_max = 1024}};
  PublishInput input{.message = std::string(1015, 'x'),
                     .message_attributes = {{"a", string_attribute("vv")}}};

  EXPECT_TRUE(check_for_topic(topic, prepare(input)));
  input.message->push_back('x');
  EXPECT_EQ(check_for_topic(topic, prepare(input)).error().message,
            "Invalid parameter: Message too long");
}

TEST_F(PreparedMessageTest, HasASubjectOfAtMostAHundredCharacters) {
  const auto is_subject = [&](std::string subject) {
    return prepare({.message = "hi", .subject = std::move(subject)}).contents.has_value();
  };
  std::string long_one;
  for (int i = 0; i < 100; ++i) long_one += "€";

  EXPECT_TRUE(is_subject(long_one));
  EXPECT_FALSE(is_subject(long_one + "x"));
  EXPECT_FALSE(is_subject(""));
  for (const std::string& control : {"\n"s, "\t"s, "\0"s, "\x1f"s, "\x7f"s})
    EXPECT_FALSE(is_subject("a" + control + "b"));
}

TEST_F(PreparedMessageTest, HasIdsOfAtMost128CharactersWithoutSpaces) {
  const auto are_ids = [&](std::string group, std::string deduplication_id) {
    return prepare({.message = "hi",
                    .message_deduplication_id = std::move(deduplication_id),
                    .message_group_id = std::move(group)})
        .ids.has_value();
  };

  EXPECT_TRUE(are_ids(std::string(128, '~'), std::string(128, '!')));
  EXPECT_FALSE(are_ids(std::string(129, 'g'), "d"));
  EXPECT_FALSE(are_ids("g", std::string(129, 'd')));
  EXPECT_FALSE(are_ids("g g", "d"));
  EXPECT_FALSE(are_ids("g", "é"));
  EXPECT_TRUE(are_ids("", ""));
}

TEST_F(PreparedMessageTest, ReadsATextForEachProtocolFromJson) {
  const auto text_bytes = [&](std::string message) {
    const PreparedMessage prepared =
        prepare({.message = std::move(message), .message_structure = "json"});
    return prepared.structure
               ? std::to_string(prepared.form_for(engine::Protocol::sqs).raw_text_bytes)
               : prepared.structure.error().message;
  };
  const std::string no_json =
      "Invalid parameter: Message Structure - JSON message body failed to parse";
  const std::string no_default =
      "Invalid parameter: Message Structure - No default entry in JSON message body";

  EXPECT_EQ(text_bytes(R"({"default":"four"})"), "4");
  EXPECT_EQ(text_bytes(R"({"default":"four","sqs":""})"), "0");
  EXPECT_EQ(text_bytes(R"({"default":"four","sqs":{"a":1},"http":"x"})"), "4");
  EXPECT_EQ(text_bytes(R"({"sqs":"s"})"), no_default);
  EXPECT_EQ(text_bytes(R"({"Default":"s"})"), no_default);
  EXPECT_EQ(text_bytes(R"({"default":["s"]})"), no_default);
  EXPECT_EQ(text_bytes(R"({"default":"s"} x)"), no_json);
  EXPECT_EQ(text_bytes(R"("default")"), no_json);
  const auto nested = [](std::size_t depth) {
    return R"({"default":"four","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(text_bytes(nested(511)), "4");
  EXPECT_EQ(text_bytes(nested(512)), no_json);
}

TEST_F(PreparedMessageTest, IsNotEncodedIfAnythingIsWrongWithIt) {
  EXPECT_FALSE(prepare({.message = "hi"}).record.empty());
  EXPECT_TRUE(prepare({.message = "hi", .subject = "\n"}).record.empty());
  EXPECT_TRUE(prepare({.message = "hi", .message_structure = "json"}).record.empty());
  EXPECT_TRUE(prepare({.message = "hi", .message_group_id = " "}).record.empty());
  EXPECT_TRUE(prepare({.message = "hi", .message_attributes = {{"", string_attribute("v")}}})
                  .record.empty());
}

TEST_F(PreparedMessageTest, PassesATraceOnUnlessItIsTooLong) {
  const auto trace_of = [&](std::size_t size) {
    context.trace_header = std::string(size, 't');
    const PreparedMessage message = prepare({.message = "hi"});
    return decode_publication(message.record)->trace_header.size();
  };

  EXPECT_EQ(trace_of(1024), 1024u);
  EXPECT_EQ(trace_of(1025), 0u);
}

}  // namespace
}  // namespace mailrail::sns
