// Bodies that messages of several queues share, while the log is cleaned.

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "broker/housekeeping_testing.h"
#include "engine/read_back.h"

namespace mailrail::broker {
namespace {

class SharedBodiesTest : public HousekeepingTest {
 protected:
  // One to all three queues.
  Seq publish(std::size_t bytes) {
    Seq publication;
    turn([&](engine::Engine& state, engine::Turn& turn) {
      if (state.topics().all().empty())
        topic_ = state.create_topic(turn, {.region = "r", .account = "a", .name = "t"}, {}, {});
      std::vector<engine::PublishTarget> targets;
      for (const QueueId each : queues)
        targets.push_back({.queue = each, .subscription = SubscriptionId(each.value())});
      const std::string record(bytes, 'm');
      publication =
          state.publish(turn, {.topic = topic_, .record = record, .targets = targets}).publication;
    });
    return publication;
  }

  void make_queues() {
    for (const char* each : {"one", "two", "three"}) queues.push_back(create(each));
    other = create("other");
  }

  // So much comes and goes that the log is cleaned again and again.
  std::uint64_t churn() {
    std::uint64_t most = 0;
    for (int i = 0; i < 3000; ++i) {
      remove(other, send(other, 3000));
      most = std::max(most, log->space().total());
    }
    return most;
  }

  std::vector<std::string> records_in(QueueId queue) {
    std::vector<std::string> records;
    turn([&](engine::Engine& state, engine::Turn& turn) {
      const auto received = state.receive(turn, {.queue = queue, .count_max = 100});
      for (const engine::ReceivedMessage& each : received.messages) {
        const auto bytes = log->read(each.body.position, each.body.length);
        ASSERT_TRUE(bytes) << bytes.error().message;
        const auto sent = engine::read_sent(*bytes, each);
        ASSERT_TRUE(sent) << sent.error().message;
        records.emplace_back(sent->record);
      }
    });
    return records;
  }

  std::vector<QueueId> queues;
  QueueId other;

 private:
  TopicId topic_;
};

TEST_F(SharedBodiesTest, AreMovedOnceAndKeepTheLogShort) {
  start();
  make_queues();
  publish(2000);
  publish(1000);
  const std::uint64_t live = engine->live_bytes().total();
  EXPECT_LT(live, 2000u + 1000 + 200);

  EXPECT_LE(churn(), 12 * unit);

  EXPECT_EQ(engine->live_bytes().total(), live);
  restart();
  EXPECT_EQ(engine->live_bytes().total(), live);
  for (const QueueId each : queues) {
    EXPECT_EQ(records_in(each), (std::vector{std::string(2000, 'm'), std::string(1000, 'm')}));
  }
}

TEST_F(SharedBodiesTest, DoNotKeepTheLogIfTheyAreDamaged) {
  start();
  make_queues();
  const Seq publication = publish(2000);
  for (int i = 0; i < 200; ++i) remove(other, send(other, 3000));  // More than a segment.
  stop();
  flip_first_body();
  start();

  EXPECT_LE(churn(), 12 * unit);

  const std::vector<Unreadable> told = broker->take_unreadable();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].queue, std::nullopt);
  EXPECT_EQ(told[0].message.publication, publication);
  EXPECT_EQ(told[0].why.kind, &errors::corrupt);
  for (const QueueId each : queues) EXPECT_EQ(records_in(each), std::vector<std::string>{});
  restart();
  for (const QueueId each : queues) EXPECT_EQ(records_in(each), std::vector<std::string>{});
}

}  // namespace
}  // namespace mailrail::broker
