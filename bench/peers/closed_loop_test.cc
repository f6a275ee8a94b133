#include "bench/peers/closed_loop.h"

#include <deque>
#include <utility>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mailrail::bench::peers {
namespace {

using namespace std::chrono_literals;

// Answers at once what it was told to, and the last of it again and again; or never.
class Scripted final : public Client {
 public:
  explicit Scripted(std::deque<Heard> answers, std::string opening_error = "")
      : answers_(std::move(answers)), opening_error_(std::move(opening_error)) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_), 0);
  }
  ~Scripted() override {
    for (const int each : sockets_) close(each);
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;

  std::string open() override { return opening_error_; }
  int socket() const override { return sockets_[0]; }
  bool begin() override { return answers_.empty() || write(sockets_[1], "x", 1) == 1; }
  Heard hear() override {
    char byte = 0;
    EXPECT_EQ(read(sockets_[0], &byte, 1), 1);
    const Heard heard = answers_.front();
    EXPECT_TRUE(heard.state != State::open || begin());
    if (answers_.size() > 1) answers_.pop_front();
    return heard;
  }
  bool is_pushed() const override { return answers_.empty(); }

 private:
  int sockets_[2] = {-1, -1};
  std::deque<Heard> answers_;
  const std::string opening_error_;
};

const Heard ten_messages{.messages = 10, .state = State::whole};

std::vector<std::unique_ptr<Client>> one(std::unique_ptr<Client> client) {
  std::vector<std::unique_ptr<Client>> clients;
  clients.push_back(std::move(client));
  return clients;
}

TEST(ClosedLoop, EndsWithTheRequestThatHadTheLastMessage) {
  const Outcome outcome =
      run({.message_count = 25}, one(std::make_unique<Scripted>(std::deque{ten_messages})));

  EXPECT_EQ(outcome.measure.messages, 30U);
  EXPECT_EQ(outcome.measure.requests, 3U);
  EXPECT_EQ(outcome.errors, 0U);
  EXPECT_GT(outcome.seconds, 0);
}

TEST(ClosedLoop, EndsWhenItsTimeIsOver) {
  const Outcome outcome =
      run({.duration = 20ms}, one(std::make_unique<Scripted>(std::deque{ten_messages})));

  EXPECT_GT(outcome.seconds, 0);
  EXPECT_GT(outcome.measure.messages, 0U);
}

TEST(ClosedLoop, MeasuresUntilTheLastAnswer) {
  auto clients = one(std::make_unique<Scripted>(std::deque<Heard>{}));  // Waits until the end.
  clients.push_back(
      std::make_unique<Scripted>(std::deque{ten_messages, Heard{.state = State::broken}}));

  const Outcome outcome = run({.duration = 500ms}, std::move(clients));

  EXPECT_EQ(outcome.measure.messages, 10U);
  EXPECT_LT(outcome.seconds, 0.4);
}

TEST(ClosedLoop, CountsWhatCameInPartsOnceItIsWhole) {
  const Heard part{.messages = 4, .state = State::open};
  const Outcome outcome =
      run({.message_count = 14}, one(std::make_unique<Scripted>(std::deque{part, ten_messages})));

  EXPECT_EQ(outcome.measure.messages, 14U);
  EXPECT_EQ(outcome.measure.requests, 1U);
}

TEST(ClosedLoop, LeavesTheWarmUpOut) {
  const Outcome outcome = run({.message_count = 100, .warm_up = 1h},
                              one(std::make_unique<Scripted>(std::deque{ten_messages})));

  EXPECT_EQ(outcome.messages_in_all, 100U);
  EXPECT_EQ(outcome.measure.messages, 0U);
  EXPECT_EQ(outcome.measure.latencies.count(), 0U);
}

TEST(ClosedLoop, CountsRefusalsAndTellsTheFirst) {
  const Heard refusal{.state = State::whole, .error = "out of luck"};
  const Heard other{.state = State::whole, .error = "out of memory"};

  const Outcome outcome =
      run({.message_count = 10},
          one(std::make_unique<Scripted>(std::deque{refusal, other, ten_messages})));

  EXPECT_EQ(outcome.errors, 2U);
  EXPECT_EQ(outcome.first_error, "out of luck");
  EXPECT_EQ(outcome.measure.messages, 10U);
}

TEST(ClosedLoop, GoesOnWithoutAConnectionThatBreaksOrDoesNotOpen) {
  auto clients =
      one(std::make_unique<Scripted>(std::deque{Heard{.state = State::broken, .error = "gone"}}));
  clients.push_back(std::make_unique<Scripted>(std::deque{ten_messages}, "nobody listens"));
  clients.push_back(std::make_unique<Scripted>(std::deque{ten_messages}));

  const Outcome outcome = run({.message_count = 100}, std::move(clients));

  EXPECT_EQ(outcome.errors, 2U);
  EXPECT_EQ(outcome.first_error, "nobody listens");
  EXPECT_EQ(outcome.measure.messages, 100U);
}

TEST(ClosedLoop, DoesNotAwaitWhatIsPushedOnceItIsOver) {
  auto clients = one(std::make_unique<Scripted>(std::deque<Heard>{}));
  clients.push_back(std::make_unique<Scripted>(std::deque{ten_messages}));

  const Outcome outcome = run({.message_count = 50}, std::move(clients));

  EXPECT_EQ(outcome.measure.messages, 50U);
  EXPECT_EQ(outcome.errors, 0U);
}

}  // namespace
}  // namespace mailrail::bench::peers
