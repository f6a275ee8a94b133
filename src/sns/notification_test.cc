#include "sns/notification.h"

#include <gtest/gtest.h>

#include "signing/signing_testing.h"

namespace mailrail::sns {
namespace {

class Notification : public testing::Test {
 protected:
  Notification() { EXPECT_TRUE(signer.load(signing::test_key_pair())); }

  std::string enveloped_of(const Publication& publication, engine::Protocol protocol) {
    return enveloped(publication, protocol, ids, signer);
  }

  static const Publication fifo_publication;
  static const NotificationIds ids;
  signing::Signer signer;
};

const Publication Notification::fifo_publication{
    .region = "us-east-1",
    .account = "000000000000",
    .topic = "news.fifo",
    .endpoint = "http://localhost:9324",
    .trace_header = "",
    .subject = "",
    .attributes = {},
    .texts_by_protocol = {{engine::Protocol::https, "web\n"}},
    .text = "hi"};

const NotificationIds Notification::ids{.message = "m",
                                        .sequence_number = "00000000000000000007",
                                        .subscription = "s",
                                        .published = from_unix_ms(1'335'390'565'007)};

TEST_F(Notification, IsSpacedAndOrderedAsAwsDoes) {
  EXPECT_EQ(enveloped_of(fifo_publication, engine::Protocol::sqs),
            R"({
  "Type" : "Notification",
  "MessageId" : "m",
  "SequenceNumber" : "00000000000000000007",
  "TopicArn" : "arn:aws:sns:us-east-1:000000000000:news.fifo",
  "Message" : "hi",
  "Timestamp" : "2012-04-25T21:49:25.007Z",
  "UnsubscribeURL" : "http://localhost:9324/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:000000000000:news.fifo:s"
})");
}

TEST_F(Notification, HasTheTextOfItsProtocol) {
  EXPECT_TRUE(enveloped_of(fifo_publication, engine::Protocol::https)
                  .contains("\n  \"Message\" : \"web\\n\",\n"));
}

TEST_F(Notification, IsSignedBeforeTheUrlThatEndsIt) {
  Publication publication = fifo_publication;
  publication.topic = "news";
  const std::string signed_text =
      "Message\nhi\nMessageId\nm\nTimestamp\n2012-04-25T21:49:25.007Z\n"
      "TopicArn\narn:aws:sns:us-east-1:000000000000:news\nType\nNotification\n";
  const std::string end = "\",\n  \"SigningCertURL\" : \"http://localhost:9324/" +
                          signer.key().certificate_name() + "\",\n  \"UnsubscribeURL\" : \"";

  const std::string first = enveloped_of(publication, engine::Protocol::sqs);
  publication.signature_version = SignatureVersion::sha256;
  const std::string second = enveloped_of(publication, engine::Protocol::sqs);

  EXPECT_TRUE(first.contains(
      "\"Timestamp\" : \"2012-04-25T21:49:25.007Z\",\n  \"SignatureVersion\" : \"1\",\n"
      "  \"Signature\" : \"" +
      signer.sign(signing::Hash::sha1, signed_text) + end));
  EXPECT_TRUE(second.contains("\"SignatureVersion\" : \"2\",\n  \"Signature\" : \"" +
                              signer.sign(signing::Hash::sha256, signed_text) + end));
}

TEST_F(Notification, HasItsSubjectSigned) {
  Publication publication = fifo_publication;
  publication.topic = "news";
  publication.subject = "About";

  EXPECT_TRUE(enveloped_of(publication, engine::Protocol::sqs)
                  .contains(signer.sign(
                      signing::Hash::sha1,
                      "Message\nhi\nMessageId\nm\nSubject\nAbout\n"
                      "Timestamp\n2012-04-25T21:49:25.007Z\n"
                      "TopicArn\narn:aws:sns:us-east-1:000000000000:news\nType\nNotification\n")));
}

// The queue's limit is compared with a size that is known before the ids and the signature are.
TEST_F(Notification, HasOneSizeWhateverItsIds) {
  const engine::Identity identity({'s', 'e', 'c', 'r', 'e', 't'});
  for (const std::string_view topic : {"news.fifo", "news"}) {
    Publication publication = fifo_publication;
    publication.topic = topic;
    publication.signature_version = SignatureVersion::sha256;
    const auto size = [&](const engine::Share& share, Instant at) {
      return enveloped(publication, engine::Protocol::sqs,
                       ids_of(identity, {.at = at}, share, publication), signer)
          .size();
    };

    const std::size_t known = enveloped_size(publication, engine::Protocol::sqs, identity);

    EXPECT_EQ(size({}, Instant()), known);
    EXPECT_EQ(size({.topic = TopicId(70'000),
                    .publication = Seq(1ull << 47),
                    .subscription = SubscriptionId(4'000'000'000)},
                   from_unix_ms(4'102'444'800'999)),
              known);
  }
}

}  // namespace
}  // namespace mailrail::sns
