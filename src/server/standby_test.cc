// A standby beside the owner of a shared log: it hands calls on, and takes over.

#include <string>

#include "server/shared_log_testing.h"

namespace mailrail::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class StandbyTest : public SharedLogTest {
 protected:
  void start_both(const OwnershipTimes& times = patient_times) {
    owner_ = start("a", times);
    standby_ = start("b", times);
    ASSERT_EQ(role(owner_), Role::owner);
    ASSERT_EQ(role(standby_), Role::standby);
    create_queue(owner_);
  }

  std::unique_ptr<Server> owner_;
  std::unique_ptr<Server> standby_;
};

// So that a deposed owner is waited for, and silence alone brings nobody to power.
constexpr OwnershipTimes deposing_times = {
    .renewed_after = 50ms, .calls_for = 1s, .certain_for = 2s, .silence = 60s};

TEST_F(StandbyTest, HandsCallsOnAndAnswersBack) {
  start_both();
  ASSERT_EQ(send_message(standby_, "by the other").status, 200);

  EXPECT_THAT(receive_all(owner_), HasSubstr("by the other"));
  EXPECT_THAT(receive_all(standby_), HasSubstr("by the other"));
  const Reply missing = call(standby_, "GetQueueUrl", R"({"QueueName": "none"})");
  EXPECT_EQ(missing.status, 400);
  EXPECT_TRUE(missing.has("Content-Type: application/x-amz-json-1.0"));
  EXPECT_THAT(missing.body, HasSubstr("QueueDoesNotExist"));
}

TEST_F(StandbyTest, KeepsTheHostThatTheCallerWrote) {
  start_both();
  Client client(standby_->port());
  const std::string input = R"({"QueueName": "q"})";
  client.send(
      "POST / HTTP/1.1\r\nHost: queues.localhost:80\r\nX-Amz-Target: AmazonSQS.GetQueueUrl\r\n"
      "Content-Length: " +
      std::to_string(input.size()) + "\r\n\r\n" + input);

  EXPECT_THAT(client.read_reply().body, HasSubstr("http://queues.localhost:80/000000000000/q"));
}

TEST_F(StandbyTest, HandsOnCallsOfAnyMethodWithTheirTarget) {
  start_both();
  Client client(standby_->port());
  client.send("GET /?Action=ListQueues&Version=2012-11-05 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_reply().body, HasSubstr("/000000000000/q</QueueUrl>"));

  client.send("HEAD /?Action=ListQueues HTTP/1.1\r\nHost: h\r\n\r\n");

  const Reply head = client.read_reply(http::testing::Body::none);
  EXPECT_EQ(head.status, 405);
  EXPECT_TRUE(head.has("Allow: GET, POST"));
}

TEST_F(StandbyTest, HandsOnLongPolls) {
  start_both();
  Client polling(standby_->port());
  send(polling, "ReceiveMessage", R"({"QueueUrl": "q", "WaitTimeSeconds": 20})");

  ASSERT_EQ(send_message(owner_, "awaited").status, 200);

  EXPECT_THAT(polling.read_reply().body, HasSubstr("awaited"));
}

// Else the owner would lease messages for somebody who is not there any more.
TEST_F(StandbyTest, BreaksOffACallWhoseClientIsGone) {
  start_both();
  call(owner_, "CreateQueue", R"({"QueueName": "f.fifo", "Attributes": {"FifoQueue": "true"}})");
  {
    Client gone(standby_->port());
    send(gone, "ReceiveMessage", R"({"QueueUrl": "f.fifo", "WaitTimeSeconds": 20})");
    settle(standby_);
    call(standby_, "ListQueues", "{}");  // The poll came to the owner before this,
    gone.reset();
  }
  settle(standby_);
  call(standby_, "ListQueues", "{}");  // and its end.
  ASSERT_EQ(call(owner_, "SendMessage",
                 R"({"QueueUrl": "f.fifo", "MessageBody": "m", "MessageGroupId": "g",
                     "MessageDeduplicationId": "d"})")
                .status,
            200);

  eventually([&] {
    return call(owner_, "ReceiveMessage", R"({"QueueUrl": "f.fifo", "VisibilityTimeout": 30})")
               .body.find("\"Body\":\"m\"") != std::string::npos;
  });
}

// What the pages show is the owner's: they say where that is.
TEST_F(StandbyTest, ShowsTheConsolesPagesAndSaysWhereTheirOwnerIs) {
  start_both();
  const std::string owner = "127.0.0.1:" + std::to_string(owner_->port());
  Client client(standby_->port());
  const auto asked = [&](const std::string& head, const std::string& body) {
    client.send(head + "\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    return client.read_reply();
  };

  const Reply page = asked("GET / HTTP/1.1\r\nAccept: text/html", "");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("/app.js"));
  EXPECT_EQ(asked("GET /_mailrail/session HTTP/1.1\r\nX-Mailrail-Console: 1", "").status, 200);

  const std::string action = "\r\nX-Amz-Target: AmazonSQS.ListQueues";
  for (const std::string& head :
       {std::string("GET /_mailrail/stream?topics=queues HTTP/1.1\r\nX-Mailrail-Console: 1"),
        "POST / HTTP/1.1\r\nX-Mailrail-Console: 1" + action}) {
    const Reply refused = asked(head, head.starts_with("POST") ? "{}" : "");
    EXPECT_EQ(refused.status, 503) << head;
    EXPECT_THAT(refused.body, HasSubstr("The console is the owner's, at http://" + owner)) << head;
    EXPECT_TRUE(refused.has("X-Mailrail-Owner: http://" + owner + "/")) << head;
  }
  EXPECT_THAT(asked("POST / HTTP/1.1" + action, "{}").body, HasSubstr("/000000000000/q"));
}

TEST_F(StandbyTest, SaysHowFarBehindItIs) {
  start_both();

  const Reply ready = get(standby_, "/readyz");

  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, AllOf(StartsWith("standby: "), HasSubstr(" bytes behind, last look "),
                                HasSubstr(" ms ago")));
  EXPECT_EQ(get(standby_, "/livez").status, 200);
}

TEST_F(StandbyTest, HandsNoCallOnTwice) {
  start_both();
  Client client(standby_->port());
  client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nX-Mailrail-Forwarded: c\r\nX-Amz-Target: "
      "AmazonSQS.ListQueues\r\nContent-Length: 2\r\n\r\n{}");

  const Reply refused = client.read_reply();

  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("does not own the log"));
}

TEST_F(StandbyTest, AnswersForAnOwnerThatIsNotThere) {
  place_.usurp();  // By somebody at a port where nobody listens.
  standby_ = start("b");

  const Reply refused = call(standby_, "ListQueues", "{}");

  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.has("Retry-After: 1"));
  EXPECT_THAT(refused.body, HasSubstr("gave no answer"));
}

TEST_F(StandbyTest, TakesOverWhenTheOwnerIsSilent) {
  start_both(hasty_times);
  ASSERT_EQ(send_message(owner_, "kept").status, 200);
  Client polling(standby_->port());
  call(owner_, "CreateQueue", R"({"QueueName": "empty"})");
  send(polling, "ReceiveMessage", R"({"QueueUrl": "empty", "WaitTimeSeconds": 20})");
  Client held(owner_->port());
  place_.stall("a");
  send(held, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "fenced"})");
  settle(owner_);
  place_.wait_until_stalled("a");

  eventually([&] { return role(standby_) == Role::owner; });

  EXPECT_EQ(polling.read_reply().status, 503) << "broken off";
  EXPECT_THAT(receive_all(standby_), HasSubstr("kept"));
  place_.resume("a");
  EXPECT_EQ(held.read_until_end(), "");
  eventually([&] { return role(owner_) == Role::standby; });
  EXPECT_THAT(receive_all(owner_), AllOf(HasSubstr("kept"), Not(HasSubstr("fenced"))));
}

TEST_F(StandbyTest, TakesOverAtOnceWhenTheOwnerStops) {
  start_both();
  ASSERT_EQ(send_message(owner_, "kept").status, 200);

  stop(owner_);

  eventually([&] { return role(standby_) == Role::owner; });
  EXPECT_THAT(receive_all(standby_), HasSubstr("kept"));
}

TEST_F(StandbyTest, IsPromotedByAskingTheOwnerToStepDown) {
  start_both();
  ASSERT_EQ(send_message(owner_, "kept").status, 200);
  call(owner_, "CreateQueue", R"({"QueueName": "empty"})");
  Client polling(owner_->port());
  send(polling, "ReceiveMessage", R"({"QueueUrl": "empty", "WaitTimeSeconds": 20})");
  settle(owner_);

  const Reply promoted = ask(standby_, "/_mailrail/standby/promote");

  EXPECT_EQ(promoted.status, 200);
  EXPECT_THAT(promoted.body, HasSubstr("owns the log memory now (epoch 2), after "));
  EXPECT_EQ(polling.read_reply().status, 200) << "answered empty";
  EXPECT_EQ(role(standby_), Role::owner);
  EXPECT_THAT(receive_all(standby_), HasSubstr("kept"));
  eventually([&] { return role(owner_) == Role::standby; });
  EXPECT_THAT(receive_all(owner_), HasSubstr("kept"));
  EXPECT_THAT(ask(standby_, "/_mailrail/standby/promote").body,
              HasSubstr("owns the log memory already (epoch 2)."));
}

TEST_F(StandbyTest, IsPromotedBackAndForth) {
  http_threads_ = 3;
  start_both();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(standby_, "/_mailrail/standby/promote").status, 200);
    eventually([&] { return role(owner_) == Role::standby; });
    EXPECT_EQ(send_message(owner_, "m" + std::to_string(i)).status, 200);
    std::swap(owner_, standby_);
  }

  EXPECT_THAT(receive_all(owner_), AllOf(HasSubstr("m0"), HasSubstr("m1"), HasSubstr("m2")));
}

TEST_F(StandbyTest, TakesTheLogFromADeadOwnerByForceAlone) {
  place_.usurp();
  standby_ = start("b", deposing_times);

  const Reply refused = ask(standby_, "/_mailrail/standby/promote");
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("did not step down"), HasSubstr("--force")));
  EXPECT_EQ(role(standby_), Role::standby);

  EXPECT_EQ(ask(standby_, "/_mailrail/standby/promote?force").status, 200);
  EXPECT_EQ(role(standby_), Role::owner);
}

TEST_F(StandbyTest, ServesWhenADeposedOwnerTellsNothingAnyMore) {
  owner_ = start("a", deposing_times);
  standby_ = start("b", deposing_times);
  const auto begin = std::chrono::steady_clock::now();
  owner_.reset();

  EXPECT_EQ(ask(standby_, "/_mailrail/standby/promote?force").status, 200);

  EXPECT_GE(std::chrono::steady_clock::now() - begin, deposing_times.certain_for / 2);
}

// Each would take the other for its own process of before.
TEST_F(StandbyTest, StandsByForACopyOfItsOwnDirectory) {
  owner_ = start("a");
  create_queue(owner_);
  std::filesystem::create_directory(directory_ + "/copy");
  std::filesystem::copy_file(directory_ + "/a/node", directory_ + "/copy/node");

  auto copy = start("copy");

  eventually([&] { return role(owner_) == Role::standby; });
  EXPECT_EQ(owner_->log_status().epoch, 2u);
  EXPECT_EQ(role(copy), Role::owner);
  EXPECT_EQ(send_message(owner_, "handed on").status, 200);
  EXPECT_EQ(ask(owner_, "/_mailrail/standby/promote").status, 200);
  eventually([&] { return role(copy) == Role::standby; });
  EXPECT_EQ(place_.lease().epoch, 3u);
}

TEST_F(StandbyTest, IsAskedNothingByAFormOfABrowser) {
  start_both();
  Client client(standby_->port());
  client.send("POST /_mailrail/standby/promote HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");

  EXPECT_EQ(client.read_reply().status, 403);
  EXPECT_EQ(ask(standby_, "/_mailrail/standby/step-down").status, 409);
  EXPECT_EQ(ask(standby_, "/_mailrail/standby/other").status, 404);
  EXPECT_EQ(role(owner_), Role::owner);
}

TEST_F(StandbyTest, StopsWhileCallsAreHandedOn) {
  start_both();
  Client polling(standby_->port());
  send(polling, "ReceiveMessage", R"({"QueueUrl": "q", "WaitTimeSeconds": 20})");
  settle(standby_);

  stop(standby_);

  EXPECT_EQ(polling.read_reply().status, 503);
  EXPECT_EQ(role(owner_), Role::owner);
}

}  // namespace
}  // namespace mailrail::server
