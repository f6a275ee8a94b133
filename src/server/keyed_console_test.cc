// What a page of the console gets from a whole server where keys are in force.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/key.h"
#include "auth/rights.h"
#include "base/random.h"
#include "server/live_console.h"
#include "server/live_console_testing.h"

namespace mailrail::server {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// With keys: one that may do everything, and one that looks at the queues named a*.
class KeyedConsoleTest : public LiveConsoleTest {
 protected:
  KeyedConsoleTest() { viewer_.key = with_queues(viewer_.key, "a*"); }

  static auth::Key with_queues(auth::Key key, std::string pattern) {
    auth::Grant grant = *key.grant;
    grant.queues = {std::move(pattern)};
    key.grant = std::make_shared<const auth::Grant>(std::move(grant));
    return key;
  }

  auth::NewKey new_key(std::string name, auth::Role role, std::string account = "000000000000") {
    return auth::make_key({.name = std::move(name), .roles = {role}}, std::move(account),
                          auth::Lifetime::unlimited, random_);
  }

  void start_keyed(console::Options console = {}) {
    start({.given_keys = {admin_.key, viewer_.key, stranger_.key}, .console = std::move(console)});
  }

  // The headers by which a page asks from then on.
  std::string log_in(const auth::NewKey& key) {
    Client client(server_->port());
    const std::string body = R"({"AccessKeyId": ")" + key.credentials.key_id +
                             R"(", "SecretAccessKey": ")" + key.credentials.secret + "\"}";
    client.send(
        "POST /_mailrail/session HTTP/1.1\r\nHost: h\r\nX-Mailrail-Console: 1\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    const Reply reply = client.read_reply(http::testing::Body::none);
    EXPECT_EQ(reply.status, 204);
    const std::size_t begin = reply.head.find("Set-Cookie: ") + 12;
    return std::string(console_header) +
           "Cookie: " + reply.head.substr(begin, reply.head.find(';', begin) - begin) + "\r\n";
  }

  SystemRandom random_;
  auth::NewKey admin_ = new_key("ann", auth::Role::admin);
  auth::NewKey viewer_ = new_key("bob", auth::Role::view);
  auth::NewKey stranger_ = new_key("eve", auth::Role::admin, "111111111111");
};

TEST_F(KeyedConsoleTest, LetsASessionDoWhatItsKeyMay) {
  start_keyed();
  const std::string ann = log_in(admin_);
  const std::string bob = log_in(viewer_);

  EXPECT_EQ(call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", ann).status, 200);
  EXPECT_EQ(call("AmazonSQS.CreateQueue", R"({"QueueName": "b1"})", ann).status, 200);
  EXPECT_THAT(call("Mailrail.DescribeQueues", "{}", bob).body,
              AllOf(HasSubstr(R"("a1")"), Not(HasSubstr(R"("b1")"))));
  EXPECT_THAT(call("AmazonSQS.PurgeQueue", R"({"QueueUrl": "a1"})", bob).body,
              HasSubstr("AccessDenied"));
  EXPECT_EQ(call("Mailrail.DescribeQueues", "{}", std::string(console_header)).status, 403);
}

// What every action takes, of all of them: each reads what is its own.
constexpr std::string_view input_of_queues =
    R"({"QueueUrl": "a1", "QueueName": "a1", "MessageBody": "m", "ReceiptHandle": "h",)"
    R"( "VisibilityTimeout": 0, "Label": "l", "AWSAccountIds": ["111111111111"],)"
    R"( "Actions": ["SendMessage"], "MessageGroupId": "g", "HeadAction": "delete", "TaskHandle": "t",)"
    R"( "SourceArn": "arn:aws:sqs:us-east-1:000000000000:a1", "Tags": {"a": "b"}, "TagKeys": ["a"],)"
    R"( "Attributes": {}, "MessageIds": ["m"], "MaxNumberOfMessagesPerSecond": 1,)"
    R"( "Entries": [{"Id": "1", "MessageBody": "m", "ReceiptHandle": "h"}]})";
constexpr std::string_view input_of_topics =
    "TopicArn=arn:aws:sns:us-east-1:000000000000:t&ResourceArn=arn:aws:sns:us-east-1:000000000000:t"
    "&SubscriptionArn=arn:aws:sns:us-east-1:000000000000:t:00000000-0000-0000-0000-000000000000"
    "&Name=t&Message=m&Protocol=sqs&Endpoint=arn:aws:sqs:us-east-1:000000000000:a1&Label=l"
    "&ActionName.member.1=Publish&AWSAccountId.member.1=111111111111&AttributeName=DisplayName"
    "&DataProtectionPolicy={}&Version=2010-03-31&Action=";

TEST_F(KeyedConsoleTest, ChangesNothingForWhoMayLook) {
  viewer_ = new_key("bob", auth::Role::view);
  start_keyed();
  const std::string bob = log_in(viewer_);
  const std::string form = bob + "Content-Type: application/x-www-form-urlencoded\r\n";
  call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", log_in(admin_));

  std::size_t asked = 0;
  for (const auth::Right& each : auth::rights()) {
    if (each.roles.has(auth::Role::view) || each.traits.has(auth::Trait::is_open)) continue;
    Client client(server_->port());
    if (each.service == "sns") {
      client.send(
          http::testing::post(std::string(input_of_topics) + std::string(each.action), form));
    } else {
      const std::string service = each.service == "sqs" ? "AmazonSQS." : "Mailrail.";
      client.send(http::testing::post(
          std::string(input_of_queues),
          "X-Amz-Target: " + service + std::string(each.action) + "\r\n" + bob));
    }
    EXPECT_THAT(client.read_reply().body,
                AnyOf(HasSubstr("AccessDenied"), HasSubstr("AuthorizationError")))
        << auth::policy_name(each);
    ++asked;
  }

  EXPECT_GT(asked, 50u);
}

TEST_F(KeyedConsoleTest, SpeaksToTopicsByQuery) {
  start_keyed();
  Client client(server_->port());
  client.send(
      http::testing::post("Action=CreateTopic&Name=t&Version=2010-03-31",
                          "Content-Type: application/x-www-form-urlencoded\r\n" + log_in(admin_)));

  EXPECT_THAT(client.read_reply().body, HasSubstr("arn:aws:sns:us-east-1:000000000000:t"));
}

TEST_F(KeyedConsoleTest, ShowsEachKeyItsOwn) {
  start_keyed();
  const std::string ann = log_in(admin_);
  call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", ann);
  call("AmazonSQS.CreateQueue", R"({"QueueName": "b1"})", ann);
  const std::string cookie = log_in(viewer_).substr(console_header.size());

  Page page = open("queues,server,history:b1,history:a1,consumers:b1,consumers:a1", cookie);

  EXPECT_THAT(page.next("queues"), AllOf(HasSubstr(R"("a1")"), Not(HasSubstr(R"("b1")"))));
  EXPECT_THAT(page.next_with("refused", R"("Topic":"server")"), HasSubstr("not authorized"));
  EXPECT_THAT(page.next_with("refused", R"("Topic":"consumers:b1")"), HasSubstr("may see"));
  EXPECT_THAT(page.next("consumers"), HasSubstr(R"("QueueName":"a1")"));
  EXPECT_EQ(open("queues").head().status, 403);
}

TEST_F(KeyedConsoleTest, TellsAnotherAccountNothingOfAll) {
  start_keyed();
  const std::string cookie = log_in(stranger_).substr(console_header.size());

  Page page = open("queues,activity,history:", cookie);

  EXPECT_THAT(page.next_with("refused", R"("Topic":"activity")"), HasSubstr("not authorized"));
  Page other = open("queues,activity,history:", cookie);
  EXPECT_THAT(other.next_with("refused", R"("Topic":"history:")"), HasSubstr("not authorized"));
}

// A queue of that name is another one in each account.
TEST_F(KeyedConsoleTest, TellsEachAccountWhoReceivesFromItsOwnQueues) {
  start_keyed();
  const std::string ann = log_in(admin_);
  const std::string eve = log_in(stranger_);
  for (const std::string& each : {ann, eve})
    ASSERT_EQ(call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", each).status, 200);
  call("AmazonSQS.ReceiveMessage", R"({"QueueUrl": "a1"})", ann + "User-Agent: Firefox\r\n");

  Page own = open("consumers:a1", ann.substr(console_header.size()));
  Page strangers = open("consumers:a1", eve.substr(console_header.size()));

  EXPECT_THAT(own.next("consumers"),
              AllOf(HasSubstr(R"("UserAgent":"Firefox")"),
                    HasSubstr(R"("KeyId":")" + admin_.credentials.key_id + "\"")));
  EXPECT_THAT(strangers.next("consumers"), HasSubstr(R"("Consumers":[])"));
}

TEST_F(KeyedConsoleTest, EndsAStreamWithItsSession) {
  start_keyed();
  const std::string headers = log_in(admin_);
  Page page = open("server", headers.substr(console_header.size()));
  page.next("server");

  Client client(server_->port());
  client.send("DELETE /_mailrail/session HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
  EXPECT_EQ(client.read_reply(http::testing::Body::none).status, 204);

  page.rest();  // Until the server has closed.
  EXPECT_EQ(call("Mailrail.DescribeServer", "{}", headers).status, 403);
}

TEST_F(KeyedConsoleTest, LeavesStreamsForOtherKeys) {
  start_keyed();
  const std::string anns = log_in(admin_).substr(console_header.size());
  const std::string bobs = log_in(viewer_).substr(console_header.size());
  std::vector<std::unique_ptr<Page>> pages;
  for (std::size_t i = 0; i < LiveConsole::streams_of_key_max; ++i)
    pages.push_back(std::make_unique<Page>(open("queues", anns)));

  const Reply refused = get("/_mailrail/stream?topics=queues", std::string(console_header) + anns);
  Page bobs_page = open("queues", bobs);

  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("20 pages are open with this key, the most that one may "));
  EXPECT_NE(bobs_page.next("queues"), "");
}

TEST_F(KeyedConsoleTest, ChangesNothingWhereItIsReadOnly) {
  start_keyed({.extent = auth::Extent::looking});
  const std::string ann = log_in(admin_);

  EXPECT_THAT(call("AmazonSQS.CreateQueue", R"({"QueueName": "a1"})", ann).body,
              HasSubstr("read-only"));
  EXPECT_EQ(call("Mailrail.DescribeServer", "{}", ann).status, 200);
}

}  // namespace
}  // namespace mailrail::server
