// The edge of whole servers: nodes that speak TLS with each other, and doors of several listeners.

#include <future>
#include <string>

#include "http/tls_testing.h"
#include "server/shared_log_testing.h"

namespace mailrail::server {
namespace {

using http::testing::TestCertificate;
using http::testing::TlsClient;
using ::testing::HasSubstr;

std::string json_call(std::string_view target, std::string_view input) {
  return http::testing::post(input, "X-Amz-Target: " + std::string(target) + "\r\n");
}

class EdgeTest : public SharedLogTest {
 protected:
  static Reply ask_by_tls(const std::unique_ptr<Server>& server, const std::string& request) {
    TlsClient client(server->port());
    client.send(request);
    return client.read_reply();
  }

  void speak_tls() {
    edge_.tls = certificate_.files();
    edge_.ca_file = certificate_.files().certificate;
  }

  TestCertificate certificate_{"node"};
};

TEST_F(EdgeTest, HandsCallsOnByTls) {
  speak_tls();
  const auto owner = start("a");
  const auto standby = start("b");
  ASSERT_EQ(role(standby), Role::standby);

  const Reply reply =
      ask_by_tls(standby, json_call("AmazonSQS.CreateQueue", R"({"QueueName": "q"})"));

  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr("https://here/000000000000/q"));
}

TEST_F(EdgeTest, HandsNothingOnToWhoeverItDoesNotBelieve) {
  speak_tls();
  const auto owner = start("a");
  const TestCertificate other("other");
  edge_.ca_file = other.files().certificate;
  const auto standby = start("b");

  const Reply reply =
      ask_by_tls(standby, json_call("AmazonSQS.CreateQueue", R"({"QueueName": "q"})"));

  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("certificate"));
}

TEST_F(EdgeTest, StepsDownForAStandbyThatAsksByTls) {
  speak_tls();
  const auto owner = start("a");
  const auto standby = start("b");

  const Reply promoted =
      ask_by_tls(standby,
                 "POST /_mailrail/standby/promote HTTP/1.1\r\nHost: h\r\nX-Mailrail-Node: test\r\n"
                 "Content-Length: 0\r\n\r\n");

  EXPECT_EQ(promoted.status, 200) << promoted.body;
  EXPECT_EQ(role(standby), Role::owner);
}

TEST_F(EdgeTest, AnswersOperatorsAtTheirDoorAndNodesAtAnother) {
  edge_.listeners = {{.port = 0, .door = http::Door::all}};
  const auto server = start("a");
  const std::string parked = json_call("Mailrail.ListParkedConversations", "{}");
  Client at_data(server->port());
  Client at_admin(server->port(1));

  at_data.send(parked);
  at_admin.send(parked);
  const Reply refused = at_data.read_reply();

  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("127.0.0.1:" + std::to_string(server->port(1))));
  EXPECT_EQ(at_admin.read_reply().status, 400);
  EXPECT_EQ(ask(server, "/_mailrail/standby/promote").status, 200);
}

TEST_F(EdgeTest, SaysWhereToAskWhatAStandbyDoesNotHandOn) {
  edge_.listeners = {{.port = 0, .door = http::Door::all}};
  const auto owner = start("a");
  const auto standby = start("b");
  Client at_admin(standby->port(1));

  at_admin.send(json_call("Mailrail.DescribeServer", "{}"));
  const Reply refused = at_admin.read_reply();
  at_admin.send(json_call("AmazonSQS.ListQueues", "{}"));

  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("This node stands by"));
  EXPECT_THAT(refused.body, HasSubstr("127.0.0.1:" + std::to_string(owner->port())));
  EXPECT_EQ(at_admin.read_reply().status, 200);
}

TEST_F(EdgeTest, KnowsNotWhereTheConsoleOfAnOwnerIsWhoseAdministrationIsApart) {
  edge_.listeners = {{.port = 0, .door = http::Door::all}};
  const auto owner = start("a");
  const auto standby = start("b");
  Client at_admin(standby->port(1));

  at_admin.send(
      "GET /_mailrail/stream?topics=queues HTTP/1.1\r\nHost: h\r\nX-Mailrail-Console: 1\r\n\r\n");
  const Reply refused = at_admin.read_reply();

  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("at the place of its own --admin-listen"));
  EXPECT_TRUE(refused.has("X-Mailrail-Owner: ")) << refused.head;
}

TEST_F(EdgeTest, FeelsThePulseOfAnOwnerAndOfAStandby) {
  const auto owner = start("a");
  const auto standby = start("b");

  for (const auto& server : {&owner, &standby}) {
    std::promise<void> beat;
    (*server)->feel_pulse([&] { beat.set_value(); });
    EXPECT_EQ(beat.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  }
}

}  // namespace
}  // namespace mailrail::server
