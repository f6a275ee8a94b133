// Servers that share a log: who owns it, what becomes of calls when that ends, and what outlives
// it.

#include <string>

#include "server/shared_log_testing.h"

namespace mailrail::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(SharedLogTest, IsOwnedByTheFirstWhoComes) {
  const auto server = start("a");

  EXPECT_EQ(role(server), Role::owner);
  EXPECT_EQ(server->log_status().epoch, 1u);
  EXPECT_EQ(get(server, "/readyz").body, "ready\n");
  create_queue(server);
  EXPECT_EQ(send_message(server, "kept").status, 200);
  EXPECT_THAT(receive_all(server), HasSubstr("kept"));
}

TEST_F(SharedLogTest, KeepsWhatWasAcknowledgedAcrossRestarts) {
  auto server = start("a");
  create_queue(server);
  ASSERT_EQ(send_message(server, "kept").status, 200);
  stop(server);
  EXPECT_EQ(place_.lease().owner, std::nullopt) << "given back";

  const auto again = start("b");

  EXPECT_EQ(role(again), Role::owner);
  EXPECT_EQ(again->log_status().messages, 1u);
  EXPECT_THAT(receive_all(again), HasSubstr("kept"));
}

// It left no word, but its directory is free.
TEST_F(SharedLogTest, IsTakenAtOnceByTheNodeThatOwnedItBefore) {
  auto server = start("a");
  create_queue(server);
  server.reset();
  ASSERT_NE(place_.lease().owner, std::nullopt);

  const auto again = start("a");

  EXPECT_EQ(role(again), Role::owner);
  EXPECT_EQ(again->log_status().queues, 1u);
}

TEST_F(SharedLogTest, IsRefusedAtTheStartIfItIsUnusable) {
  place_.refuse(Error{.kind = &errors::unusable, .message = "The database commits too early."});

  const auto refused = open("a");

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message, "The database commits too early.");
}

TEST_F(SharedLogTest, IsNotOpenedBesideAJournalInTheDirectory) {
  {
    const auto alone = Server::open({.port = 0, .data = directory_ + "/a"});
    ASSERT_TRUE(alone.has_value());
  }

  const auto refused = open("a");

  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("keeps a log of its own"));
}

TEST_F(SharedLogTest, IsWaitedForWhileItIsOutOfReach) {
  place_.cut_off("a");
  const auto server = start("a");

  EXPECT_EQ(role(server), Role::out_of_reach);
  EXPECT_EQ(get(server, "/livez").status, 200);
  const Reply ready = get(server, "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("out of reach"));
  const Reply refused = call(server, "ListQueues", "{}");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.has("Retry-After: 1"));
  EXPECT_TRUE(refused.has("x-amzn-query-error: ServiceUnavailable;Receiver"));
  Client client(server->port());
  client.send("GET /?Action=ListQueues&Version=2012-11-05 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_reply().body, HasSubstr("<Code>ServiceUnavailable</Code>"));

  place_.reconnect("a");
  eventually([&] { return role(server) == Role::owner; });
  EXPECT_EQ(call(server, "ListQueues", "{}").status, 200);
}

// What the client of a lost call learns is nothing, and what was acknowledged is still there.
TEST_F(SharedLogTest, IsOpenedAgainWhenItFailedInTheMiddleOfCalls) {
  const auto server = start("a");
  create_queue(server);
  ASSERT_EQ(send_message(server, "kept").status, 200);
  call(server, "CreateQueue", R"({"QueueName": "empty"})");
  Client polling(server->port());
  send(polling, "ReceiveMessage", R"({"QueueUrl": "empty", "WaitTimeSeconds": 20})");
  place_.stall("a");
  Client sending(server->port());
  send(sending, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "lost"})");
  settle(server);
  place_.wait_until_stalled("a");

  place_.cut_off("a");
  place_.resume("a");

  EXPECT_EQ(sending.read_until_end(), "");
  EXPECT_EQ(polling.read_until_end(), "");
  eventually([&] { return role(server) == Role::out_of_reach; });
  EXPECT_EQ(call(server, "ListQueues", "{}").status, 503);
  place_.reconnect("a");
  eventually([&] { return role(server) == Role::owner; });
  EXPECT_EQ(server->log_status().epoch, 2u);
  EXPECT_THAT(receive_all(server), AllOf(HasSubstr("kept"), Not(HasSubstr("lost"))));
}

TEST_F(SharedLogTest, TellsNothingOnceSomebodyElseOwnsIt) {
  const auto server = start("a");
  create_queue(server);
  place_.stall("a");
  Client sending(server->port());
  send(sending, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "fenced"})");
  settle(server);
  place_.wait_until_stalled("a");

  place_.usurp();
  place_.resume("a");

  EXPECT_EQ(sending.read_until_end(), "");
  eventually([&] { return role(server) == Role::standby; });
  EXPECT_EQ(server->log_status().owner.node, "somebody");
  EXPECT_THAT(get(server, "/readyz").body, StartsWith("standby: 0 bytes behind, last look "));
}

// Whatever was durable, too: the process may have slept since then.
TEST_F(SharedLogTest, TellsNothingWhileItIsNotCertainWhoOwnsIt) {
  const auto server = start("a", hasty_times);
  create_queue(server);
  ASSERT_EQ(send_message(server, "kept").status, 200);
  place_.stall("a");
  place_.wait_until_stalled("a");  // A renewal.

  eventually([&] { return get(server, "/readyz").status == 503; });

  EXPECT_THAT(call(server, "ListQueues", "{}").body, HasSubstr("takes too long"));
  place_.resume("a");
  eventually([&] { return get(server, "/readyz").status == 200; });
  EXPECT_EQ(server->log_status().epoch, 1u);
}

// The append was slow, and so says nothing of now; a renewal does.
TEST_F(SharedLogTest, AnswersWhatASlowAppendMadeDurable) {
  const auto server = start("a", hasty_times);
  create_queue(server);
  Client sending(server->port());
  // The gate is closed before the append, which then outlasts the certainty.
  place_.stall("a");
  send(sending, "SendMessage", R"({"QueueUrl": "q", "MessageBody": "slow"})");
  place_.wait_until_stalled("a");
  eventually([&] { return get(server, "/readyz").body == "the log is slow\n"; });

  place_.resume("a");

  EXPECT_EQ(sending.read_reply().status, 200);
}

TEST_F(SharedLogTest, CanBeLeftWithoutStoppingWhileCallsAreHeld) {
  auto server = start("a");
  create_queue(server);
  Client polling(server->port());
  send(polling, "ReceiveMessage", R"({"QueueUrl": "q", "WaitTimeSeconds": 20})");
  settle(server);

  server.reset();

  EXPECT_EQ(polling.read_until_end(), "");
}

TEST_F(SharedLogTest, AnswersOpenLongPollsWhenItsServerStops) {
  auto server = start("a");
  create_queue(server);
  Client polling(server->port());
  send(polling, "ReceiveMessage", R"({"QueueUrl": "q", "WaitTimeSeconds": 20})");
  settle(server);

  stop(server);

  EXPECT_EQ(polling.read_reply().status, 200);
}

}  // namespace
}  // namespace mailrail::server
