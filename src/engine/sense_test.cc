#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"
#include "engine/limits.h"

namespace mailrail::engine {
namespace {

constexpr Seq next(Seq seq) { return seq + 1; }

class Sense : public EngineTest {
 protected:
  Sense() {
    sent = send(queue, "a");
    last = send(fifo, "b", "group");
  }

  std::string objection(const Fact& fact) const {
    return std::string(engine.objection_to(fact, {.position = facts.end(), .length = 100}));
  }
  std::string objection(const CheckpointRecord& record) const {
    return std::string(engine.objection_to(record));
  }

  Moved moved() const {
    return {.from = queue,
            .from_seq = sent,
            .to = other,
            .seq = next(last),
            .body = {.position = facts.position(), .length = 10}};
  }

  Redriven redriven(Seq task) const {
    return {.from = queue,
            .from_seq = sent,
            .to = other,
            .seq = next(std::max(last, task)),
            .body = {.position = facts.position(), .length = 10},
            .origin_queue = queue,
            .origin_seq = sent,
            .task = task,
            .moved = 1};
  }

  static Redriven by_choice(Redriven fact) {
    fact.task = Seq();
    fact.moved = 0;
    return fact;
  }

  QueueId queue = create("q");
  QueueId other = create("other");
  QueueId fifo = create("q.fifo");
  QueueId absent{99};
  Seq sent;
  Seq last;
};

TEST_F(Sense, ObjectsToNothingThatTheEngineDecided) {
  engine.purge_queue(turn, other);
  receive(queue);
  Engine replayed(2);

  const auto decoded = decode_facts(facts.payload(), [&](const Fact& fact, FactPlace place) {
    const Body body{.position = facts.position() + place.offset, .length = place.length};
    EXPECT_EQ(replayed.objection_to(fact, body), "");
    replayed.apply(fact, body);
  });

  ASSERT_TRUE(decoded);
  EXPECT_EQ(replayed.state_hash(turn.now), engine.state_hash(turn.now));
}

TEST_F(Sense, ObjectsToQueuesThatAreNotThere) {
  const std::vector<Fact> all = {QueueChanged{.queue = absent},
                                 QueueDeleted{.queue = absent},
                                 Purged{.queue = absent, .below_seq = next(last)},
                                 Sent{.queue = absent, .seq = next(last)},
                                 Leased{.queue = absent, .seq = sent},
                                 Removed{.queue = absent, .seqs = {}},
                                 Relocated{.queue = absent, .seq = sent},
                                 Damaged{.queue = absent, .seq = sent},
                                 MoveTaskStarted{.queue = absent, .task = next(last)},
                                 MoveTaskEnded{.queue = absent, .task = last}};

  for (const Fact& each : all)
    EXPECT_EQ(objection(each), "it names a queue that is not there") << each.index();
}

TEST_F(Sense, ObjectsToMessagesThatAreNotThere) {
  Moved from_nowhere = moved();
  from_nowhere.from_seq = last;
  const std::vector<Fact> all = {Leased{.queue = queue, .seq = last},
                                 Removed{.queue = queue, .seqs = {sent, last}}, from_nowhere,
                                 Relocated{.queue = queue, .seq = last}};

  for (const Fact& each : all)
    EXPECT_EQ(objection(each), "it names a message that is not there") << each.index();
}

TEST_F(Sense, ObjectsToMessagesWithOldNumbers) {
  Moved old = moved();
  old.seq = last;

  EXPECT_NE(objection(Sent{.queue = queue, .seq = last}), "");
  EXPECT_NE(objection(old), "");
  EXPECT_EQ(objection(Sent{.queue = queue, .seq = next(last)}), "");
  EXPECT_EQ(objection(moved()), "");
}

TEST_F(Sense, ObjectsToMovesThatNoEngineMakes) {
  Moved to_itself = moved();
  to_itself.to = queue;
  Moved to_fifo = moved();
  to_fifo.to = fifo;
  Moved body_ahead = moved();
  body_ahead.body.position = facts.end();
  Moved body_far_behind = moved();

  for (const Moved& each : {to_itself, to_fifo, body_ahead}) EXPECT_NE(objection(each), "");
  const Position far = facts.position() + log_span_max + 1;
  EXPECT_NE(engine.objection_to(body_far_behind, {.position = far, .length = 9}), "");
}

TEST_F(Sense, ObjectsToTasksThatCannotBe) {
  EXPECT_NE(objection(MoveTaskStarted{.queue = queue, .task = last}), "");
  EXPECT_NE(objection(MoveTaskEnded{.queue = queue, .task = last}), "") << "none is running";
  EXPECT_NE(objection(redriven(last)), "");
  ASSERT_EQ(objection(MoveTaskStarted{.queue = queue, .task = next(last)}), "");

  engine.change_queue(turn, other,
                      {.dead_letter = DeadLetter{.target = engine.find_queue(queue)->name,
                                                 .receive_count_max = 1}});
  const Seq task = engine.start_move_task(turn, {.source = queue}).task;
  const Seq newer = next(task);

  EXPECT_NE(objection(MoveTaskStarted{.queue = queue, .task = newer}), "") << "one at a time";
  EXPECT_NE(objection(MoveTaskEnded{.queue = queue, .task = last}), "") << "another one runs";
  EXPECT_EQ(objection(MoveTaskEnded{.queue = queue, .task = task}), "");
  EXPECT_EQ(objection(redriven(task)), "");
  EXPECT_NE(objection(redriven(last)), "");
  EXPECT_EQ(objection(by_choice(redriven(task))), "");
  for (const auto& spoil : std::vector<std::function<void(Redriven&)>>{
           [&](Redriven& fact) { fact.to = queue; }, [&](Redriven& fact) { fact.to = fifo; },
           [&](Redriven& fact) { fact.to = absent; }, [&](Redriven& fact) { fact.from = absent; },
           [&](Redriven& fact) { fact.from_seq = last; }, [&](Redriven& fact) { fact.seq = task; },
           [&](Redriven& fact) { fact.body.position = facts.end(); }}) {
    Redriven fact = redriven(task);
    spoil(fact);
    EXPECT_NE(objection(fact), "");
    EXPECT_NE(objection(by_choice(fact)), "");
  }
}

TEST_F(Sense, ObjectsToQueuesThatChangeWhatTheyAre) {
  EXPECT_NE(objection(QueueChanged{.queue = queue, .attributes = {.is_fifo = true}}), "");
  EXPECT_NE(objection(QueueCreated{.queue = fifo}), "");
  EXPECT_NE(objection(QueueCreated{.queue = absent,
                                   .name = {.region = "r", .account = "a", .name = "q"}}),
            "");
  EXPECT_NE(objection(Founded{.secret = {}}), "");
  EXPECT_NE(objection(Purged{.queue = queue, .below_seq = last}), "");
}

TEST_F(Sense, ObjectsToRemovalsOutOfOrderAndToOtherBodies) {
  EXPECT_NE(objection(Removed{.queue = queue, .seqs = {sent, sent}}), "");
  EXPECT_NE(objection(Relocated{.queue = queue, .seq = sent, .sent = "short"}), "");
  EXPECT_NE(objection(Sent{.queue = fifo, .seq = next(last)}), "") << "a message without a group";
}

TEST_F(Sense, ObjectsToTopicsAndSubscriptionsThatCannotBe) {
  const TopicName name{.region = "r", .account = "a", .name = "t"};
  const TopicId topic = engine.create_topic(turn, name, {}, {});
  const SubscriptionId first = engine.subscribe(turn, {.topic = topic});
  const TopicId no_topic(9);
  const SubscriptionId none(9);

  EXPECT_NE(objection(TopicCreated{.topic = topic, .name = {.name = "other"}}), "");
  EXPECT_NE(objection(TopicCreated{.topic = no_topic, .name = name}), "");
  EXPECT_EQ(objection(TopicCreated{.topic = no_topic, .name = {.name = "other"}}), "");
  EXPECT_NE(objection(TopicChanged{.topic = no_topic}), "");
  EXPECT_NE(objection(TopicChanged{.topic = topic, .attributes = {.is_fifo = true}}), "");
  EXPECT_EQ(objection(TopicChanged{.topic = topic}), "");
  EXPECT_NE(objection(TopicDeleted{.topic = no_topic}), "");
  EXPECT_NE(objection(SubscriptionCreated{.subscription = none, .topic = no_topic}), "");
  EXPECT_NE(objection(SubscriptionCreated{.subscription = first, .topic = topic}), "");
  EXPECT_EQ(objection(SubscriptionCreated{.subscription = none, .topic = topic}), "");
  EXPECT_NE(objection(SubscriptionChanged{.subscription = none}), "");
  EXPECT_NE(objection(SubscriptionConfirmed{.subscription = none}), "");
  EXPECT_NE(objection(SubscriptionDeleted{.subscription = none}), "");
  EXPECT_EQ(objection(SubscriptionDeleted{.subscription = first}), "");
}

TEST_F(Sense, ObjectsToSigningKeysOfNoBytes) {
  EXPECT_NE(objection(SigningKeySet{.private_key = "private"}), "");
  EXPECT_NE(objection(SigningKeySet{.certificate = "public"}), "");
  EXPECT_EQ(objection(SigningKeySet{.private_key = "private", .certificate = "public"}), "");
}

TEST_F(Sense, ObjectsToDeliveryQueuesThatCannotBe) {
  const TopicId topic =
      engine.create_topic(turn, {.region = "r", .account = "a", .name = "t"}, {}, {});
  const SubscriptionId sqs = engine.subscribe(turn, {.topic = topic});
  const SubscriptionId http = engine.subscribe(turn, {.topic = topic, .protocol = Protocol::http});
  const QueueId delivery = engine.delivery_queue(http)->id;
  const auto created = [&](SubscriptionId of, bool is_fifo) {
    return QueueCreated{.queue = absent, .attributes = {.is_fifo = is_fifo, .subscription = of}};
  };

  EXPECT_NE(objection(created(SubscriptionId(9), false)), "");
  EXPECT_NE(objection(created(sqs, false)), "");
  EXPECT_NE(objection(created(http, false)), "") << "it has one";
  EXPECT_NE(objection(SubscriptionDeactivated{.subscription = SubscriptionId(9)}), "");
  EXPECT_EQ(objection(SubscriptionDeactivated{.subscription = http}), "");
  EXPECT_NE(objection(SubscriptionDeleted{.subscription = http}), "") << "its queue is left";
  EXPECT_NE(objection(TopicDeleted{.topic = topic}), "") << "a queue is left";
  EXPECT_NE(objection(QueueChanged{.queue = delivery}), "") << "it is nobody's then";
  EXPECT_NE(objection(QueueChanged{.queue = queue, .attributes = {.subscription = sqs}}), "");
  engine.delete_queue(turn, delivery);
  EXPECT_EQ(objection(SubscriptionDeleted{.subscription = http}), "");
  EXPECT_EQ(objection(TopicDeleted{.topic = topic}), "");
  EXPECT_EQ(objection(created(http, false)), "");
  EXPECT_NE(objection(created(http, true)), "") << "its topic is no FIFO topic";
}

TEST_F(Sense, ObjectsToPublicationsThatCannotBe) {
  const TopicId topic =
      engine.create_topic(turn, {.region = "r", .account = "a", .name = "t"}, {}, {});
  const PublishTarget target{.queue = queue};
  const Seq publication =
      engine.publish(turn, {.topic = topic, .record = "p", .targets = {&target, 1}}).publication;
  const Seq newer = publication + 2;
  const auto published = [&](TopicId to, QueueId delivered, Seq seq) {
    return Published{.topic = to,
                     .deliveries = {{.queue = delivered, .seq = next(seq)}},
                     .message = {.seq = seq}};
  };

  EXPECT_EQ(objection(published(topic, queue, newer)), "");
  EXPECT_NE(objection(published(TopicId(9), queue, newer)), "");
  EXPECT_NE(objection(published(topic, absent, newer)), "");
  EXPECT_NE(objection(published(topic, fifo, newer)), "") << "without a group";
  EXPECT_NE(objection(published(topic, queue, publication)), "") << "an old number";
  const std::string body(engine.shared_body(publication)->length, 'b');
  EXPECT_EQ(objection(SharedBodyRelocated{.publication = publication, .body = body}), "");
  EXPECT_NE(objection(SharedBodyRelocated{.publication = newer, .body = body}), "");
  EXPECT_NE(objection(SharedBodyRelocated{.publication = publication, .body = "short"}), "");
  EXPECT_NE(objection(Relocated{.queue = queue, .seq = next(publication), .sent = body}), "");
}

TEST_F(Sense, ObjectsToEverythingBeforeTheFounding) {
  const Engine fresh(3);

  EXPECT_NE(fresh.objection_to(QueueCreated{.queue = queue}, {}), "");
  EXPECT_NE(fresh.objection_to(SweptQueue{.queue = queue}), "");
  EXPECT_EQ(fresh.objection_to(CheckpointBegin{}), "");
}

class CheckpointSense : public testing::Test {
 protected:
  CheckpointSense() {
    engine.restored_through(Position(1000));
    engine.restore(CheckpointBegin{.last_seq = Seq(10), .last_queue = QueueId(5)});
    engine.restore(KeptQueue{.queue = QueueId(1), .name = {.name = "one"}});
    engine.restore(
        KeptQueue{.queue = QueueId(2), .name = {.name = "two"}, .attributes = {.is_fifo = true}});
  }

  static KeptMessages messages(QueueId queue, std::vector<std::uint64_t> seqs) {
    KeptMessages record{.queue = queue};
    for (const std::uint64_t each : seqs) {
      record.messages.push_back(
          {.seq = Seq(each), .body = {.position = Position(each), .length = 1}, .group = "g"});
    }
    return record;
  }

  Engine engine{1};
};

TEST_F(CheckpointSense, ObjectsToQueuesTwiceOrFromLater) {
  EXPECT_NE(engine.objection_to(KeptQueue{.queue = QueueId(1), .name = {.name = "three"}}), "");
  EXPECT_NE(engine.objection_to(KeptQueue{.queue = QueueId(3), .name = {.name = "one"}}), "");
  EXPECT_NE(engine.objection_to(KeptQueue{.queue = QueueId(6), .name = {.name = "three"}}), "");
  EXPECT_EQ(engine.objection_to(KeptQueue{.queue = QueueId(3), .name = {.name = "three"}}), "");
  EXPECT_NE(engine.objection_to(CheckpointBegin{}), "");
  EXPECT_NE(engine.objection_to(SweptQueue{.queue = QueueId(3)}), "");
}

TEST_F(CheckpointSense, ObjectsToMessagesOutOfOrder) {
  engine.restore(messages(QueueId(1), {3, 7}));

  EXPECT_NE(engine.objection_to(messages(QueueId(1), {7})), "");
  EXPECT_EQ(engine.objection_to(messages(QueueId(1), {8})), "");
  engine.restore(messages(QueueId(2), {5}));
  EXPECT_NE(engine.objection_to(messages(QueueId(1), {8})), "") << "a queue after a later one";
}

TEST_F(CheckpointSense, ObjectsToMessagesThatCannotBe) {
  KeptMessages ahead = messages(QueueId(1), {3});
  ahead.messages[0].body.position = Position(1000);
  KeptMessages ungrouped = messages(QueueId(2), {3});
  ungrouped.messages[0].group = {};

  EXPECT_NE(engine.objection_to(ahead), "");
  EXPECT_NE(engine.objection_to(ungrouped), "");
  EXPECT_NE(engine.objection_to(messages(QueueId(3), {3})), "");
}

TEST_F(CheckpointSense, ObjectsToTasksThatCannotBe) {
  const auto task = [](std::uint32_t queue, std::uint64_t id, MoveTaskStatus status) {
    return KeptMoveTask{.queue = QueueId(queue), .task = {.id = Seq(id), .status = status}};
  };
  EXPECT_NE(engine.objection_to(task(3, 1, MoveTaskStatus::running)), "");
  EXPECT_NE(engine.objection_to(task(1, 11, MoveTaskStatus::running)), "");
  for (std::uint64_t id = 1; id <= 4; ++id) engine.restore(task(1, id, MoveTaskStatus::completed));
  EXPECT_NE(engine.objection_to(task(1, 4, MoveTaskStatus::running)), "");
  EXPECT_EQ(engine.objection_to(task(1, 5, MoveTaskStatus::running)), "");
  engine.restore(task(1, 5, MoveTaskStatus::running));
  EXPECT_NE(engine.objection_to(task(1, 6, MoveTaskStatus::failed)), "") << "one still runs";
  engine.restore(task(2, 1, MoveTaskStatus::failed));
  for (std::uint64_t id = 2; id <= move_tasks_kept_max; ++id)
    engine.restore(task(2, id, MoveTaskStatus::failed));
  engine.restore(CheckpointBegin{.last_seq = Seq(99), .last_queue = QueueId(5)});
  EXPECT_NE(engine.objection_to(task(2, 50, MoveTaskStatus::failed)), "") << "more than are kept";
}

TEST_F(CheckpointSense, ObjectsToTopicsAndSubscriptionsThatCannotBe) {
  Engine fresh(1);
  fresh.restore(CheckpointBegin{.last_topic = TopicId(5), .last_subscription = SubscriptionId(5)});
  fresh.restore(KeptTopic{.topic = TopicId(2), .name = {.name = "one"}});
  fresh.restore(KeptSubscription{.subscription = SubscriptionId(2), .topic = TopicId(2)});
  const auto topic = [&](std::uint32_t id, const std::string& name) {
    return fresh.objection_to(KeptTopic{.topic = TopicId(id), .name = {.name = name}});
  };
  const auto subscription = [&](std::uint32_t id, std::uint32_t of) {
    return fresh.objection_to(
        KeptSubscription{.subscription = SubscriptionId(id), .topic = TopicId(of)});
  };

  EXPECT_NE(topic(2, "two"), "");
  EXPECT_NE(topic(3, "one"), "");
  EXPECT_NE(topic(6, "two"), "");
  EXPECT_EQ(topic(3, "two"), "");
  EXPECT_NE(subscription(2, 2), "");
  EXPECT_NE(subscription(3, 3), "");
  EXPECT_NE(subscription(6, 2), "");
  EXPECT_EQ(subscription(3, 2), "");
}

TEST_F(CheckpointSense, ObjectsToASecondSigningKeyAndToOneOfNoBytes) {
  Engine fresh(1);
  fresh.restore(CheckpointBegin{});
  const KeptSigningKey whole{.key = {.private_key = "private", .certificate = "public"}};

  EXPECT_NE(fresh.objection_to(KeptSigningKey{.key = {.private_key = "private"}}), "");
  EXPECT_NE(fresh.objection_to(KeptSigningKey{.key = {.certificate = "public"}}), "");
  EXPECT_EQ(fresh.objection_to(whole), "");
  fresh.restore(whole);
  EXPECT_NE(fresh.objection_to(whole), "");
}

TEST_F(CheckpointSense, ObjectsToDeliveryQueuesThatCannotBe) {
  Engine fresh(1);
  fresh.restore(CheckpointBegin{
      .last_queue = QueueId(9), .last_topic = TopicId(5), .last_subscription = SubscriptionId(5)});
  const auto queue = [](std::uint32_t id, std::uint32_t subscription) {
    return KeptQueue{.queue = QueueId(id),
                     .attributes = {.subscription = SubscriptionId(subscription)}};
  };
  const auto subscription = [&](TopicId topic, Protocol protocol) {
    return fresh.objection_to(
        KeptSubscription{.subscription = SubscriptionId(2), .topic = topic, .protocol = protocol});
  };
  EXPECT_EQ(fresh.objection_to(queue(1, 2)), "");
  fresh.restore(queue(1, 2));
  fresh.restore(KeptTopic{.topic = TopicId(1), .name = {.name = "one"}});
  fresh.restore(
      KeptTopic{.topic = TopicId(2), .name = {.name = "two"}, .attributes = {.is_fifo = true}});

  EXPECT_NE(fresh.objection_to(queue(2, 6)), "") << "its subscription is younger";
  EXPECT_NE(fresh.objection_to(queue(2, 2)), "") << "there is one";
  EXPECT_EQ(fresh.objection_to(queue(2, 3)), "");
  EXPECT_NE(subscription(TopicId(1), Protocol::sqs), "");
  EXPECT_NE(subscription(TopicId(2), Protocol::http), "") << "the queue is no FIFO queue";
  EXPECT_EQ(subscription(TopicId(1), Protocol::http), "");
}

TEST_F(CheckpointSense, ObjectsFromItsEndOnToWhatItHasAlready) {
  engine.restore(messages(QueueId(1), {12}));
  const Sent fact{.queue = QueueId(1), .seq = Seq(12)};

  EXPECT_EQ(engine.objection_to(fact, {.position = Position(999), .length = 1}), "");
  EXPECT_NE(engine.objection_to(fact, {.position = Position(1000), .length = 1}), "");
}

}  // namespace
}  // namespace mailrail::engine
