#include "broker/consumers.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/heap_testing.h"

namespace mailrail::broker {
namespace {

constexpr QueueId queue{1};
constexpr QueueId other_queue{2};
constexpr Consumer ann{
    .address = "10.0.0.1", .user_agent = "aws-sdk-js/3.1169.0", .key_id = "AKIAANN"};
constexpr Consumer bob{.address = "10.0.0.2", .user_agent = "Boto3/1.26.27"};

std::vector<engine::ReceivedMessage> messages(std::uint64_t seq, std::uint32_t generation = 1) {
  return {{.queue = queue, .seq = Seq(seq), .receive_count = generation}};
}

engine::ReceiptHandle handle(std::uint64_t seq, std::uint32_t generation = 1) {
  return messages(seq, generation).front().handle();
}

class ConsumersTest : public testing::Test {
 protected:
  void receives(const Consumer& who, const std::vector<engine::ReceivedMessage>& given) {
    consumers.answered(consumers.asks(queue, who, now), {.messages = given, .until = now + 30s},
                       now);
  }

  // As it is known of this queue, if it is.
  std::optional<ConsumerRecord> known(const Consumer& who) const {
    for (const ConsumerRecord& each : consumers.of(queue, now)) {
      if (each.address == who.address && each.user_agent == who.user_agent &&
          each.key_id == who.key_id)
        return each;
    }
    return std::nullopt;
  }

  // So many of them, each from an address of its own.
  void many_receive(std::size_t count, QueueId from, const std::string& network) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string address = network + std::to_string(i);
      consumers.answered(consumers.asks(from, {.address = address}, now), {}, now);
    }
  }

  Consumers consumers;
  Instant now = from_unix_ms(1'700'000'000'000);
};

TEST_F(ConsumersTest, AreToldApartByAddressUserAgentAndKey) {
  Consumer other_agent = ann;
  other_agent.user_agent = "aws-cli/2.9.19";
  Consumer other_key = ann;
  other_key.key_id = "AKIABOB";
  for (const Consumer& each : {ann, bob, other_agent, other_key, ann}) receives(each, {});

  EXPECT_EQ(consumers.of(queue, now).size(), 4u);
  EXPECT_EQ(known(ann)->receives, 2u);
  EXPECT_EQ(known(bob)->receives, 1u);
  EXPECT_TRUE(consumers.of(other_queue, now).empty());
}

TEST_F(ConsumersTest, AreCountedWithWhatTheyGot) {
  receives(ann, messages(1));
  receives(ann, {});
  now += 1s;
  receives(ann, {});

  EXPECT_EQ(known(ann)->receives, 3u);
  EXPECT_EQ(known(ann)->empty_receives, 2u);
  EXPECT_EQ(known(ann)->messages, 1u);
  EXPECT_EQ(known(ann)->recent_receives.count(now), 2u);
  EXPECT_EQ(known(ann)->first_seen, now - 1s);
  EXPECT_EQ(known(ann)->last_seen, now);
}

TEST_F(ConsumersTest, AreMeasuredByTheDeletesOfWhatTheyReceived) {
  receives(ann, messages(1));
  receives(bob, messages(2));
  now += 3s;
  consumers.deleted(handle(1), now);
  consumers.deleted(handle(1), now + 1h);
  now += 60s;
  consumers.deleted(handle(2), now);

  EXPECT_EQ(known(ann)->processing.median(), 3s);
  EXPECT_EQ(known(ann)->expired_leases, 0u);
  EXPECT_EQ(known(bob)->processing.median(), 63s) << "later than its lease";
  EXPECT_EQ(known(bob)->expired_leases, 1u);
}

TEST_F(ConsumersTest, HaveALeaseExpiredAsSoonAsItIs) {
  receives(ann, messages(1));

  now += 30s - 1ms;
  EXPECT_EQ(known(ann)->expired_leases, 0u);
  now += 1ms;
  EXPECT_EQ(known(ann)->expired_leases, 1u) << "nobody received it again yet";
  receives(bob, messages(1, 2));
  EXPECT_EQ(known(ann)->expired_leases, 1u) << "the same";
  EXPECT_EQ(known(bob)->expired_leases, 0u);
  now += 30s;
  consumers.lease_over(handle(1, 2), now);
  EXPECT_EQ(known(bob)->expired_leases, 1u) << "a dead letter now";
}

TEST_F(ConsumersTest, HaveALeaseExpiredThoughItsMessageIsPurgedThen) {
  receives(ann, messages(1));
  now += 30s;
  receives(ann, messages(2));

  consumers.purged(queue, Seq(3), now);

  now += 1h;
  EXPECT_EQ(known(ann)->expired_leases, 1u);
}

TEST_F(ConsumersTest, HaveNoLeaseExpiredThatTheyMovedOrGaveBack) {
  for (const std::uint64_t seq : {1, 2, 3}) receives(ann, messages(seq));
  now += 20s;
  consumers.lease_moved(handle(1), now + 30s, now);
  consumers.lease_moved(handle(2), now, now);
  consumers.purged(queue, Seq(4), now);
  receives(ann, messages(4));
  consumers.lease_moved(handle(4), now + 60s, now);
  now += 59s;

  EXPECT_EQ(known(ann)->expired_leases, 0u);
  now += 1s;
  EXPECT_EQ(known(ann)->expired_leases, 1u);
  consumers.lease_moved(handle(4), now + 60s, now);
  now += 1h;
  EXPECT_EQ(known(ann)->expired_leases, 1u) << "hidden anew by who held it no more";
}

TEST_F(ConsumersTest, HaveNoLeaseOfAMessageThatWasVisibleAtOnce) {
  consumers.answered(consumers.asks(queue, ann, now), {.messages = messages(1), .until = now}, now);

  EXPECT_EQ(known(ann)->messages, 1u);
  EXPECT_EQ(known(ann)->expired_leases, 0u);
}

TEST_F(ConsumersTest, WaitByAsManyCallsAsTheyHaveOpen) {
  const ConsumerId id = consumers.asks(queue, ann, now);
  consumers.waits(id);
  consumers.waits(id);
  consumers.waits_no_more(id);
  consumers.waits(ConsumerId());

  EXPECT_EQ(known(ann)->open_polls, 1u);
  EXPECT_EQ(known(ann)->receives, 0u) << "not answered yet";
}

TEST_F(ConsumersTest, BeyondSoManyOfAQueueAreCountedTogether) {
  many_receive(Consumers::of_queue_max + 10, queue, "10.1.0.");
  const auto others = [&] {
    const auto records = consumers.of(queue, now);
    const auto found = std::ranges::find_if(records, &ConsumerRecord::is_of_others);
    return found == records.end() ? ConsumerRecord() : *found;
  };

  EXPECT_EQ(consumers.of(queue, now).size(), Consumers::of_queue_max + 1);
  EXPECT_EQ(others().receives, 10u);
  now += Consumers::kept_for - 1ms;
  receives(ann, messages(1));
  EXPECT_EQ(known(ann), std::nullopt);
  EXPECT_EQ(others().messages, 1u);
  now += 1ms;
  receives(ann, messages(2));
  EXPECT_EQ(known(ann)->messages, 1u) << "in the place of who was not seen for longest";
  EXPECT_EQ(known({.address = "10.1.0.0"}), std::nullopt);
  EXPECT_EQ(consumers.of(queue, now).size(), Consumers::of_queue_max + 1);
}

TEST_F(ConsumersTest, BeyondSoManyInAllTheLeastRecentlySeenIsForgotten) {
  const ConsumerId forgotten = consumers.asks(queue, ann, now);
  consumers.waits(forgotten);
  receives(bob, {});
  std::uint32_t last = 9;
  for (; consumers.size() < Consumers::all_max; ++last) {
    const std::size_t left = Consumers::all_max - consumers.size();
    many_receive(std::min(left, Consumers::of_queue_max), QueueId(last), "10.2.0.");
  }
  receives(bob, {});

  consumers.asks(QueueId(last), ann, now);

  EXPECT_EQ(consumers.size(), Consumers::all_max);
  EXPECT_EQ(known(ann), std::nullopt);
  EXPECT_EQ(known(bob)->receives, 2u);
  consumers.waits_no_more(forgotten);
  consumers.asks(queue, ann, now);
  EXPECT_EQ(known(ann)->open_polls, 0u);
}

TEST_F(ConsumersTest, FollowSoManyMessagesThatAreOut) {
  for (std::uint64_t seq = 1; seq <= Consumers::leases_max + 5; ++seq) receives(ann, messages(seq));
  consumers.deleted(handle(1), now);
  receives(ann, messages(Consumers::leases_max + 6));
  now += 30s;

  EXPECT_EQ(known(ann)->expired_leases, Consumers::leases_max);
  for (std::uint64_t seq = 1; seq <= Consumers::leases_max; ++seq)
    receives(bob, messages(seq + Consumers::leases_max + 6));
  EXPECT_EQ(known(ann)->expired_leases, Consumers::leases_max) << "those that are over make room";
  now += 30s;
  EXPECT_EQ(known(bob)->expired_leases, Consumers::leases_max);
}

// Each with the longest address, program and key that there may be.
TEST_F(ConsumersTest, TakeSixMebibytesAtMost) {
  if (!MAILRAIL_HEAP_IS_GLIBC) GTEST_SKIP() << "A sanitizer's heap is not glibc's.";
  const std::string user_agent(256, 'u');
  const double before = memory_in_use();

  for (std::uint32_t each = 0; each < Consumers::all_max; ++each) {
    const std::string address = fmt::format("2001:0db8:85a3:0000:0000:8a2e:{:04x}:7334", each);
    const std::string key_id = fmt::format("AKIA{:016}", each);
    const QueueId from{1 + each / 32};
    const ConsumerId who =
        consumers.asks(from, {.address = address, .user_agent = user_agent, .key_id = key_id}, now);
    for (std::uint64_t seq = 0; seq < Consumers::leases_max / Consumers::all_max; ++seq) {
      const engine::ReceivedMessage message{
          .queue = from, .seq = Seq(1 + each * 4 + seq), .receive_count = 1};
      consumers.answered(who, {.messages = {&message, 1}, .until = now + 30s}, now);
    }
  }

  EXPECT_EQ(consumers.size(), Consumers::all_max);
  EXPECT_LE(memory_in_use() - before, 6.0 * (1 << 20));
}

TEST_F(ConsumersTest, AreForgottenWithTheirQueue) {
  receives(ann, messages(1));
  const ConsumerId waiting = consumers.asks(queue, bob, now);
  consumers.waits(waiting);

  consumers.queue_deleted(queue);

  consumers.waits_no_more(waiting);
  consumers.deleted(handle(1), now);
  EXPECT_EQ(consumers.size(), 0u);
  EXPECT_TRUE(consumers.of(queue, now).empty());
}

}  // namespace
}  // namespace mailrail::broker
