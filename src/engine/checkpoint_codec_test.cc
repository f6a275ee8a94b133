#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/random.h"
#include "engine/checkpoint.h"

namespace mailrail::engine {
namespace {

QueueName name_of(const std::string& name) {
  return {.region = "us-east-1", .account = "000000000000", .name = name};
}

KeptMessages some_messages() {
  KeptMessages record{.queue = QueueId(3)};
  record.messages.push_back({.seq = Seq(10),
                             .body = {.position = Position(1 << 20), .length = 300},
                             .sent = from_unix_ms(1'700'000'000'000),
                             .delay_seconds = 900});
  record.messages.push_back({.seq = Seq(12),
                             .body = {.position = Position(1 << 19), .length = 1},
                             .sent = from_unix_ms(1'700'000'000'001),
                             .group = "conversation",
                             .is_damaged = true});
  record.messages.push_back({.seq = Seq(1'000'000),
                             .body = {.position = Position(1), .length = 2},
                             .sent = from_unix_ms(1'600'000'000'000),
                             .group = "conversation",
                             .delivery = KeptDelivery{.until = from_unix_ms(5),
                                                      .lease_started = from_unix_ms(4),
                                                      .first_received = from_unix_ms(3),
                                                      .origin_queue = QueueId(1),
                                                      .origin_seq = Seq(2),
                                                      .receive_count = 7,
                                                      .source = name_of("source"),
                                                      .forgiven = 3}});
  record.messages.push_back(
      {.seq = Seq(1'000'001),
       .body = {.position = Position(4), .length = 2},
       .sent = from_unix_ms(1'600'000'000'000),
       .delivery = KeptDelivery{.origin_queue = QueueId(1), .origin_seq = Seq(2), .redrives = 3}});
  record.messages.push_back({.seq = Seq(1'000'002),
                             .body = {.position = Position(77), .length = 2},
                             .sent = from_unix_ms(1'600'000'000'000),
                             .share = Share{.topic = TopicId(4),
                                            .publication = Seq(999'999),
                                            .subscription = SubscriptionId(6),
                                            .is_raw = true,
                                            .protocol = Protocol::https,
                                            .is_body_damaged = true}});
  return record;
}

KeptMoveTask some_task() {
  return {.queue = QueueId(3),
          .task = {.id = Seq(50),
                   .started = from_unix_ms(11),
                   .destination = name_of("destination"),
                   .rate = 500,
                   .to_move = 12,
                   .moved = 7,
                   .lag = 13ms,
                   .status = MoveTaskStatus::failed,
                   .failure = MoveTaskFailure::no_destination,
                   .pace = MovePace::ramp}};
}

KeptTopic some_topic() {
  return {.topic = TopicId(4),
          .name = name_of("topic.fifo"),
          .attributes = {.is_fifo = true,
                         .deduplication_scope = TopicDeduplicationScope::message_group,
                         .message_bytes_max = 1024,
                         .kept = {{"DisplayName", "Orders"}}},
          .tags = {{"team", "shop"}},
          .created_at = from_unix_ms(21),
          .changed_at = from_unix_ms(22),
          .deleted_subscriptions = 3};
}

KeptSubscription some_subscription() {
  return {.subscription = SubscriptionId(6),
          .topic = TopicId(4),
          .protocol = Protocol::https,
          .endpoint = "https://example.com/orders",
          .queue = name_of("orders"),
          .state = SubscriptionState::deactivated,
          .was_authenticated = true,
          .must_authenticate_unsubscribe = true,
          .since = from_unix_ms(23),
          .changed_at = from_unix_ms(24),
          .attributes = {.is_raw = true,
                         .filter_policy = R"({"shop":["north"]})",
                         .filter_scope = FilterScope::message_body,
                         .dead_letter_target = name_of("dead"),
                         .kept = {{"DeliveryPolicy", "{}"}}}};
}

SigningKey some_key() {
  return {.made_at = from_unix_ms(25), .private_key = "private", .certificate = "public"};
}

std::string encoded() {
  std::string bytes;
  CheckpointBegin begin{.last_seq = Seq(99),
                        .last_queue = QueueId(4),
                        .last_topic = TopicId(5),
                        .last_subscription = SubscriptionId(6)};
  begin.secret.fill('s');
  encode_record(begin, bytes);
  KeptQueue queue{
      .queue = QueueId(3),
      .name = name_of("q"),
      .attributes = {.delay = 5s, .on_poison = OnPoison::park, .subscription = SubscriptionId(6)},
      .tags = {{"team", "chat"}},
      .created_at = from_unix_ms(1),
      .changed_at = from_unix_ms(2),
      .purged_below = Seq(9)};
  queue.attributes.kept["Policy"] = "{}";
  encode_record(queue, bytes);
  encode_record(some_messages(), bytes);
  encode_record(SweptQueue{.queue = QueueId(3), .through = Seq(77)}, bytes);
  encode_record(
      KeptDeduplication{
          .ids = {{.key = {.low = 1, .high = 2}, .seq = Seq(3), .at = from_unix_ms(4)}}},
      bytes);
  encode_record(KeptAttempt{.attempt = {.low = 5, .high = 6},
                            .started = from_unix_ms(7),
                            .given = {{.seq = Seq(8), .generation = 9, .until = from_unix_ms(10)}}},
                bytes);
  encode_record(some_task(), bytes);
  encode_record(KeptRecent{.deletions = {{.name = name_of("gone"), .at = from_unix_ms(11)}},
                           .purges = {{.queue = QueueId(3), .at = from_unix_ms(12)}}},
                bytes);
  encode_record(KeptParked{.queue = QueueId(3), .group = "conversation", .since = from_unix_ms(11)},
                bytes);
  encode_record(some_topic(), bytes);
  encode_record(some_subscription(), bytes);
  encode_record(KeptSigningKey{.key = some_key()}, bytes);
  return bytes;
}

TEST(CheckpointCodec, ReadsATaskFromBeforeThereWereRamps) {
  std::string whole;
  encode_record(some_task(), whole);
  ByteReader reader(whole);
  std::string_view fields = reader.string();
  fields.remove_suffix(1);
  std::string shorter;
  ByteWriter(shorter).string(fields);
  KeptMoveTask read = some_task();

  ASSERT_TRUE(decode_records(
      shorter, [&](const CheckpointRecord& record) { read = std::get<KeptMoveTask>(record); }));

  EXPECT_EQ(read.task.failure, MoveTaskFailure::no_destination);
  EXPECT_EQ(read.task.pace, MovePace::steady);
}

TEST(CheckpointCodec, GivesBackEveryRecord) {
  const std::string bytes = encoded();
  std::vector<std::size_t> types;

  const auto decoded = decode_records(bytes, [&](const CheckpointRecord& record) {
    types.push_back(record.index());
    std::string again;  // Equal bytes are equal records.
    encode_record(record, again);
    EXPECT_NE(bytes.find(again), std::string::npos);
    if (const auto* kept = std::get_if<KeptMessages>(&record)) {
      EXPECT_EQ(kept->messages, some_messages().messages);
    }
    if (const auto* kept = std::get_if<KeptMoveTask>(&record)) {
      EXPECT_EQ(kept->task.id, Seq(50));
      EXPECT_EQ(kept->task.destination, name_of("destination"));
      EXPECT_EQ(kept->task.moved, 7u);
      EXPECT_EQ(kept->task.lag, 13ms);
      EXPECT_EQ(kept->task.failure, MoveTaskFailure::no_destination);
      EXPECT_EQ(kept->task.pace, MovePace::ramp);
    }
    if (const auto* queue = std::get_if<KeptQueue>(&record)) {
      EXPECT_EQ(queue->attributes.kept.at("Policy"), "{}");
      EXPECT_EQ(queue->tags.at("team"), "chat");
      EXPECT_EQ(queue->purged_below, Seq(9));
      EXPECT_EQ(queue->attributes.on_poison, OnPoison::park);
      EXPECT_EQ(queue->attributes.subscription, SubscriptionId(6));
    }
    if (const auto* begin = std::get_if<CheckpointBegin>(&record)) {
      EXPECT_EQ(begin->last_topic, TopicId(5));
      EXPECT_EQ(begin->last_subscription, SubscriptionId(6));
    }
    if (const auto* kept = std::get_if<KeptTopic>(&record)) {
      EXPECT_EQ(kept->attributes, some_topic().attributes);
      EXPECT_EQ(kept->deleted_subscriptions, 3u);
    }
    if (const auto* kept = std::get_if<KeptSubscription>(&record)) {
      EXPECT_EQ(kept->attributes, some_subscription().attributes);
      EXPECT_EQ(kept->queue, name_of("orders"));
      EXPECT_EQ(kept->protocol, Protocol::https);
      EXPECT_TRUE(kept->state == SubscriptionState::deactivated);
      EXPECT_TRUE(kept->must_authenticate_unsubscribe);
    }
    if (const auto* kept = std::get_if<KeptSigningKey>(&record)) {
      EXPECT_EQ(kept->key, some_key());
    }
  });

  ASSERT_TRUE(decoded);
  EXPECT_EQ(types, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
}

TEST(CheckpointCodec, RefusesEveryPartThatIsNotWhole) {
  const std::string bytes = encoded();
  std::size_t whole = 0;

  for (std::size_t size = 0; size < bytes.size(); ++size)
    whole += decode_records(bytes.substr(0, size), [](const auto&) {}) ? 1 : 0;

  EXPECT_EQ(whole, 12u);  // Nothing, and after each record but the last.
}

TEST(CheckpointCodec, SurvivesAnyBytes) {
  SeededRandom random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = encoded();
    for (std::uint64_t flips = 1 + random.below(4); flips > 0; --flips)
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    (void)decode_records(bytes, [](const CheckpointRecord& record) {
      std::string again;
      encode_record(record, again);
    });
  }
}

TEST(CheckpointCodec, RefusesMessagesOutOfOrder) {
  KeptMessages record{.queue = QueueId(1)};
  record.messages.push_back({.seq = Seq(5)});
  record.messages.push_back({.seq = Seq(5)});
  std::string bytes;
  encode_record(record, bytes);

  EXPECT_FALSE(decode_records(bytes, [](const auto&) {}));
}

}  // namespace
}  // namespace mailrail::engine
