#include "sns/push_message.h"

#include <map>

#include <gtest/gtest.h>

#include "signing/signing_testing.h"

namespace mailrail::sns {
namespace {

constexpr std::string_view topic = "arn:aws:sns:us-east-1:000000000000:news";

class PushMessage : public testing::Test {
 protected:
  PushMessage() { EXPECT_TRUE(signer_.load(signing::test_key_pair())); }

  PushRequest pushed(const std::string& record, const std::optional<engine::Share>& of = {}) {
    const engine::ReceivedMessage message{.queue = QueueId(9),
                                          .seq = Seq(100),
                                          .origin_queue = QueueId(4),
                                          .origin_seq = Seq(8),
                                          .share = of};
    const engine::Sent sent{.seq = Seq(7), .at = from_unix_ms(1'335'390'565'007), .record = record};
    const Result<PushRequest> request = push_request(message, sent, target, identity_, signer_);
    EXPECT_TRUE(request.has_value());
    return request.value_or(PushRequest());
  }

  PushRequest confirmed(PublicationKind kind) {
    return pushed(encode_confirmation(kind, publication.topic_name(), publication.endpoint));
  }

  static std::string text_of(const http::Headers& headers) {
    std::string text;
    for (std::size_t i = 0; i < headers.size(); ++i)
      text.append(headers[i].name).append(": ").append(headers[i].value).append("\n");
    return text;
  }

  std::string id() const { return identity_.publication_id(share.topic, share.publication); }
  std::string arn() const {
    return std::string(topic) + ":" + identity_.subscription_id(target.subscription);
  }
  std::string sha1_of(const std::string& text) { return signer_.sign(signing::Hash::sha1, text); }
  std::string certificate_url() {
    return "http://localhost:9324/" + signer_.key().certificate_name();
  }

  PushTarget target{.subscription = SubscriptionId(3),
                    .protocol = engine::Protocol::https,
                    .endpoint = "https://example.com/in",
                    .content_type = "text/plain; charset=UTF-8"};
  Publication publication{.region = "us-east-1",
                          .account = "000000000000",
                          .topic = "news",
                          .endpoint = "http://localhost:9324",
                          .trace_header = "",
                          .subject = "Hello",
                          .attributes = {{.name = "a", .data_type = "Number", .value = "1"}},
                          .texts_by_protocol = {{engine::Protocol::https, "web\n"}},
                          .text = "hi"};
  engine::Share share{
      .topic = TopicId(2), .publication = Seq(7), .subscription = SubscriptionId(3)};
  engine::Identity identity_{{'s', 'e', 'c', 'r', 'e', 't'}};
  signing::Signer signer_;
};

TEST_F(PushMessage, OfANotificationIsItsEnvelopeWithTheTextOfTheProtocol) {
  const PushRequest request = pushed(encode_publication(publication), share);

  EXPECT_EQ(request.url, "https://example.com/in");
  EXPECT_EQ(text_of(request.headers),
            "x-amz-sns-message-type: Notification\n"
            "x-amz-sns-message-id: " +
                id() +
                "\n"
                "x-amz-sns-topic-arn: " +
                std::string(topic) +
                "\n"
                "x-amz-sns-subscription-arn: " +
                arn() +
                "\n"
                "Content-Type: text/plain; charset=UTF-8\n"
                "User-Agent: Amazon Simple Notification Service Agent\n"
                "Accept-Encoding: gzip,deflate\n");
  const std::string signature =
      sha1_of("Message\nweb\n\nMessageId\n" + id() +
              "\nSubject\nHello\nTimestamp\n2012-04-25T21:49:25.007Z\nTopicArn\n" +
              std::string(topic) + "\nType\nNotification\n");
  EXPECT_EQ(request.body,
            "{\n"
            "  \"Type\" : \"Notification\",\n"
            "  \"MessageId\" : \"" +
                id() +
                "\",\n"
                "  \"TopicArn\" : \"" +
                std::string(topic) +
                "\",\n"
                "  \"Subject\" : \"Hello\",\n"
                "  \"Message\" : \"web\\n\",\n"
                "  \"Timestamp\" : \"2012-04-25T21:49:25.007Z\",\n"
                "  \"SignatureVersion\" : \"1\",\n"
                "  \"Signature\" : \"" +
                signature +
                "\",\n"
                "  \"SigningCertURL\" : \"" +
                certificate_url() +
                "\",\n"
                "  \"UnsubscribeURL\" : \"http://localhost:9324/?Action=Unsubscribe"
                "&SubscriptionArn=" +
                arn() +
                "\",\n"
                "  \"MessageAttributes\" : {\n"
                "    \"a\" : {\"Type\":\"Number\",\"Value\":\"1\"}\n"
                "  }\n"
                "}");
}

TEST_F(PushMessage, OfARawNotificationIsTheTextAlone) {
  target.content_type = "application/json";
  share.is_raw = true;

  const PushRequest request = pushed(encode_publication(publication), share);

  EXPECT_EQ(request.body, "web\n");
  EXPECT_EQ(text_of(request.headers),
            "x-amz-sns-message-type: Notification\n"
            "x-amz-sns-message-id: " +
                id() +
                "\n"
                "x-amz-sns-topic-arn: " +
                std::string(topic) +
                "\n"
                "x-amz-sns-subscription-arn: " +
                arn() +
                "\n"
                "x-amz-sns-rawdelivery: true\n"
                "Content-Type: application/json\n"
                "User-Agent: Amazon Simple Notification Service Agent\n"
                "Accept-Encoding: gzip,deflate\n");
}

TEST_F(PushMessage, AsksToConfirmASubscription) {
  target.content_type = "application/json";  // Of notifications only.
  const std::string message_id = identity_.message_id(QueueId(4), Seq(8), 0);
  const std::string token =
      identity_.endpoint_token(target.subscription, engine::TokenUse::confirm);
  const std::string url =
      "http://localhost:9324/?Action=ConfirmSubscription&TopicArn=" + std::string(topic) +
      "&Token=" + token;

  const PushRequest request = confirmed(PublicationKind::subscription_confirmation);

  EXPECT_EQ(text_of(request.headers),
            "x-amz-sns-message-type: SubscriptionConfirmation\n"
            "x-amz-sns-message-id: " +
                message_id +
                "\n"
                "x-amz-sns-topic-arn: " +
                std::string(topic) +
                "\n"
                "Content-Type: text/plain; charset=UTF-8\n"
                "User-Agent: Amazon Simple Notification Service Agent\n"
                "Accept-Encoding: gzip,deflate\n");
  const std::string signature = sha1_of(
      "Message\nYou have chosen to subscribe to the topic " + std::string(topic) +
      ".\nTo confirm the subscription, visit the SubscribeURL included in this message.\n"
      "MessageId\n" +
      message_id + "\nSubscribeURL\n" + url + "\nTimestamp\n2012-04-25T21:49:25.007Z\nToken\n" +
      token + "\nTopicArn\n" + std::string(topic) + "\nType\nSubscriptionConfirmation\n");
  EXPECT_EQ(request.body,
            "{\n"
            "  \"Type\" : \"SubscriptionConfirmation\",\n"
            "  \"MessageId\" : \"" +
                message_id +
                "\",\n"
                "  \"Token\" : \"" +
                token +
                "\",\n"
                "  \"TopicArn\" : \"" +
                std::string(topic) +
                "\",\n"
                "  \"Message\" : \"You have chosen to subscribe to the topic " +
                std::string(topic) +
                ".\\nTo confirm the subscription, visit the SubscribeURL included in this "
                "message.\",\n"
                "  \"SubscribeURL\" : \"" +
                url +
                "\",\n"
                "  \"Timestamp\" : \"2012-04-25T21:49:25.007Z\",\n"
                "  \"SignatureVersion\" : \"1\",\n"
                "  \"Signature\" : \"" +
                signature +
                "\",\n"
                "  \"SigningCertURL\" : \"" +
                certificate_url() +
                "\"\n"
                "}");
}

TEST_F(PushMessage, TellsThatASubscriptionEndsAndHowToRestoreIt) {
  target.signature_version = SignatureVersion::sha256;

  const PushRequest request = confirmed(PublicationKind::unsubscribe_confirmation);

  EXPECT_EQ(request.headers.find("x-amz-sns-message-type"), "UnsubscribeConfirmation");
  EXPECT_EQ(request.headers.find("x-amz-sns-subscription-arn"), arn());
  EXPECT_TRUE(request.body.contains(
      "  \"Message\" : \"You have chosen to deactivate subscription " + arn() +
      ".\\nTo cancel this operation and restore the subscription, visit the SubscribeURL included "
      "in this message.\",\n"));
  EXPECT_TRUE(request.body.contains("\"SignatureVersion\" : \"2\""));
  EXPECT_TRUE(request.body.contains("?Action=ConfirmSubscription&TopicArn="));
}

TEST_F(PushMessage, IsSignedAsThePublicationWas) {
  publication.signature_version = SignatureVersion::sha256;

  EXPECT_TRUE(
      pushed(encode_publication(publication), share).body.contains("\"SignatureVersion\" : \"2\""));
}

TEST_F(PushMessage, OfAFifoTopicIsSignedOnlyIfItAsksToConfirm) {
  publication.topic = "news.fifo";

  EXPECT_FALSE(pushed(encode_publication(publication), share).body.contains("Signature"));
  EXPECT_TRUE(confirmed(PublicationKind::subscription_confirmation).body.contains("\"Signature\""));
}

TEST_F(PushMessage, RefusesRecordsOfAnotherKind) {
  const auto error = [&](const std::string& record, const std::optional<engine::Share>& of) {
    const engine::Sent sent{.record = record};
    return push_request({.share = of}, sent, target, identity_, signer_).error().message;
  };

  EXPECT_EQ(error(encode_publication(publication), std::nullopt),
            "a notification without the publication that it is of");
  EXPECT_EQ(error(encode_confirmation(PublicationKind::subscription_confirmation,
                                      publication.topic_name(), ""),
                  share),
            "a publication of what one endpoint alone is asked");
  EXPECT_EQ(error("", std::nullopt), "a record of a publication of an unknown version");
}

}  // namespace
}  // namespace mailrail::sns
