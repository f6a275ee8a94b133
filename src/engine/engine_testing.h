// What the engine's tests share: an engine, a clock that they turn, and the facts that it recorded.
//
// At the end of every test these are replayed, which must give the same state. Nothing here is part
// of mailrail itself.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.h"

namespace mailrail::engine {

using Bodies = std::vector<std::string>;

class EngineTest : public testing::Test {
 protected:
  EngineTest() { engine.found(turn); }

  QueueId create(const std::string& name, QueueAttributes attributes = {}) {
    attributes.is_fifo = name.ends_with(".fifo");
    return engine.create_queue(turn, QueueName{.region = "r", .account = "a", .name = name},
                               attributes, {});
  }

  Seq send(QueueId queue, const std::string& body, const std::string& group = "") {
    return engine
        .send(turn, {.queue = queue, .group = group, .deduplication_id = body, .record = body})
        .seq;
  }

  std::vector<ReceivedMessage> receive(QueueId queue,
                                       std::size_t count_max = 10,
                                       std::optional<Duration> visibility = {}) {
    return engine
        .receive(turn, {.queue = queue, .count_max = count_max, .visibility_timeout = visibility})
        .messages;
  }

  Bodies bodies(const std::vector<ReceivedMessage>& messages) const {
    Bodies bodies;
    for (const ReceivedMessage& each : messages) bodies.push_back(body(each));
    return bodies;
  }

  Bodies receive_bodies(QueueId queue,
                        std::size_t count_max = 10,
                        std::optional<Duration> visibility = {}) {
    return bodies(receive(queue, count_max, visibility));
  }

  std::string body(const ReceivedMessage& message) const {
    const std::string_view payload = facts.payload();
    const std::string_view bytes = payload.substr(
        message.body.position.value() - facts.position().value(), message.body.length);
    const auto sent = decode_sent(bytes);
    return sent ? std::string(sent->record) : "unreadable: " + sent.error().message;
  }

  void pass(Duration time) {
    turn.now += time;
    while (!engine.advance(turn.now)) {
    }
  }

  void expect_replay_gives_the_same_state() const {
    Engine replayed(99);
    const auto decoded = decode_facts(facts.payload(), [&](const Fact& fact, FactPlace place) {
      replayed.apply(fact,
                     Body{.position = facts.position() + place.offset, .length = place.length});
    });
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(replayed.state_hash(turn.now), engine.state_hash(turn.now));
  }

  void TearDown() override { expect_replay_gives_the_same_state(); }

  SeededRandom random{7};
  FactWriter facts{Position(4096)};
  Turn turn{.now = from_unix_ms(1'700'000'000'000), .random = random, .facts = facts};
  Engine engine{1};
};

}  // namespace mailrail::engine
