#include "sns/publish.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/errors.h"
#include "engine/surroundings_testing.h"
#include "sns/sns_testing.h"

namespace mailrail::sns {
namespace {

class PublishTest : public SnsTest {
 protected:
  std::string told(const PublishInput& input) {
    const auto published = publish(input);
    return published ? "published" : published.error().message;
  }

  std::string told(const engine::Topic& topic, std::vector<PublishBatchRequestEntry> entries) {
    const auto published = publish_batch(topic, std::move(entries));
    if (!published) return published.error().message;
    std::string each_told;
    for (const auto& each : *published)
      each_told += (each_told.empty() ? "" : " | ") + (each ? "ok" : each.error().message);
    return each_told;
  }
};

// All of it is wrong, and then one thing less each time.
TEST_F(PublishTest, TellsOfSeveralThingsWrongTheFirst) {
  const engine::Topic& topic = create_topic("news", {.message_bytes_max = 1024});
  PublishInput input{.topic_arn = "arn:aws:sns:us-east-1:000000000000:none",
                     .message = "",
                     .subject = "\n",
                     .message_structure = "json",
                     .message_attributes = {{"a b", string_attribute("v")}},
                     .message_deduplication_id = "d d",
                     .message_group_id = "g"};

  EXPECT_EQ(told(input), "Invalid parameter: Subject");
  input.subject.reset();
  EXPECT_EQ(told(input), "Invalid parameter: Empty message");
  input.message = std::string(1025, 'x');
  EXPECT_TRUE(told(input).starts_with("Invalid non-alphanumeric character '#x20'")) << told(input);
  input.message_attributes.clear();
  EXPECT_EQ(told(input), "Topic does not exist");
  input.topic_arn = topic_arn(topic.name);
  EXPECT_EQ(told(input), "Invalid parameter: Message too long");
  input.message = "x";
  EXPECT_TRUE(told(input).starts_with("Invalid parameter: MessageDeduplicationId Reason: The req"));
  input.message_deduplication_id.reset();
  EXPECT_TRUE(told(input).starts_with("Invalid parameter: Message Structure - JSON message"));
  input.message_structure.reset();
  input.message_group_id = "g g";
  EXPECT_TRUE(told(input).starts_with("Invalid parameter: MessageGroupId Reason: It can only"));
  input.message_group_id = "g";
  EXPECT_EQ(told(input), "published");
}

TEST_F(PublishTest, TellsWhatAFifoTopicWantsBeforeWhatIsWrongWithItsIds) {
  PublishInput input = input_to(create_topic("news.fifo"), "x");
  input.message_structure = "json";

  EXPECT_EQ(told(input),
            "Invalid parameter: The MessageGroupId parameter is required for FIFO "
            "topics");
  input.message_group_id = "g g";
  EXPECT_TRUE(told(input).starts_with("Invalid parameter: The topic should either have"));
  input.message_deduplication_id = "d";
  EXPECT_TRUE(told(input).starts_with("Invalid parameter: Message Structure - JSON message"));
  input.message_structure = "";
  EXPECT_TRUE(told(input).starts_with("Invalid parameter: MessageGroupId Reason: It can only"));
  input.message_group_id = "g";
  EXPECT_EQ(told(input), "published");
}

TEST_F(PublishTest, IsForOneMessageInEveryQueueOrNone) {
  const engine::Topic& topic = create_topic("news");
  const QueueId first = create_queue("first");
  const QueueId second = create_queue("second");
  subscribe(topic, "first");
  subscribe(topic, "second", {.is_raw = true});
  const std::uint32_t before = facts.count();

  ASSERT_TRUE(publish(input_to(topic, "hi")));

  EXPECT_EQ(facts.count(), before + 1);
  EXPECT_TRUE(received(first)[0].body.contains("\"Message\" : \"hi\""));
  EXPECT_EQ(received(second)[0].body, "hi");
}

TEST_F(PublishTest, AddsNothingWhereThereIsNoRoomButAnswersADuplicate) {
  const engine::Topic& topic = create_topic("news.fifo", {.content_based_deduplication = true});
  const QueueId queue = create_queue("q.fifo");
  subscribe(topic, "q.fifo", {.is_raw = true});
  PublishInput first = input_to(topic, "hi");
  first.message_group_id = "g";
  PublishInput second = first;
  second.message = "ho";
  const auto original = publish(first);
  const engine::FakeSurroundings full;
  turn.surroundings = &full;

  EXPECT_EQ(publish(first)->publication, original->publication);
  const auto refused = publish(second);
  ASSERT_FALSE(refused.has_value());
  EXPECT_GE(refused.error().kind->http_status, 500);

  turn.surroundings = nullptr;
  EXPECT_TRUE(publish(second));
  EXPECT_EQ(received(queue).size(), 2u);
}

TEST_F(PublishTest, HasDuplicatesByContentOnlyWhereTheTopicSaysSo) {
  const engine::Topic& topic = create_topic("news.fifo", {.content_based_deduplication = true});
  PublishInput input = input_to(topic, "hi");
  input.message_group_id = "g";
  const Seq original = publish(input)->publication;

  EXPECT_EQ(publish(input)->publication, original);
  input.message_attributes["a"] = string_attribute("not of the content");
  EXPECT_EQ(publish(input)->publication, original);
  input.message_deduplication_id = "d";
  EXPECT_NE(publish(input)->publication, original);
}

// --- Batches.

std::vector<PublishBatchRequestEntry> entries_of(const std::vector<std::size_t>& sizes) {
  std::vector<PublishBatchRequestEntry> entries;
  for (const std::size_t each : sizes) {
    entries.push_back({.id = std::to_string(entries.size()), .message = std::string(each, 'x')});
  }
  return entries;
}

constexpr std::string_view too_long =
    "The length of all the messages put together is more than the limit.";

TEST_F(PublishTest, TakesABatchAsLongAsAMessageMayBeAndNoByteMore) {
  const engine::Topic& topic = create_topic("news");

  EXPECT_EQ(told(topic, entries_of({131'072, 131'072})), "ok | ok");
  EXPECT_EQ(told(topic, entries_of({131'072, 131'073})), too_long);
  std::vector<PublishBatchRequestEntry> entries = entries_of({131'072, 131'064});
  entries[1].message_attributes["a"] = string_attribute("v");
  EXPECT_EQ(told(topic, entries), "ok | ok");
  entries[1].message_attributes["a"] = string_attribute("vv");
  EXPECT_EQ(told(topic, entries), too_long);
}

TEST_F(PublishTest, TakesAsMuchInABatchAsTheTopicInAMessage) {
  const engine::Topic& large = create_topic("large", {.message_bytes_max = 300'000});
  const engine::Topic& small = create_topic("small", {.message_bytes_max = 1024});

  EXPECT_EQ(told(large, entries_of({150'000, 150'000})), "ok | ok");
  EXPECT_EQ(told(large, entries_of({150'000, 150'001})), too_long);
  EXPECT_EQ(told(small, entries_of({1024, 1025, 1024})),
            "ok | Invalid parameter: Message too long | ok");
}

TEST_F(PublishTest, TakesTenEntriesAndNotNone) {
  const engine::Topic& topic = create_topic("news");

  EXPECT_EQ(told(topic, {}), "The batch request doesn't contain any entries.");
  EXPECT_EQ(publish_batch(topic, entries_of(std::vector<std::size_t>(10, 1)))->size(), 10u);
  EXPECT_EQ(told(topic, entries_of(std::vector<std::size_t>(11, 1))),
            "The batch request contains more entries than permissible.");
}

TEST_F(PublishTest, FailsABatchForTheFirstThingThatIsWrongWithAll) {
  const engine::Topic& topic = create_topic("news");
  std::vector<PublishBatchRequestEntry> entries = entries_of({131'072, 131'073});
  entries[0].message_structure = "json";
  entries[1].message_attributes["a b"] = string_attribute("v");
  entries[0].id = entries[1].id = "a b";

  EXPECT_EQ(told(topic, entries), "Two or more batch entries in the request have the same Id.");
  entries[0].id = "0";
  EXPECT_TRUE(told(topic, entries).contains("impermissible character: a b"));
  entries[1].id = std::string(81, 'i');
  EXPECT_TRUE(told(topic, entries).contains("is too long: iii"));
  entries[1].id = std::string(80, 'i');
  EXPECT_TRUE(told(topic, entries).starts_with("Invalid parameter: Message Structure"));
  entries[0].message_structure.reset();
  EXPECT_TRUE(told(topic, entries).starts_with("Invalid non-alphanumeric character"));
  entries[1].message_attributes.clear();
  EXPECT_EQ(told(topic, entries), too_long);
  entries[1].message->pop_back();
  EXPECT_EQ(told(topic, entries), "ok | ok");
}

TEST_F(PublishTest, FailsAnEntryAloneForWhatIsWrongWithItAlone) {
  const engine::Topic& topic = create_topic("news");
  std::vector<PublishBatchRequestEntry> entries = entries_of({1, 0, 1, 1, 1});
  entries[2].subject = "\n";
  entries[3].message_deduplication_id = "d";
  entries[4].message_group_id = "g g";

  const auto published = *publish_batch(topic, entries);

  EXPECT_TRUE(published[0]);
  EXPECT_EQ(published[1].error().message, "Invalid parameter: Empty message");
  EXPECT_EQ(published[2].error().message, "Invalid parameter: Subject");
  EXPECT_TRUE(
      published[3].error().message.starts_with("Invalid parameter: MessageDeduplicationId"));
  EXPECT_TRUE(published[4].error().message.starts_with("Invalid parameter: MessageGroupId"));
}

TEST_F(PublishTest, FailsAWholeBatchWhereThereIsNoRoom) {
  const engine::Topic& topic = create_topic("news");
  const engine::FakeSurroundings full;
  turn.surroundings = &full;
  const std::uint32_t before = facts.count();

  const auto published = publish_batch(topic, entries_of({1, 1}));

  ASSERT_FALSE(published.has_value());
  EXPECT_GE(published.error().kind->http_status, 500);
  EXPECT_EQ(facts.count(), before);
}

TEST_F(PublishTest, FailsTheEntriesOfABatchThatComeAfterTheLimitIsReached) {
  const engine::Topic& topic = create_topic("news");
  const QueueId queue = create_queue("q");
  subscribe(topic, "q", {.is_raw = true});
  const engine::NoMemoryLeft after_one(engine);
  turn.surroundings = &after_one;

  const auto published = *publish_batch(topic, entries_of({1, 1, 1}));

  EXPECT_TRUE(published[0]);
  for (const auto* each : {&published[1], &published[2]}) {
    ASSERT_FALSE(each->has_value());
    EXPECT_EQ(each->error().kind, &api::errors::memory_is_full);
  }
  EXPECT_EQ(received(queue).size(), 1u);
}

TEST_F(PublishTest, KnowsDuplicatesWithinABatch) {
  const engine::Topic& topic = create_topic("news.fifo");
  const QueueId queue = create_queue("q.fifo");
  subscribe(topic, "q.fifo", {.is_raw = true});
  std::vector<PublishBatchRequestEntry> entries = entries_of({1, 2, 3});
  for (PublishBatchRequestEntry& each : entries) {
    each.message_group_id = "g";
    each.message_deduplication_id = each.id == "2" ? "0" : each.id;
  }

  const auto published = *publish_batch(topic, entries);

  EXPECT_EQ(published[2]->publication, published[0]->publication);
  EXPECT_NE(published[1]->publication, published[0]->publication);
  EXPECT_EQ(received(queue).size(), 2u);
}

}  // namespace
}  // namespace mailrail::sns
