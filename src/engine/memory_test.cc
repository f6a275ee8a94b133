// What the engine says that it takes, against what the process really allocated; and what a
// message, a group and an id may cost.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/heap_testing.h"
#include "engine/engine.h"
#include "engine/heap.h"

namespace mailrail::engine {
namespace {

constexpr std::size_t many = 200'000;

// An engine whose facts are forgotten: their bytes are the log's.
struct Subject {
  Subject() {
    engine.found(turn);
    queue = create("q", {});
    fifo = create("q.fifo", {.is_fifo = true});
  }

  QueueId create(const std::string& name,
                 const QueueAttributes& attributes,
                 const std::map<std::string, std::string>& tags = {}) {
    const QueueId id =
        engine.create_queue(turn, {.region = "r", .account = "a", .name = name}, attributes, tags);
    forget_facts();
    return id;
  }

  void send(QueueId to, const std::string& group = "", const std::string& id = "") {
    engine.send(turn, {.queue = to, .group = group, .deduplication_id = id, .record = "body"});
    forget_facts();
  }

  // Up to ten messages a call, deleted at once or never.
  enum class Then { keep, remove };
  enum class Attempts { unnamed, named };
  std::size_t receive(QueueId from,
                      std::size_t count_max,
                      Then then,
                      Attempts attempts = Attempts::unnamed) {
    std::size_t count = 0;
    while (count < count_max) {
      const std::string attempt = attempts == Attempts::named ? std::to_string(++last_attempt) : "";
      const ReceiveResult result =
          engine.receive(turn, {.queue = from, .count_max = 10, .attempt = attempt});
      if (result.messages.empty()) break;
      count += result.messages.size();
      for (const ReceivedMessage& each : result.messages) {
        if (then == Then::remove) engine.delete_message(turn, each.handle());
      }
      forget_facts();
    }
    return count;
  }

  void pass(Duration time) {
    turn.now += time;
    while (!engine.advance(turn.now)) {
    }
    engine.take_woken();
  }

  void forget_facts() { facts = FactWriter(facts.end()); }

  SeededRandom random{7};
  FactWriter facts{Position(4096)};
  Turn turn{.now = from_unix_ms(1'700'000'000'000), .random = random, .facts = facts};
  Engine engine{1};
  QueueId queue;
  QueueId fifo;
  std::uint64_t last_attempt = 0;
};

using Then = Subject::Then;

class EngineMemory : public testing::Test, protected Subject {
 protected:
  void SetUp() override {
    if (!MAILRAIL_HEAP_IS_GLIBC) GTEST_SKIP() << "A sanitizer's heap is not glibc's.";
    taken_before = memory_in_use() - counted();
  }

  double counted() const { return static_cast<double>(engine.memory_bytes()); }
  double committed() const { return static_cast<double>(engine.committed_bytes()); }
  double taken() const { return memory_in_use() - taken_before; }

  // Not counted is what glibc keeps at hand, whatever it is asked for.
  void expect_honest(const char* when) const {
    EXPECT_NEAR(counted(), taken(), 0.02 * taken() + 64 * 1024) << when;
  }

  double taken_before = 0;
};

// Heap per send of something, by what it takes more than the same number of plain messages.
double taken_by(std::size_t count, const std::function<void(Subject&, std::size_t)>& send) {
  Subject subject;
  const double before = memory_in_use();
  for (std::size_t i = 0; i < count; ++i) send(subject, i);
  return (memory_in_use() - before) / static_cast<double>(count);
}

double taken_by_plain(std::size_t count) {
  return taken_by(count, [](Subject& subject, std::size_t) { subject.send(subject.queue); });
}

TEST_F(EngineMemory, CountsMessagesOfStandardQueues) {
  const QueueId other = create("other", {});
  const double empty = counted();
  for (std::size_t i = 0; i < many; ++i) send(i % 2 == 0 ? queue : other);
  expect_honest("sent");
  EXPECT_LE(taken() - empty, 64 * many);

  // Not more than may be in flight of one queue.
  EXPECT_EQ(receive(queue, many, Then::keep) + receive(other, many, Then::keep), many);
  expect_honest("received");
  EXPECT_LE(taken() - empty, 128 * many);
  pass(31s);
  expect_honest("returned");

  EXPECT_EQ(receive(queue, many, Then::remove) + receive(other, many, Then::remove), many);
  expect_honest("drained");
  EXPECT_LE(taken(), empty + 256 * 1024);  // A page of each pool stays.
}

TEST_F(EngineMemory, CountsConversations) {
  const double empty = counted();
  for (std::size_t i = 0; i < many; ++i)
    send(fifo, "room-" + std::to_string(i % 20'000), std::to_string(i));
  expect_honest("sent");
  EXPECT_LE(taken() - empty, (64 + 48) * many + 96 * 20'000);

  EXPECT_EQ(receive(fifo, many, Then::keep), 120'000u);
  expect_honest("received");
  pass(31s);
  EXPECT_EQ(receive(fifo, many / 2, Then::remove), many / 2);
  expect_honest("half drained");
  EXPECT_EQ(receive(fifo, many, Then::remove), many / 2);
  expect_honest("drained");
  pass(6min);
  expect_honest("ids forgotten");
  EXPECT_LE(taken(), empty + 512 * 1024);
}

TEST_F(EngineMemory, CountsWhatIsPurgedUntilItIsFreed) {
  for (std::size_t i = 0; i < many; ++i) send(fifo, std::to_string(i), std::to_string(i));
  const double full = counted();

  engine.purge_queue(turn, fifo);
  engine.advance(turn.now);
  expect_honest("being freed");
  EXPECT_GT(counted(), full / 2);
  pass(6min);

  expect_honest("freed");
  EXPECT_LE(taken(), 512 * 1024);
}

TEST_F(EngineMemory, CountsQueuesWithTagsAndAttributes) {
  const std::string name(60, 'n');
  std::vector<QueueId> queues;
  queues.reserve(5000);
  taken_before = memory_in_use() - counted();
  for (int i = 0; i < 5000; ++i) {
    queues.push_back(create(name + std::to_string(i),
                            {.dead_letter = DeadLetter{.target = {"region", "000000000000", name}},
                             .kept = {{"Policy", std::string(1000, 'p')}}},
                            {{"team", "a team with a name"}}));
  }
  expect_honest("created");
  for (const QueueId each : queues) {
    engine.change_queue(turn, each, {.kept = {{"Policy", "{}"}}});
    forget_facts();
  }
  expect_honest("changed");

  for (const QueueId each : queues) engine.delete_queue(turn, each);
  forget_facts();
  pass(1s);
  expect_honest("deleted");
}

// Of a fixed size, as if its policy took so much.
struct SizedMatcher : Matcher {
  std::uint64_t memory_bytes() const override { return heap_bytes(bytes.capacity() + 1) + 64; }

  std::string bytes = std::string(1000, 'm');
};

TEST_F(EngineMemory, CountsTopicsAndSubscriptions) {
  const std::string name(60, 'n');
  std::vector<TopicId> topics;
  topics.reserve(2000);
  taken_before = memory_in_use() - counted();
  for (int i = 0; i < 2000; ++i) {
    topics.push_back(engine.create_topic(
        turn, {.region = "r", .account = "a", .name = name + std::to_string(i)},
        {.kept = {{"Policy", std::string(1000, 'p')}}}, {{"team", "a team with a name"}}));
    for (int each = 0; each < 5; ++each) {
      engine.subscribe(turn, {.topic = topics.back(),
                              .endpoint = "arn:aws:sqs:r:a:" + name,
                              .queue = QueueName{.region = "r", .account = "a", .name = name},
                              .state = SubscriptionState::confirmed,
                              .attributes = {.filter_policy = std::string(500, 'f')}});
      engine.keep_matcher(engine.topics().last_subscription(), std::make_shared<SizedMatcher>());
    }
    forget_facts();
  }
  expect_honest("created");
  for (const TopicId each : topics) {
    engine.change_topic(turn, each, {.kept = {{"Policy", "{}"}}}, {});
    const SubscriptionId first = engine.topics().find(each)->subscriptions.begin()->first;
    engine.change_subscription(turn, first, {});
    EXPECT_EQ(engine.topics().find(first)->matcher, nullptr);
    engine.unsubscribe(turn, engine.topics().find(each)->subscriptions.rbegin()->first);
    forget_facts();
  }
  expect_honest("changed");

  for (const TopicId each : topics) engine.delete_topic(turn, each);
  forget_facts();
  expect_honest("deleted");
}

TEST_F(EngineMemory, CountsPublications) {
  const TopicId topic =
      engine.create_topic(turn, {.region = "r", .account = "a", .name = "t"}, {}, {});
  std::vector<QueueId> queues;
  std::vector<PublishTarget> targets;
  for (int i = 0; i < 10; ++i) {
    queues.push_back(create("subscribed" + std::to_string(i), {}));
    targets.push_back({.queue = queues.back(), .subscription = SubscriptionId(1)});
  }
  forget_facts();
  const double empty = counted();
  for (std::size_t i = 0; i < many / 10; ++i) {
    engine.publish(turn, {.topic = topic, .record = "body", .targets = targets});
    forget_facts();
  }
  expect_honest("published");
  EXPECT_LE(taken() - empty, (64 + 6) * many) << "an entry each, and a body for ten";
  const double at_publish = committed();

  for (const QueueId each : queues) receive(each, many, Then::keep);
  expect_honest("received");
  EXPECT_LE(committed(), at_publish);
  pass(31s);
  for (const QueueId each : queues) receive(each, many, Then::remove);
  expect_honest("drained");
  EXPECT_LE(taken(), empty + 512 * 1024);
}

TEST_F(EngineMemory, CountsReceiveAttempts) {
  for (std::size_t i = 0; i < 50'000; ++i) send(fifo, std::to_string(i / 3), std::to_string(i));
  const double before = counted();

  receive(fifo, 50'000, Then::keep, Attempts::named);
  expect_honest("received");
  EXPECT_GT(counted() - before, 100.0 * static_cast<double>(last_attempt));
  pass(6min);
  expect_honest("forgotten");
}

TEST_F(EngineMemory, CountsWhatWasRestored) {
  for (std::size_t i = 0; i < many / 2; ++i) send(fifo, std::to_string(i / 3), std::to_string(i));
  receive(fifo, 10'000, Then::keep, Attempts::named);
  std::vector<CheckpointRun> runs;
  Sweep sweep = engine.begin_sweep();
  while (std::optional<CheckpointRun> run = engine.sweep(sweep)) runs.push_back(*std::move(run));
  taken_before = memory_in_use();

  auto restored = std::make_unique<Engine>(2);
  for (const CheckpointRun& each : runs) {
    ASSERT_TRUE(decode_records(each.payload,
                               [&](const CheckpointRecord& record) { restored->restore(record); }));
  }

  EXPECT_NEAR(static_cast<double>(restored->memory_bytes()), taken(), 0.02 * taken() + 64 * 1024);
  EXPECT_NEAR(static_cast<double>(restored->committed_bytes()), committed(), 0.1 * committed());
}

// The tables of groups and ids double: no number of them may be an unlucky one.
TEST_F(EngineMemory, AGroupCostsAtMost96Bytes) {
  for (std::size_t count = 20'000; count < 50'000; count += 5'000) {
    const double cost = taken_by(count, [](Subject& subject, std::size_t i) {
      subject.send(subject.queue, fmt::format("conversation-{:010}", i));
    });
    EXPECT_LE(cost - taken_by_plain(count), 96) << count;
  }
}

TEST_F(EngineMemory, ADeduplicationIdCostsAtMost48Bytes) {
  for (std::size_t count = 50'000; count < 120'000; count += 10'000) {
    const double cost = taken_by(count, [](Subject& subject, std::size_t i) {
      subject.send(subject.fifo, "g", std::to_string(i));
    });
    EXPECT_LE(cost - taken_by_plain(count), 48) << count;
  }
}

TEST_F(EngineMemory, CommitsWithAMessageWhatItsReceiveWillTake) {
  for (std::size_t i = 0; i < many; ++i) send(queue, std::to_string(i % 100));
  const double at_send = committed();
  EXPECT_GT(at_send, counted());

  receive(queue, many, Then::keep);
  EXPECT_LE(committed(), at_send);
  pass(31s);

  EXPECT_LE(committed(), at_send);
}

// A redriven message takes no more than one that was received; and a task lasts as its queue does.
TEST_F(EngineMemory, CountsWhatTasksMove) {
  const QueueName dead_name{.region = "r", .account = "a", .name = "dead"};
  const QueueId dead = create("dead", {});
  const QueueId source =
      create("source", {.dead_letter = DeadLetter{.target = dead_name, .receive_count_max = 1}});
  for (std::size_t i = 0; i < many / 2; ++i) send(source, i % 100 == 0 ? "tenant" : "");
  const double at_send = committed();
  receive(source, many, Then::keep);
  pass(31s);
  while (engine.counts(source).visible > 0) {
    (void)engine.receive(turn, {.queue = source, .count_max = 10});
    forget_facts();
  }
  ASSERT_EQ(engine.counts(dead).visible, many / 2);

  const std::string long_name(80, 'n');
  for (const bool is_lost : {true, false}) {
    std::optional<QueueName> destination;
    if (is_lost) destination = {.region = "r", .account = "a", .name = long_name};
    if (is_lost) create(long_name, {});
    engine.start_move_task(turn, {.source = dead, .destination = destination, .rate = 1});
    engine.cancel_move_task(turn, dead);
  }
  engine.start_move_task(turn, {.source = dead});
  while (engine.next_move()) {
    engine.move_messages(turn);
    engine.take_woken();
    forget_facts();
  }

  EXPECT_EQ(engine.counts(source).visible, many / 2);
  expect_honest("redriven");
  EXPECT_LE(committed(), at_send + 0.1 * at_send);
  EXPECT_EQ(receive(source, many, Then::keep), many / 2);
  expect_honest("received again");
  engine.delete_queue(turn, dead);
  forget_facts();
  pass(1s);
  expect_honest("deleted with its tasks");
}

TEST_F(EngineMemory, CountsWhatIsRememberedOfPoison) {
  constexpr std::size_t rooms = 50'000;
  create("dead.fifo", {.is_fifo = true});
  const QueueName dead_name{.region = "r", .account = "a", .name = "dead.fifo"};
  const QueueId parking = create(
      "parking.fifo", {.is_fifo = true,
                       .dead_letter = DeadLetter{.target = dead_name, .receive_count_max = 1},
                       .on_poison = OnPoison::park});
  const auto room = [](std::size_t number) { return "room-" + std::to_string(number); };
  for (std::size_t i = 0; i < 2 * rooms; ++i) send(parking, room(i % rooms), std::to_string(i));
  EXPECT_EQ(receive(parking, 2 * rooms, Then::keep), 2 * rooms);
  pass(31s);
  expect_honest("returned");
  const double received = taken();
  while (engine.counts(parking).parked_conversations < rooms) {
    receive(parking, 1, Then::keep);
    forget_facts();
  }
  expect_honest("parked");
  EXPECT_LE(taken() - received, 96 * rooms + 64 * 1024);

  for (std::size_t i = 0; i < rooms; ++i) {
    ASSERT_EQ(engine.retry(turn, parking, room(i)), ParkedResult::done);
    forget_facts();
  }
  expect_honest("retried");
  EXPECT_LE(taken() - received, 64 * 2 * rooms + 64 * 1024);
  EXPECT_EQ(receive(parking, 2 * rooms, Then::remove), 2 * rooms);
  expect_honest("drained");
}

// One message in a hundred stays, so no page gets empty; the room in them is there for new ones.
TEST_F(EngineMemory, DoesNotCommitRoomThatNewMessagesTakeFirst) {
  for (std::size_t i = 0; i < 100'000; ++i)
    send(i % 100 == 0 ? fifo : queue, "g", std::to_string(i));
  const double full = committed();
  receive(queue, many, Then::remove);
  pass(6min);
  const double pages = counted();
  EXPECT_LT(committed(), full / 20);
  EXPECT_GT(pages, full / 4);

  for (std::size_t i = 0; i < 50'000; ++i) send(queue);

  EXPECT_LT(counted(), pages + 12 * 50'000);
}

}  // namespace
}  // namespace mailrail::engine
