#include "engine/read_back.h"

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

using Marks = std::vector<bool>;

class ReadBack : public EngineTest {
 protected:
  std::string bytes_of(const ReceivedMessage& message) const {
    return facts.payload().substr(message.body.position.value() - facts.position().value(),
                                  message.body.length);
  }
};

TEST_F(ReadBack, TakesTheMessagesOwnFact) {
  const QueueId queue = create("q");
  send(queue, "a");
  const ReceivedMessage message = receive(queue).at(0);
  const std::string bytes = bytes_of(message);

  const Result<Sent> sent = read_sent(bytes, message);

  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->record, "a");
}

TEST_F(ReadBack, TakesADeadLetterForWhatItWasFirst) {
  const QueueId dead = create("dead");
  const QueueId queue = create(
      "q", {.dead_letter = DeadLetter{.target = {"r", "a", "dead"}, .receive_count_max = 1}});
  send(queue, "a");
  receive(queue);
  pass(30s);
  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  const ReceivedMessage message = receive(dead).at(0);

  EXPECT_TRUE(read_sent(bytes_of(message), message).has_value());
}

TEST_F(ReadBack, RefusesAnotherMessageAndAnyDamage) {
  const QueueId queue = create("q");
  send(queue, "a");
  send(queue, "b");
  const auto messages = receive(queue);
  std::string damaged = bytes_of(messages[0]);
  damaged.back() = static_cast<char>(damaged.back() ^ 1);

  for (const std::string& bytes : {bytes_of(messages[1]), damaged, std::string()}) {
    const Result<Sent> sent = read_sent(bytes, messages[0]);
    ASSERT_FALSE(sent.has_value());
    EXPECT_EQ(sent.error().kind, &errors::corrupt);
  }
}

TEST_F(ReadBack, LeavesOutWhatIsDamagedOnAStandardQueue) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c"}) send(queue, each, "tenant");

  EXPECT_EQ(left_out(receive(queue), {false, true, false}), (Marks{false, true, false}));
}

TEST_F(ReadBack, LeavesOutWhatIsBehindADamagedMessageInItsConversation) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"a", "b", "c"}) send(queue, std::string("g ") + each, "g");
  for (const char* each : {"a", "b"}) send(queue, std::string("h ") + each, "h");
  const auto messages = receive(queue);
  ASSERT_EQ(bodies(messages), (Bodies{"g a", "g b", "g c", "h a", "h b"}));

  EXPECT_EQ(left_out(messages, {false, true, false, false, false}),
            (Marks{false, true, true, false, false}));
  EXPECT_EQ(left_out(messages, {true, false, false, false, true}),
            (Marks{true, true, true, false, true}));
}

}  // namespace
}  // namespace mailrail::engine
