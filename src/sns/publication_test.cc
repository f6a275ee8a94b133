#include "sns/publication.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace mailrail::sns {
namespace {

using namespace std::literals;

Publication example() {
  return {.region = "us-east-1",
          .account = "000000000000",
          .topic = "news",
          .endpoint = "http://localhost:9324",
          .trace_header = "Root=1",
          .subject = "Hello",
          .attributes =
              {{.name = "a", .data_type = "Number", .value = "1"},
               {.name = "b", .data_type = "Binary.raw", .value = "\0\x01"sv, .is_binary = true}},
          .texts_by_protocol = {{engine::Protocol::sqs, "s"}, {engine::Protocol::https, "h"}},
          .text = "hello",
          .signature_version = SignatureVersion::sha256};
}

// What the record ends with that it has not always had.
constexpr std::size_t younger_bytes = 2;

TEST(Publication, ReadsBackWhatWasWritten) {
  const std::string bytes = encode_publication(example());

  const Result<Publication> read = decode_publication(bytes);

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->topic_name(), example().topic_name());
  EXPECT_EQ(read->endpoint, "http://localhost:9324");
  EXPECT_EQ(read->trace_header, "Root=1");
  EXPECT_EQ(read->subject, "Hello");
  EXPECT_EQ(read->attributes, example().attributes);
  EXPECT_EQ(read->text_for(engine::Protocol::sqs), "s");
  EXPECT_EQ(read->text_for(engine::Protocol::http), "hello");
  EXPECT_EQ(read->text_for(engine::Protocol::https), "h");
  EXPECT_EQ(read->kind, PublicationKind::notification);
  EXPECT_EQ(read->signature_version, SignatureVersion::sha256);
}

TEST(Publication, OfConfirmationsHasATopicAndAnEndpoint) {
  for (const PublicationKind kind :
       {PublicationKind::subscription_confirmation, PublicationKind::unsubscribe_confirmation}) {
    const std::string bytes =
        encode_confirmation(kind, example().topic_name(), "http://localhost:9324");

    const Result<Publication> read = decode_publication(bytes);

    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->kind, kind);
    EXPECT_EQ(read->topic_name(), example().topic_name());
    EXPECT_EQ(read->endpoint, "http://localhost:9324");
    EXPECT_EQ(read->text, "");
  }
}

TEST(Publication, GetsItsSignatureVersionLater) {
  std::string bytes = encode_publication(example());
  set_signature_version(bytes, SignatureVersion::sha1);

  const Result<Publication> read = decode_publication(bytes);

  EXPECT_EQ(read->signature_version, SignatureVersion::sha1);
  EXPECT_EQ(read->text, "hello");
}

TEST(Publication, OfOldIsANotificationOfTheFirstVersion) {
  std::string bytes = encode_publication(example());
  bytes.resize(bytes.size() - younger_bytes);

  const Result<Publication> read = decode_publication(bytes);

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kind, PublicationKind::notification);
  EXPECT_EQ(read->signature_version, SignatureVersion::sha1);
}

// On disk for ever.
TEST(Publication, HasTheseBytes) {
  const std::string bytes = encode_publication(
      {.region = "r",
       .account = "a",
       .topic = "t",
       .endpoint = "e",
       .trace_header = "",
       .subject = "s",
       .attributes = {{.name = "n", .data_type = "Binary", .value = "v", .is_binary = true}},
       .texts_by_protocol = {{engine::Protocol::https, "h"}},
       .text = "hi"});

  EXPECT_EQ(bytes,
            "\x01\x01r\x01"
            "a\x01t\x01"
            "e\0\x01s\x01\x01n\x06"
            "Binary\x02\x01v\x01\x03\x01h\x02hi\0\x01"s);
}

TEST(Publication, RefusesEveryTruncation) {
  const std::string bytes = encode_publication(example());

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (size == bytes.size() - younger_bytes) continue;
    EXPECT_FALSE(decode_publication(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
}

TEST(Publication, RefusesKindsAndSignatureVersionsThatThereAreNot) {
  std::string bytes = encode_publication(example());
  bytes.back() = 3;
  EXPECT_FALSE(decode_publication(bytes).has_value());

  bytes = encode_publication(example());
  bytes[bytes.size() - 2] = 3;
  EXPECT_FALSE(decode_publication(bytes).has_value());
}

TEST(Publication, RefusesAnotherVersion) {
  std::string bytes = encode_publication(example());
  bytes[0] = 2;

  EXPECT_FALSE(decode_publication(bytes).has_value());
}

}  // namespace
}  // namespace mailrail::sns
