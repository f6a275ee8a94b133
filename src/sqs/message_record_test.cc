#include "sqs/message_record.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace mailrail::sqs {
namespace {

MessageRecord example() {
  MessageRecord record{.body = "hello",
                       .body_md5 = md5("hello"),
                       .attributes = {},
                       .sender_id = "AKID",
                       .trace_header = "Root=1"};
  record.attributes["number"] = {.string_value = "1", .data_type = "Number"};
  record.attributes["bytes"] = {.binary_value = Blob{std::string("\0\x01", 2)},
                                .data_type = "Binary.raw"};
  return record;
}

TEST(MessageRecord, ReadsBackWhatWasWritten) {
  const std::string bytes = encode_record(example());

  const Result<MessageRecord> record = decode_record(bytes);

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->body, "hello");
  EXPECT_EQ(record->body_md5, md5("hello"));
  EXPECT_EQ(record->attributes, example().attributes);
  EXPECT_EQ(record->sender_id, "AKID");
  EXPECT_EQ(record->trace_header, "Root=1");
}

TEST(MessageRecord, GetsTheDigestOfItsBodyLater) {
  MessageRecord without = example();
  without.body_md5 = {};
  std::string bytes = encode_record(without);

  std::ranges::copy(md5("hello"), digest_place(bytes).begin());

  EXPECT_EQ(bytes, encode_record(example()));
  EXPECT_EQ(digest_in(bytes), md5("hello"));
}

TEST(MessageRecord, RefusesEveryTruncation) {
  const std::string bytes = encode_record(example());

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_record(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
}

}  // namespace
}  // namespace mailrail::sqs
