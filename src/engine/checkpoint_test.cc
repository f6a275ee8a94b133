// Checkpoints taken while turns go on: restored and replayed, they give the state that went on.

#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

// What a checkpoint consists of, and what must be replayed after it.
struct Checkpoint {
  Position begin;
  Position end;
  std::vector<CheckpointRun> runs = {};
};

class CheckpointTest : public EngineTest {
 protected:
  // Runs `between` after each run of the sweep.
  template <class Between>
  Checkpoint take(const SweepLimits& limits, Between between) {
    Checkpoint checkpoint{.begin = facts.end(), .end = {}};
    Sweep sweep = engine.begin_sweep(limits);
    while (std::optional<CheckpointRun> run = engine.sweep(sweep)) {
      checkpoint.runs.push_back(*std::move(run));
      between();
    }
    checkpoint.end = facts.end();
    return checkpoint;
  }

  void restore(const Checkpoint& checkpoint, Engine& restored) const {
    for (const CheckpointRun& run : checkpoint.runs) {
      std::uint32_t count = 0;
      ASSERT_TRUE(decode_records(run.payload, [&](const CheckpointRecord& record) {
        restored.restore(record);
        ++count;
      }));
      EXPECT_EQ(count, run.count);
    }
    restored.restored_through(checkpoint.end);
    const auto decoded = decode_facts(facts.payload(), [&](const Fact& fact, FactPlace place) {
      const Body body{.position = facts.position() + place.offset, .length = place.length};
      if (body.position >= checkpoint.begin) restored.apply(fact, body);
    });
    ASSERT_TRUE(decoded);
  }

  void expect_restores(const Checkpoint& checkpoint) {
    Engine restored(5);
    restore(checkpoint, restored);
    pass(0s);  // Frees what was purged: a restored engine may not have had it.
    while (!restored.advance(turn.now)) {
    }
    EXPECT_EQ(restored.state_hash(turn.now), engine.state_hash(turn.now));
    EXPECT_EQ(restored.message_count(), engine.message_count());
    EXPECT_EQ(restored.live_bytes().total(), engine.live_bytes().total());
  }

  // One random thing that a client could ask for.
  void do_anything() {
    const QueueId queue = queues[random.below(queues.size())];
    if (engine.find_queue(queue) == nullptr) return;
    const auto group = std::string(1, static_cast<char>('a' + random.below(3)));
    const bool is_fifo = engine.find_queue(queue)->attributes.is_fifo;
    switch (random.below(is_rough ? 50 : 46)) {
      default:
        send(queue, std::to_string(random.below(500)), is_fifo ? group : "");
        break;
      case 7:
      case 8:
        move_anything();
        break;
      case 9:
        damage_anything();
        break;
      case 10 ... 19:
        for (const auto& each : engine
                                    .receive(turn, {.queue = queue,
                                                    .count_max = 1 + random.below(4),
                                                    .attempt = is_fifo ? group : ""})
                                    .messages)
          handles.push_back(each.handle());
        break;
      case 20 ... 26:
        if (const auto handle = any_handle()) engine.delete_message(turn, *handle);
        break;
      case 27 ... 29:
        if (const auto handle = any_handle())
          engine.change_visibility(turn, *handle, Duration(random.below(60'000)));
        break;
      case 30 ... 33:
        pass(Duration(random.below(20'000)));
        break;
      case 34:
        relocate_anything();
        break;
      case 35:
        engine.remove_expired(turn, 50);
        break;
      case 36 ... 41:
        decide_about_parked(queue, group);
        break;
      case 42 ... 45:
        change_topics();
        break;
      case 46:
        engine.purge_queue(turn, queue);
        break;
      case 47:
        if (random.below(4) == 0) engine.delete_queue(turn, queue);
        break;
      case 48:
        queues.push_back(
            create("new" + std::to_string(queues.size()) + (random.below(2) == 0 ? ".fifo" : "")));
        break;
      case 49: {
        QueueAttributes attributes = engine.find_queue(queue)->attributes;
        attributes.delay = Duration(random.below(3) * 1000);
        if (random.below(2) == 0) attributes.on_poison = OnPoison::dead_letter;
        engine.change_queue(turn, queue, attributes);
        break;
      }
    }
  }

  void decide_about_parked(QueueId queue, const std::string& group) {
    switch (random.below(4)) {
      case 0:
        engine.retry(turn, queue, group);
        break;
      case 1:
        engine.skip(turn, queue, group, SkipTo::dead_letters);
        break;
      case 2:
        engine.skip(turn, queue, group, SkipTo::nowhere);
        break;
      default:
        if (const auto request = engine.drop_request(queue, group))
          engine.drop(turn, queue, *request, 1 + random.below(3));
        break;
    }
  }

  void publish_to(const Topic& topic) {
    std::vector<PublishTarget> targets;
    for (const QueueId each : queues) {
      const Queue* queue = engine.find_queue(each);
      if (queue == nullptr || random.below(3) != 0) continue;  // Slower than a sweep.
      if (queue->attributes.is_fifo && !topic.attributes.is_fifo) continue;
      targets.push_back({.queue = each,
                         .subscription = SubscriptionId(1 + each.value()),
                         .is_raw = random.below(2) == 0});
    }
    for (const auto& [id, each] : topic.subscriptions) {
      targets.push_back(
          {.queue = engine.delivery_queue(id)->id, .subscription = id, .protocol = each->protocol});
    }
    const std::string body = "published " + std::to_string(random.below(500));
    engine.publish(turn, {.topic = topic.id,
                          .group = std::string(1, static_cast<char>('a' + random.below(3))),
                          .deduplication_id = body,
                          .record = body,
                          .targets = targets});
  }

  void change_topics() {
    const std::uint64_t which = random.below(4);
    const std::string number = std::to_string(which) + (which < 2 ? ".fifo" : "");
    const TopicName name{.region = "r", .account = "a", .name = "topic" + number};
    const Topic* topic = engine.topics().find(name);
    if (random.below(8) == 0) engine.set_signing_key(turn, "private" + number, "public" + number);
    if (topic == nullptr) {
      engine.create_topic(turn, name, {.is_fifo = which < 2}, {{"number", number}});
      return;
    }
    const bool is_empty = topic->subscriptions.empty();
    const SubscriptionId any =
        is_empty ? SubscriptionId()
                 : std::next(topic->subscriptions.begin(),
                             static_cast<std::ptrdiff_t>(random.below(topic->subscriptions.size())))
                       ->first;
    if (random.below(2) == 0) return publish_to(*topic);
    if (!is_empty && random.below(2) == 0) return deliver(any);
    switch (random.below(is_empty ? 3 : 7)) {
      case 0:
        if (random.below(3) == 0) engine.delete_topic(turn, topic->id);
        break;
      case 1:
        engine.change_topic(turn, topic->id,
                            {.is_fifo = which < 2, .kept = {{"DisplayName", number}}}, {});
        break;
      default:
        engine.subscribe(turn,
                         {.topic = topic->id, .protocol = Protocol::http, .endpoint = number});
        break;
      case 3:
        engine.change_subscription(turn, any, {.is_raw = true, .filter_policy = number});
        break;
      case 4:
        engine.confirm(turn, any, {.was_authenticated = true});
        break;
      case 5:
        engine.unsubscribe(turn, any);
        break;
      case 6:
        engine.deactivate(turn, any);
        if (random.below(2) == 0) engine.confirm(turn, any, {});
        break;
    }
  }

  void deliver(SubscriptionId subscription) {
    const QueueId queue = engine.delivery_queue(subscription)->id;
    const std::optional<QueueName> dead = QueueName{
        .region = "r", .account = "a", .name = random.below(2) == 0 ? "dead" : "dead.fifo"};
    for (const ReceivedMessage& each : receive(queue, 3, 1s)) {
      if (random.below(2) == 0) engine.give_up(turn, each.handle(), dead, 1);
      if (random.below(2) == 0) engine.change_visibility(turn, each.handle(), 2s);
    }
  }

  std::optional<ReceiptHandle> any_handle() {
    if (handles.empty()) return std::nullopt;
    const ReceiptHandle handle = handles[random.below(handles.size())];
    return engine.find_queue(handle.queue) == nullptr ? std::nullopt : std::optional(handle);
  }

  void move_anything() {
    const QueueId dead = queues[random.below(2)];
    if (engine.find_queue(dead) == nullptr) return;
    if (!engine.find_queue(dead)->is_moving()) {
      engine.start_move_task(turn,
                             {.source = dead, .rate = static_cast<std::uint32_t>(random.below(3))});
    } else if (random.below(8) == 0) {
      engine.cancel_move_task(turn, dead);
    }
    engine.move_messages(turn);
  }

  void damage_anything() {
    OldBodies cursor{.before = Position(~std::uint64_t{0}), .bytes_max = 400};
    const auto bodies = engine.find_old_bodies(cursor, 10);
    if (bodies.empty()) return;
    const OldBody& damaged = bodies[random.below(bodies.size())];
    engine.mark_damaged(turn, damaged);
  }

  void relocate_anything() {
    OldBodies cursor{.before = Position(~std::uint64_t{0}), .bytes_max = 400};
    const std::size_t skip = random.below(5);
    for (std::size_t i = 0; i <= skip && !cursor.is_done; ++i) {
      for (const OldBody& old : engine.find_old_bodies(cursor, 10)) {
        if (i < skip) continue;
        const std::string sent(facts.payload().substr(
            old.body.position.value() - facts.position().value(), old.body.length));
        engine.relocate(turn, old, sent);
      }
    }
  }

  void make_queues() {
    queues = {create("dead"), create("dead.fifo")};
    for (const std::string name : {"one", "two", "three.fifo", "four.fifo"}) {
      const std::string dead = name.ends_with(".fifo") ? "dead.fifo" : "dead";
      queues.push_back(create(
          name, {.retention = 300s,
                 .dead_letter = DeadLetter{.target = {.region = "r", .account = "a", .name = dead},
                                           .receive_count_max = 2},
                 .on_poison = OnPoison::park}));
    }
  }

  std::vector<QueueId> queues;
  std::vector<ReceiptHandle> handles;
  bool is_rough = false;  // Queues come and go too.
};

TEST_F(CheckpointTest, RestoresAnEngineWithoutQueues) {
  expect_restores(take({}, [] {}));
}

TEST_F(CheckpointTest, RestoresEverythingThatIsStored) {
  make_queues();
  for (int i = 0; i < 500; ++i) do_anything();

  const Checkpoint checkpoint = take({}, [] {});

  EXPECT_EQ(checkpoint.begin, checkpoint.end);
  expect_restores(checkpoint);
}

TEST_F(CheckpointTest, HasTasksAsTheyWereAtItsBegin) {
  make_queues();
  for (int i = 0; i < 20; ++i) send(queues[2], std::to_string(i));
  for (int i = 0; i < 3; ++i) {
    while (!receive(queues[2], 10, 0s).empty()) pass(1ms);
  }
  ASSERT_EQ(engine.counts(queues[0]).visible, 20u);
  engine.start_move_task(turn, {.source = queues[0], .rate = 2});

  const Checkpoint checkpoint = take({.messages_max = 2}, [&] {
    pass(500ms);
    engine.move_messages(turn);
  });

  EXPECT_GT(engine.find_queue(queues[0])->move_tasks.back().moved, 5u);
  expect_restores(checkpoint);
  engine.start_move_task(turn, {.source = queues[0]});
  engine.cancel_move_task(turn, queues[0]);
  expect_restores(checkpoint);
}

TEST_F(CheckpointTest, KeepsItsRunsShort) {
  make_queues();
  for (int i = 0; i < 300; ++i) send(queues[2], "message " + std::to_string(i));

  const Checkpoint checkpoint = take({.messages_max = 10, .bytes_max = 200}, [] {});

  EXPECT_GT(checkpoint.runs.size(), 30u);
  for (const CheckpointRun& run : checkpoint.runs) EXPECT_LT(run.payload.size(), 1000u);
  expect_restores(checkpoint);
}

TEST_F(CheckpointTest, HasNothingOfQueuesThatCameLater) {
  make_queues();
  bool is_first = true;

  const Checkpoint checkpoint = take({}, [&] {
    if (std::exchange(is_first, false)) send(create("later"), "a");
  });

  expect_restores(checkpoint);
}

TEST_F(CheckpointTest, FindsWhatWasSentAfterAPurgeThatItHasNotSeen) {
  make_queues();
  for (int i = 0; i < 20; ++i) send(queues[2], "old " + std::to_string(i));
  int runs = 0;

  const Checkpoint checkpoint = take({.messages_max = 5}, [&] {
    if (++runs != 3) return;
    engine.purge_queue(turn, queues[2]);
    for (int i = 0; i < 20; ++i) send(queues[2], "new " + std::to_string(i));
  });

  expect_restores(checkpoint);
}

TEST_F(CheckpointTest, KnowsNothingOfAQueueThatWasDeletedHalfway) {
  make_queues();
  int runs = 0;

  const Checkpoint checkpoint = take({.messages_max = 2}, [&] {
    runs += 1;
    if (runs <= 6) {
      for (int i = 0; i < 3; ++i) send(queues[2], std::to_string(10 * runs + i));
    }
    if (runs == 7) engine.delete_queue(turn, queues[2]);
  });

  EXPECT_GT(runs, 7);
  expect_restores(checkpoint);
}

class CheckpointWhileTurnsGoOn : public CheckpointTest,
                                 public testing::WithParamInterface<std::uint64_t> {};

TEST_P(CheckpointWhileTurnsGoOn, RestoresTheStateThatWentOn) {
  random = SeededRandom(GetParam());
  is_rough = GetParam() % 2 == 0;
  make_queues();
  for (int i = 0; i < 200; ++i) do_anything();
  SweepLimits limits{.messages_max = 1 + random.below(20), .bytes_max = 50 + random.below(500)};

  const Checkpoint checkpoint = take(limits, [&] {
    for (std::uint64_t left = random.below(8); left > 0; --left) do_anything();
  });
  expect_restores(checkpoint);
  for (int i = 0; i < 100; ++i) do_anything();

  expect_restores(checkpoint);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CheckpointWhileTurnsGoOn, testing::Range<std::uint64_t>(1, 200));

class OldBodiesTest : public CheckpointTest {
 protected:
  void TearDown() override {}  // Of two frames here the fixture would replay one.
};

TEST_F(OldBodiesTest, MovesBodiesOutOfTheOldPartOfTheLog) {
  make_queues();
  for (int i = 0; i < 10; ++i) send(queues[2], "body " + std::to_string(i));
  const Position before = LiveBytes::stretch_after(facts.end());
  const FactWriter written = facts;
  OldBodies cursor{.before = before, .bytes_max = 1 << 20};
  facts = FactWriter(before + 4096);

  std::vector<OldBody> old = engine.find_old_bodies(cursor, 1000);
  for (const OldBody& each : old) {
    engine.relocate(
        turn, each,
        std::string_view(written.payload())
            .substr(each.body.position.value() - written.position().value(), each.body.length));
  }

  EXPECT_EQ(old.size(), 10u);
  OldBodies again{.before = before, .bytes_max = 1 << 20};
  EXPECT_TRUE(engine.find_old_bodies(again, 1000).empty());
  EXPECT_EQ(receive_bodies(queues[2], 1), Bodies{"body 0"});
  engine.relocate(turn, old[0], "x" + std::string(old[0].body.length - 1, 'y'));  // It has moved.
  EXPECT_EQ(receive_bodies(queues[2], 1), Bodies{"body 1"});
}

TEST_F(CheckpointTest, StopsLookingWhenNothingOldIsLeft) {
  make_queues();
  send(queues[2], "a");

  OldBodies cursor{.before = Position(0), .bytes_max = 1 << 20};
  EXPECT_TRUE(engine.find_old_bodies(cursor, 1000).empty());

  EXPECT_TRUE(cursor.is_done);
}

}  // namespace
}  // namespace mailrail::engine
