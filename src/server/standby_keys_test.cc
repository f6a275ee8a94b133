// Servers of a shared log that ask for keys: a standby hands signed calls on as they were signed,
// and only an administrator moves the log.

#include <string>

#include "auth/sigv4.h"
#include "base/digest.h"
#include "server/engine_clock.h"
#include "server/shared_log_testing.h"

namespace mailrail::server {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view promote = "/_mailrail/standby/promote";

class StandbyKeysTest : public SharedLogTest {
 protected:
  StandbyKeysTest() {
    given_keys_ = {*auth::chosen_key(administrator_), sender_.key};
    owner_ = start("a");
    standby_ = start("b");
    EXPECT_EQ(role(standby_), Role::standby);
  }

  static http::Request list_queues() {
    http::Request request{.method = "POST", .target = "/", .body = "{}"};
    request.headers.add("Host", "queues:80");
    request.headers.add("X-Amz-Target", "AmazonSQS.ListQueues");
    request.headers.add("Date", "Fri, 27 Nov 2026 20:33:45 GMT");
    return request;
  }

  static http::Request ask_to_promote() {
    http::Request request{.method = "POST", .target = std::string(promote)};
    request.headers.add("Host", "b");
    request.headers.add("X-Mailrail-Node", "test");
    return request;
  }

  static http::Request signed_by(const auth::Credentials& credentials, http::Request request) {
    for (const auto& [name, value] : auth::sign(request, {.credentials = credentials,
                                                          .region = "us-east-1",
                                                          .service = "sqs",
                                                          .time = wall_time()}))
      request.headers.add(name, value);
    return request;
  }

  static Reply send_to(const std::unique_ptr<Server>& server, const http::Request& request) {
    std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\n";
    for (std::size_t i = 0; i < request.headers.size(); ++i)
      bytes.append(request.headers[i].name).append(": ").append(request.headers[i].value) += "\r\n";
    bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
    Client client(server->port());
    client.send(bytes);
    return client.read_reply();
  }

  SeededRandom random_{1};
  const auth::Credentials administrator_{.key_id = "ops", .secret = "0123456789abcdef"};
  const auth::NewKey sender_ = auth::make_key(
      {.roles = {auth::Role::send}}, "000000000000", auth::Lifetime::unlimited, random_);
  std::unique_ptr<Server> owner_;
  std::unique_ptr<Server> standby_;
};

TEST_F(StandbyKeysTest, HandSignedCallsOnAsTheyWereSigned) {
  const http::Request request = signed_by(administrator_, list_queues());

  EXPECT_EQ(send_to(owner_, request).status, 200);
  EXPECT_EQ(send_to(standby_, request).status, 200);
}

TEST_F(StandbyKeysTest, HandOnWhatTheOwnerRefuses) {
  http::Request request = signed_by(administrator_, list_queues());
  request.body = "{ }";

  const Reply reply = send_to(standby_, request);

  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.body, HasSubstr("InvalidSignatureException"));
  EXPECT_TRUE(reply.has("x-amzn-query-error: SignatureDoesNotMatch;Sender"));
}

TEST_F(StandbyKeysTest, TellNumbersToViewersAlone) {
  const auth::NewKey viewer = auth::make_key({.roles = {auth::Role::view}}, "000000000000",
                                             auth::Lifetime::unlimited, random_);
  const auth::NewKey narrow = auth::make_key({.roles = {auth::Role::view}, .queues = {"a*"}},
                                             "000000000000", auth::Lifetime::unlimited, random_);
  const auth::NewKey stranger = auth::make_key({.roles = {auth::Role::admin}}, "111111111111",
                                               auth::Lifetime::unlimited, random_);
  given_keys_ = {sender_.key, viewer.key, narrow.key, stranger.key};
  const std::unique_ptr<Server> other = start("c");
  const auto status = [&](const auth::NewKey& key) {
    http::Request request{.method = "GET", .target = "/metrics"};
    request.headers.add("Host", "h");
    const std::string both = key.credentials.key_id + ":" + key.credentials.secret;
    request.headers.add("Authorization", "Basic " + base64(both));
    return send_to(other, request).status;
  };

  EXPECT_EQ(get(owner_, "/metrics").status, 403);
  EXPECT_EQ(get(owner_, "/metrics/detailed").status, 403);
  EXPECT_EQ(get(other, "/metrics").status, 403);
  EXPECT_EQ(status(viewer), 200);
  EXPECT_EQ(status(sender_), 403);
  EXPECT_EQ(status(narrow), 403);
  EXPECT_EQ(status(stranger), 403);
}

TEST_F(StandbyKeysTest, ObeyNoAdministratorOfSomethingLess) {
  const auth::NewKey narrow = auth::make_key({.roles = {auth::Role::admin}, .queues = {"a*"}},
                                             "000000000000", auth::Lifetime::unlimited, random_);
  const auth::NewKey stranger = auth::make_key({.roles = {auth::Role::admin}}, "111111111111",
                                               auth::Lifetime::unlimited, random_);
  given_keys_ = {narrow.key, stranger.key};
  const std::unique_ptr<Server> other = start("c");

  EXPECT_EQ(send_to(other, signed_by(narrow.credentials, ask_to_promote())).status, 403);
  EXPECT_EQ(send_to(other, signed_by(stranger.credentials, ask_to_promote())).status, 403);
}

TEST_F(StandbyKeysTest, MoveTheLogForAnAdministratorAlone) {
  EXPECT_EQ(send_to(standby_, ask_to_promote()).status, 403);
  EXPECT_EQ(send_to(standby_, signed_by(sender_.credentials, ask_to_promote())).status, 403);
  EXPECT_EQ(role(standby_), Role::standby);

  const Reply promoted = send_to(standby_, signed_by(administrator_, ask_to_promote()));

  EXPECT_EQ(promoted.status, 200) << promoted.body;
  EXPECT_EQ(role(standby_), Role::owner);
}

}  // namespace
}  // namespace mailrail::server
