#include "load/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/reply.h"

namespace mailrail::load {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const Tag tag("5e1f09ab");

Requests::Options options() {
  return {.host_header = "127.0.0.1:4566", .region = "eu-west-1", .now = [] {
            return from_unix_ms(1'440'938'160'000);
          }};
}

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

TEST(LoadRequests, SendAMessageWithItsTag) {
  const Requests requests(options(), tag);

  const std::string request = requests.send("http://q", {.number = 7, .text = "abc"});

  EXPECT_THAT(request, HasSubstr("POST / HTTP/1.1\r\nHost: 127.0.0.1:4566\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Amz-Target: AmazonSQS.SendMessage\r\n"));
  EXPECT_THAT(request, HasSubstr("/eu-west-1/sqs/aws4_request"));
  EXPECT_EQ(body_of(request),
            R"({"QueueUrl":"http://q","MessageBody":"5e1f09ab.000000000007.abc"})");
  EXPECT_THAT(request,
              HasSubstr("Content-Length: " + std::to_string(body_of(request).size()) + "\r\n"));
}

TEST(LoadRequests, SendAMessageAsItIs) {
  const Requests requests(options(), tag, Tagging::plain);

  EXPECT_THAT(requests.send("http://q", {.number = 7, .text = "abc"}),
              EndsWith(R"("MessageBody":"abc"})"));
}

TEST(LoadRequests, GiveMessagesOfAConversationAnIdOfTheRun) {
  const Requests requests(options(), tag);

  EXPECT_EQ(
      body_of(requests.send("u", {.number = 7, .text = "", .group = "g"})),
      R"({"QueueUrl":"u","MessageBody":"5e1f09ab.000000000007.","MessageGroupId":"g","MessageDeduplicationId":"5e1f09ab-000000000007"})");
}

TEST(LoadRequests, NumberTheEntriesOfABatch) {
  const Requests requests(options(), tag, Tagging::plain);
  const Outgoing messages[] = {{.number = 5, .text = "a"}, {.number = 6, .text = "b"}};

  EXPECT_EQ(
      body_of(requests.send_batch("u", messages)),
      R"({"QueueUrl":"u","Entries":[{"Id":"0","MessageBody":"a"},{"Id":"1","MessageBody":"b"}]})");
  const std::string handles[] = {"x", "y"};
  EXPECT_EQ(
      body_of(requests.delete_batch("u", handles)),
      R"({"QueueUrl":"u","Entries":[{"Id":"0","ReceiptHandle":"x"},{"Id":"1","ReceiptHandle":"y"}]})");
}

TEST(LoadRequests, PublishByAForm) {
  const Requests requests(options(), tag);

  const std::string request =
      requests.publish("arn:t", {.number = 1, .text = "a%20b", .group = "g/1"}, "&X=y");

  EXPECT_THAT(request, Not(HasSubstr("X-Amz-Target")));
  EXPECT_EQ(body_of(request),
            "Action=Publish&Version=2010-03-31&TopicArn=arn:t&Message=5e1f09ab.000000000001.a%20b&"
            "MessageGroupId=g%2F1"
            "&MessageDeduplicationId=5e1f09ab-000000000001&X=y");
}

TEST(LoadRequests, AreSignedWhereThereIsAKey) {
  Requests::Options signing = options();
  signing.credentials =
      auth::Credentials{.key_id = "AKIDEXAMPLE", .secret = "secret", .session_token = "token"};
  const Requests requests(signing, tag);

  const std::string request = requests.receive("u", 10, 20);

  http::Request same{.method = "POST", .target = "/", .body = body_of(request)};
  same.headers.add("Host", "127.0.0.1:4566");
  same.headers.add("Content-Type", "application/x-amz-json-1.0");
  same.headers.add("X-Amz-Target", "AmazonSQS.ReceiveMessage");
  for (const auto& [name, value] : auth::sign(same, {.credentials = *signing.credentials,
                                                     .region = "eu-west-1",
                                                     .service = "sqs",
                                                     .time = signing.now()}))
    EXPECT_THAT(request, HasSubstr(name + ": " + value + "\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("AKIAIOSFODNN7EXAMPLE")));
}

}  // namespace
}  // namespace mailrail::load
