#include "engine/fact_codec.h"

#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "engine/random_facts.h"

namespace mailrail::engine {
namespace {

// Every field of a fact, to compare it with another.
auto fields(const Founded& fact) { return std::tuple(fact.at, fact.secret); }
auto fields(const QueueCreated& fact) {
  return std::tuple(fact.queue, fact.at, fact.name, fact.tags);
}
auto fields(const QueueChanged& fact) { return std::tuple(fact.queue, fact.at, fact.tags); }
auto fields(const QueueDeleted& fact) { return std::tuple(fact.queue, fact.at); }
auto fields(const Purged& fact) { return std::tuple(fact.queue, fact.below_seq, fact.at); }
auto fields(const Sent& fact) {
  return std::tuple(fact.queue, fact.seq, fact.at, fact.delay_seconds, fact.group,
                    fact.deduplication_id, fact.deduplication_key, fact.record);
}
auto fields(const Leased& fact) {
  return std::tuple(fact.queue, fact.seq, fact.until, fact.started, fact.first_received,
                    fact.receive_count, fact.attempt);
}
auto fields(const Removed& fact) { return std::tuple(fact.queue, fact.why, fact.seqs); }
auto fields(const Moved& fact) {
  return std::tuple(fact.from, fact.from_seq, fact.to, fact.seq, fact.sent, fact.body, fact.group,
                    fact.origin_queue, fact.origin_seq, fact.receive_count, fact.first_received,
                    fact.redrives, fact.share);
}
auto fields(const Damaged& fact) { return std::tuple(fact.queue, fact.seq, fact.position); }

auto fields(const Relocated& fact) { return std::tuple(fact.queue, fact.seq, fact.sent); }
auto fields(const ConversationParked& fact) { return std::tuple(fact.queue, fact.group, fact.at); }
auto fields(const ConversationUnparked& fact) {
  return std::tuple(fact.queue, fact.group, fact.forgiven);
}

auto fields(const MoveTaskStarted& fact) {
  return std::tuple(fact.queue, fact.task, fact.at, fact.destination, fact.rate, fact.to_move,
                    fact.pace);
}
auto fields(const Redriven& fact) {
  return std::tuple(fact.from, fact.from_seq, fact.to, fact.seq, fact.at, fact.body, fact.group,
                    fact.origin_queue, fact.origin_seq, fact.redrives, fact.task, fact.moved,
                    fact.lag, fact.share);
}
auto fields(const MoveTaskEnded& fact) {
  return std::tuple(fact.queue, fact.task, fact.status, fact.failure);
}

auto fields(const TopicCreated& fact) {
  return std::tuple(fact.topic, fact.at, fact.name, fact.tags);
}
auto fields(const TopicChanged& fact) { return std::tuple(fact.topic, fact.at, fact.tags); }
auto fields(const TopicDeleted& fact) { return std::tuple(fact.topic, fact.at); }
auto fields(const SubscriptionCreated& fact) {
  return std::tuple(fact.subscription, fact.topic, fact.at, fact.protocol, fact.endpoint,
                    fact.queue, fact.state, fact.was_authenticated);
}
auto fields(const SubscriptionChanged& fact) { return std::tuple(fact.subscription, fact.at); }
auto fields(const SubscriptionConfirmed& fact) {
  return std::tuple(fact.subscription, fact.at, fact.was_authenticated,
                    fact.must_authenticate_unsubscribe);
}
auto fields(const SubscriptionDeactivated& fact) { return std::tuple(fact.subscription, fact.at); }
auto fields(const SubscriptionDeleted& fact) { return std::tuple(fact.subscription, fact.at); }
auto fields(const Published& fact) {
  return std::tuple_cat(std::tuple(fact.topic, fact.deliveries, fact.body), fields(fact.message));
}
auto fields(const SharedBodyRelocated& fact) { return std::tuple(fact.publication, fact.body); }
auto fields(const SharedBodyDamaged& fact) { return std::tuple(fact.publication, fact.position); }
auto fields(const SigningKeySet& fact) {
  return std::tuple(fact.at, fact.private_key, fact.certificate);
}

bool is_same(const Fact& one, const Fact& two) {
  if (one.index() != two.index()) return false;
  return std::visit(
      [&](const auto& fact) {
        const auto& other = std::get<std::decay_t<decltype(fact)>>(two);
        if constexpr (requires { fact.attributes; }) {
          if (!(fact.attributes == other.attributes)) return false;
        }
        return fields(fact) == fields(other);
      },
      one);
}

std::string encoded(const Fact& fact) {
  std::string bytes;
  encode_fact(fact, bytes);
  return bytes;
}

// Runs `check` with every type of fact, many times.
template <class Check>
void for_random_facts(std::uint64_t rounds, Check check) {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    for (std::size_t type = 0; type < RandomFacts::types; ++type) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", type " << type);
      RandomFacts facts(seed);
      const Fact fact = facts.make(type);
      ASSERT_EQ(fact.index(), type);
      check(fact, seed);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(FactCodec, GivesBackEveryFieldOfEveryFact) {
  for_random_facts(500, [](const Fact& fact, std::uint64_t) {
    const std::string bytes = encoded(fact);
    int visited = 0;

    const auto decoded = decode_facts(bytes, [&](const Fact& read, FactPlace place) {
      EXPECT_TRUE(is_same(read, fact));
      EXPECT_EQ(place.offset, 0u);
      EXPECT_EQ(place.length, bytes.size());
      ++visited;
    });

    ASSERT_TRUE(decoded);
    ASSERT_EQ(visited, 1);
  });
}

TEST(FactCodec, FindsEveryFactOfAPayloadInItsPlace) {
  RandomFacts facts(1);
  std::string payload;
  std::vector<Fact> written;
  std::vector<std::uint64_t> offsets;
  for (std::size_t i = 0; i < 200; ++i) {
    written.push_back(facts.make(i * 7 % RandomFacts::types));
    offsets.push_back(payload.size());
    encode_fact(written.back(), payload);
  }
  std::size_t visited = 0;

  const auto decoded = decode_facts(payload, [&](const Fact& read, FactPlace place) {
    EXPECT_TRUE(is_same(read, written[visited]));
    EXPECT_EQ(place.offset, offsets[visited]);
    if (std::holds_alternative<Sent>(read)) {
      const auto sent = decode_sent(std::string_view(payload).substr(place.offset, place.length));
      EXPECT_TRUE(sent && is_same(*sent, read));
    }
    ++visited;
  });

  ASSERT_TRUE(decoded);
  EXPECT_EQ(visited, written.size());
}

TEST(FactCodec, RefusesEveryTruncation) {
  for_random_facts(5, [](const Fact& fact, std::uint64_t) {
    const std::string bytes = encoded(fact);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(0, size);
      ASSERT_FALSE(decode_facts(part, [](const Fact&, FactPlace) {})) << size;
      ASSERT_FALSE(decode_sent(part)) << size;
    }
  });
}

// Its own checksum: a body is read back alone, long after its frame was verified.
TEST(FactCodec, RefusesAMessageWithAnyByteChanged) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomFacts facts(seed);
    std::string bytes = encoded(facts.make(5));
    for (char& each : bytes) {
      each = static_cast<char>(each ^ (1 << seed % 8));
      ASSERT_FALSE(decode_sent(bytes));
      each = static_cast<char>(each ^ (1 << seed % 8));
    }
    ASSERT_TRUE(decode_sent(bytes));
  }
}

TEST(FactCodec, IgnoresWhatALaterVersionAddedToTheEndOfAFact) {
  for_random_facts(5, [](const Fact& fact, std::uint64_t) {
    if (std::holds_alternative<Sent>(fact)) return;
    const std::string bytes = encoded(fact);
    std::string longer;
    ByteReader reader(bytes);
    ByteWriter(longer).string(std::string(reader.string()) + "more");

    const auto decoded = decode_facts(longer, [&](const Fact& read, FactPlace place) {
      EXPECT_TRUE(is_same(read, fact));
      EXPECT_EQ(place.length, longer.size());
    });

    ASSERT_TRUE(decoded);
  });
}

// One that says nothing of a task has a type of its own, which an older server refuses to pass
// over.
TEST(FactCodec, TellsARedriveByChoiceFromThatOfATask) {
  const Redriven by_choice{.from = QueueId(1), .from_seq = Seq(2), .to = QueueId(3), .seq = Seq(4)};
  Redriven by_task = by_choice;
  by_task.task = Seq(1);
  std::string of_no_task = encoded(by_task);
  const std::size_t task = of_no_task.size() - 4;  // Then moved, lag and that there is no share.
  ASSERT_EQ(of_no_task[task], 1);
  of_no_task[task] = 0;

  EXPECT_EQ(encoded(by_task)[1], 13);
  EXPECT_EQ(encoded(by_choice)[1], 29);
  EXPECT_EQ(encoded(by_choice).size() + 3, encoded(by_task).size());
  EXPECT_FALSE(decode_facts(of_no_task, [](const Fact&, FactPlace) {}));
}

TEST(FactCodec, ReadsAQueueFromBeforeThereWereParkingAndDeliveryQueues) {
  const QueueCreated fact{
      .queue = QueueId(1),
      .name = {.region = "r", .account = "a", .name = "q.fifo"},
      .attributes = {
          .is_fifo = true, .on_poison = OnPoison::park, .subscription = SubscriptionId(5)}};
  const auto without_last = [&](std::size_t bytes) {
    const std::string whole = encoded(fact);
    ByteReader reader(whole);
    std::string_view fields = reader.string();
    fields.remove_suffix(bytes);
    std::string shorter;
    ByteWriter(shorter).string(fields);
    QueueCreated read;
    EXPECT_TRUE(decode_facts(
        shorter, [&](const Fact& each, FactPlace) { read = std::get<QueueCreated>(each); }));
    EXPECT_EQ(read.name, fact.name);
    return read.attributes;
  };

  EXPECT_EQ(without_last(1).subscription, SubscriptionId());
  EXPECT_EQ(without_last(1).on_poison, OnPoison::park);
  EXPECT_EQ(without_last(2).subscription, SubscriptionId());
  EXPECT_EQ(without_last(2).on_poison, OnPoison::dead_letter);
}

TEST(FactCodec, ReadsATaskFromBeforeThereWereRamps) {
  const std::string whole = encoded(MoveTaskStarted{
      .queue = QueueId(1), .task = Seq(2), .rate = 3, .to_move = 4, .pace = MovePace::ramp});
  ByteReader reader(whole);
  std::string_view fields = reader.string();
  fields.remove_suffix(1);
  std::string shorter;
  ByteWriter(shorter).string(fields);
  MoveTaskStarted read{.pace = MovePace::ramp};

  ASSERT_TRUE(decode_facts(
      shorter, [&](const Fact& each, FactPlace) { read = std::get<MoveTaskStarted>(each); }));

  EXPECT_EQ(read.to_move, 4u);
  EXPECT_EQ(read.pace, MovePace::steady);
}

TEST(FactCodec, SurvivesRandomBytesAndRandomDamage) {
  for_random_facts(200, [](const Fact& fact, std::uint64_t seed) {
    SeededRandom random(seed);
    std::string damaged = encoded(fact);
    for (int i = 0; i < 3; ++i)
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    std::string noise(random.below(100), '\0');
    for (char& each : noise) each = static_cast<char>(random.below(256));

    for (const std::string& bytes : {damaged, noise}) {
      (void)decode_facts(bytes, [](const Fact& read, FactPlace) {
        std::string again;
        encode_fact(read, again);
      });
      (void)decode_sent(bytes);
    }
  });
}

}  // namespace
}  // namespace mailrail::engine
