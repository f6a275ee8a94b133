// Answers that may not leave any more: their connections are closed, and not a byte tells of them.

#include <atomic>
#include <string>

#include <gtest/gtest.h>

#include "http/test_client.h"

namespace mailrail::http {
namespace {

using testing::Client;
using testing::Reply;
using testing::TestServer;
using testing::Visit;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

class Switch final : public Permit {
 public:
  explicit Switch(bool is_on) : is_on_(is_on) {}
  bool is_valid() const override { return is_on_; }
  void turn_off() { is_on_ = false; }

 private:
  std::atomic<bool> is_on_;
};

// More than the buffers of both ends take.
const std::string long_body(std::size_t{32} << 20, 'b');

TEST(AnswerUnderAPermit, LeavesWhileThatIsValid) {
  const Switch on(true);
  TestServer server;
  Client client = server.connect();
  client.send(get);

  EXPECT_TRUE(server.answer(server.next_visit().exchange, {.body = "told"}, &on));

  EXPECT_EQ(client.read_reply().body, "told");
}

TEST(AnswerUnderAPermit, ClosesTheConnectionWithoutAByteOtherwise) {
  const Switch off(false);
  TestServer server;
  Client client = server.connect();
  client.send(get);

  EXPECT_FALSE(server.answer(server.next_visit().exchange, {.body = "told"}, &off));

  EXPECT_EQ(client.read_until_end(), "");
}

TEST(AnswerUnderAPermit, EndsInTheMiddleWhenThatEnds) {
  Switch permit(true);
  TestServer server;
  Client client = server.connect();
  client.send(get);
  EXPECT_TRUE(server.answer(server.next_visit().exchange, {.body = long_body}, &permit));

  permit.turn_off();

  EXPECT_LT(client.read_until_end().size(), long_body.size());
}

TEST(AnswerUnderAPermit, BindsNoLaterAnswerOfItsConnection) {
  Switch permit(true);
  TestServer server;
  Client client = server.connect();
  client.send(get);
  server.answer(server.next_visit().exchange, {.body = "first"}, &permit);
  client.read_reply();
  permit.turn_off();

  client.send(get);
  server.answer(server.next_visit().exchange, {.body = "second"});

  EXPECT_EQ(client.read_reply().body, "second");
}

TEST(DropUnanswered, ClosesWhatWaitsButForTheExceptions) {
  TestServer server({.threads = 1});
  Client dropped = server.connect();
  Client kept = server.connect();
  Client idle = server.connect();
  server.ask(idle, get, "");
  dropped.send(get);
  const Visit first = server.next_visit();
  kept.send(get);
  const Visit second = server.next_visit();

  server.server().drop_unanswered(0, {second.exchange});

  EXPECT_EQ(dropped.read_until_end(), "");
  EXPECT_FALSE(server.answer(first.exchange, {.body = "late"}));
  EXPECT_TRUE(server.answer(second.exchange, {.body = "kept"}));
  EXPECT_EQ(kept.read_reply().body, "kept");
  EXPECT_EQ(server.ask(idle, get, "still there").body, "still there");
}

TEST(DropUnanswered, ClosesWhatIsHalfSentUnderAPermitAlone) {
  const Switch on(true);
  TestServer server({.threads = 1});
  Client under_permit = server.connect();
  Client free = server.connect();
  under_permit.send(get);
  server.answer(server.next_visit().exchange, {.body = long_body}, &on);
  free.send(get);
  server.answer(server.next_visit().exchange, {.body = long_body});

  server.server().drop_unanswered(0, {});

  EXPECT_LT(under_permit.read_until_end().size(), long_body.size());
  EXPECT_EQ(free.read_reply().body.size(), long_body.size());
}

}  // namespace
}  // namespace mailrail::http
