#include "client/client.h"

#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/endpoint_testing.h"
#include "client/errors.h"
#include "wire/example_shapes.h"

namespace mailrail::client {
namespace {

using ::testing::AllOf;
using testing::Connection;
using ::testing::Each;
using testing::Endpoint;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using wire::example::Stamp;

struct Pauses {
  std::vector<Duration> all;
};

Client::Options options(const std::string& url, Pauses& pauses) {
  return {.settings = {.sqs = {.url = url, .where = "--endpoint-url"},
                       .sns = {.url = url, .where = "--endpoint-url"},
                       .sqs_region = "eu-west-1",
                       .sns_region = "eu-west-1",
                       .credentials = auth::Credentials{"AKID", "hunter2", "token"}},
          .now = [] { return from_unix_ms(1'440'938'160'000); },
          .pause = [&pauses](Duration duration) { pauses.all.push_back(duration); }};
}

std::string url_of(const Endpoint& endpoint) { return endpoint.url("127.0.0.1", ""); }

// Asks on a thread of its own; the test answers meanwhile.
std::future<Result<Stamp>> ask(Client& client, Service service, std::string action) {
  return std::async(std::launch::async, [&client, service, action = std::move(action)] {
    return client.ask<Stamp>(service, action, Stamp{.kind = "a b"});
  });
}

TEST(Client, SignsWhatItAsks) {
  Endpoint endpoint;
  Pauses pauses;
  Client client(options(url_of(endpoint), pauses));

  auto asked = ask(client, Service::sqs, "GetStamp");
  Connection connection = endpoint.accept();
  const std::string request = connection.read_request();
  connection.answer(200, R"({"Kind": "red"})");
  const auto stamp = asked.get();

  ASSERT_TRUE(stamp) << stamp.error().message;
  EXPECT_EQ(stamp->kind, "red");
  EXPECT_THAT(request, AllOf(StartsWith("POST / HTTP/1.1\r\n"),
                             HasSubstr("X-Amz-Target: AmazonSQS.GetStamp\r\n"),
                             HasSubstr("Content-Type: application/x-amz-json-1.0\r\n"),
                             HasSubstr("X-Amz-Date: 20150830T123600Z\r\n"),
                             HasSubstr("X-Amz-Security-Token: token\r\n"),
                             HasSubstr("Credential=AKID/20150830/eu-west-1/sqs/aws4_request"),
                             HasSubstr("\r\n\r\n{\"Kind\":\"a b\"}")));
  EXPECT_THAT(request, ::testing::Not(HasSubstr("hunter2")));
}

TEST(Client, AsksSnsInItsOwnProtocolOnTheSameConnection) {
  Endpoint endpoint;
  Pauses pauses;
  Client client(options(url_of(endpoint), pauses));

  auto first = ask(client, Service::sns, "GetStamp");
  Connection connection = endpoint.accept();
  const std::string request = connection.read_request();
  connection.answer(200,
                    "<GetStampResponse><GetStampResult><Kind>red</Kind></GetStampResult>"
                    "</GetStampResponse>");
  ASSERT_TRUE(first.get());
  auto second = ask(client, Service::mailrail, "GetStamp");
  const std::string next = connection.read_request();
  connection.answer(200, "{}");

  ASSERT_TRUE(second.get());
  EXPECT_THAT(request, HasSubstr("\r\n\r\nAction=GetStamp&Version=2010-03-31&Kind=a%20b"));
  EXPECT_THAT(next, AllOf(HasSubstr("X-Amz-Target: Mailrail.GetStamp\r\n"),
                          HasSubstr("/mailrail/aws4_request")));
}

TEST(Client, GetsWhatMailrailHasAtAPathOfItsOwn) {
  Endpoint endpoint;
  Pauses pauses;
  Client client(options(url_of(endpoint), pauses));

  auto asked = std::async(std::launch::async, [&] { return client.get("/metrics", 10s); });
  Connection connection = endpoint.accept();
  const std::string request = connection.read_request();
  connection.answer(404, "none");

  const Result<HttpAnswer> answer = asked.get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
  EXPECT_THAT(request,
              AllOf(HasSubstr("GET /metrics HTTP/1.1\r\n"), HasSubstr("/mailrail/aws4_request")));
}

TEST(Client, TriesAgainWhatPassesByItself) {
  Endpoint endpoint;
  Pauses pauses;
  Client client(options(url_of(endpoint), pauses));

  auto asked = ask(client, Service::sqs, "GetStamp");
  Connection connection = endpoint.accept();
  for (int i = 0; i < 2; ++i) {
    connection.read_request();
    connection.answer(503, R"({"__type": "x#ServiceUnavailable", "message": "Later."})");
  }
  connection.read_request();
  connection.answer(200, "{}");

  EXPECT_TRUE(asked.get());
  EXPECT_THAT(pauses.all, SizeIs(2));
}

TEST(Client, GivesUpAfterThreeTries) {
  Endpoint endpoint;
  Pauses pauses;
  Client client(options(url_of(endpoint), pauses));

  auto asked = ask(client, Service::sqs, "GetStamp");
  Connection connection = endpoint.accept();
  for (int i = 0; i < attempts_max; ++i) {
    connection.read_request();
    connection.answer(400, R"({"__type": "x#RequestThrottled", "message": "Slower."})");
  }
  const auto stamp = asked.get();

  ASSERT_FALSE(stamp);
  EXPECT_EQ(stamp.error(), (Error{&errors::over_quota, "Slower."}));
  EXPECT_EQ(client.last_refusal().code, "RequestThrottled");
}

TEST(Client, SendsNoMessageTwiceThatMayHaveArrived) {
  Endpoint endpoint;
  Pauses pauses;
  Client client(options(url_of(endpoint), pauses));

  auto asked = ask(client, Service::sqs, "SendMessage");
  {
    endpoint.accept().read_request();
  }  // And closes.
  const auto stamp = asked.get();

  ASSERT_FALSE(stamp);
  EXPECT_EQ(stamp.error().kind, &errors::unreachable);
  EXPECT_THAT(stamp.error().message, HasSubstr("It is not known whether it was done."));
  EXPECT_THAT(pauses.all, IsEmpty());
}

TEST(Client, TellsWhoseAnswerItIsIfItIsNoServices) {
  Endpoint endpoint;
  Pauses pauses;
  Client client(options(url_of(endpoint), pauses));

  auto asked = ask(client, Service::sqs, "GetStamp");
  Connection connection = endpoint.accept();
  connection.read_request();
  connection.answer(404, "<html>");
  const auto stamp = asked.get();

  ASSERT_FALSE(stamp);
  EXPECT_EQ(stamp.error().message, url_of(endpoint) + " answered 404, and not as SQS does.");
}

TEST(Client, ChangesNothingOnAwsUnlessThatIsMeant) {
  Pauses pauses;
  auto on_aws = options("https://sqs.eu-west-1.amazonaws.com", pauses);
  on_aws.settings.credentials.reset();  // So that nothing leaves.
  Client reader(on_aws);
  on_aws.on_amazon = OnAmazon::anything;
  Client writer(on_aws);

  for (const char* const action : {"SendMessage", "ReceiveMessage", "PurgeQueue", "Publish"}) {
    const auto refused = reader.ask<Stamp>(Service::sqs, action, Stamp());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, &errors::unconfirmed);
    EXPECT_EQ(
        refused.error().message,
        std::string("https://sqs.eu-west-1.amazonaws.com (from --endpoint-url) is AWS itself, "
                    "and ") +
            action + " would change something there. Add --aws if that is meant.");
    EXPECT_THAT(writer.ask<Stamp>(Service::sqs, action, Stamp()).error().message,
                StartsWith("No key is set up for AWS"));
  }
  EXPECT_THAT(reader.ask<Stamp>(Service::sqs, "ListQueues", Stamp()).error().message,
              StartsWith("No key is set up for AWS"));
  EXPECT_EQ(reader.ask<Stamp>(Service::mailrail, "PeekMessages", Stamp()).error().message,
            "AWS has no PeekMessages: only mailrail has.");
}

}  // namespace
}  // namespace mailrail::client
