#include "broker/traffic.h"

#include "broker/broker_testing.h"

namespace mailrail::broker {
namespace {

using Kind = TrafficEvent::Kind;
using Poll = Traffic::Poll;

class TrafficTest : public testing::Test {
 protected:
  TrafficTest() {
    run([&](Turn& turn) {
      dead = create(turn, "dead", {});
      engine::QueueAttributes with_dead_letters;
      with_dead_letters.dead_letter =
          engine::DeadLetter{.target = name_of("dead"), .receive_count_max = 1};
      queue = create(turn, "q", with_dead_letters);
      fifo = create(turn, "q.fifo", {.is_fifo = true});
      topic = engine.create_topic(turn, {.region = "r", .account = "a", .name = "t"}, {}, {});
    });
  }

  static engine::QueueName name_of(const std::string& name) {
    return {.region = "r", .account = "a", .name = name};
  }

  QueueId create(Turn& turn, const std::string& name, const engine::QueueAttributes& attributes) {
    return engine.create_queue(turn, name_of(name), attributes, {});
  }

  // One call in a turn of its own.
  void run(const std::function<void(Turn&)>& work) {
    std::vector<std::unique_ptr<Call>> calls;
    calls.push_back(std::make_unique<TestCall>("", [&](Engine&, Turn& turn, TestCall&) {
      work(turn);
      return Decision{};
    }));
    broker.turn(now, std::move(calls));
  }

  void send(QueueId to, const std::string& body, std::uint64_t bytes = 1) {
    run([&](Turn& turn) {
      engine.send(turn, {.queue = to,
                         .group = "g",
                         .deduplication_id = body,
                         .record = body,
                         .message_bytes = bytes});
    });
  }

  std::vector<engine::ReceivedMessage> receive(QueueId from) {
    std::vector<engine::ReceivedMessage> messages;
    run([&](Turn& turn) {
      messages = engine.receive(turn, {.queue = from, .count_max = 10}).messages;
    });
    return messages;
  }

  std::vector<Kind> kinds() const {
    std::vector<Kind> kinds;
    for (const TrafficEvent& each : traffic.events_from(0, 100).events) kinds.push_back(each.kind);
    return kinds;
  }

  log::MemoryLog::Storage storage;
  log::MemoryLog log{storage};
  SeededRandom random{1};
  TestOutbox outbox;
  Engine engine{1};
  Traffic traffic{engine};
  Broker broker{engine, log, random, outbox, {.traffic = &traffic}};
  Instant now = from_unix_ms(1'700'000'000'000);
  QueueId dead;
  QueueId queue;
  QueueId fifo;
  TopicId topic;
};

TEST_F(TrafficTest, CountsWhatIsSentReceivedAndDeleted) {
  send(queue, "a");
  send(queue, "b");
  const auto messages = receive(queue);
  run([&](Turn& turn) { engine.delete_message(turn, messages.at(0).handle()); });

  EXPECT_EQ(traffic.of(queue).sent, 2u);
  EXPECT_EQ(traffic.of(queue).received, 2u);
  EXPECT_EQ(traffic.of(queue).deleted, 1u);
  EXPECT_EQ(traffic.of(queue).last_asked, now);
  EXPECT_EQ(traffic.of(fifo).sent, 0u);
}

TEST_F(TrafficTest, CountsAMessageEachTimeItIsReceivedAndNoChangeOfItsVisibility) {
  send(fifo, "a");
  const auto first = receive(fifo);
  run([&](Turn& turn) { engine.change_visibility(turn, first.at(0).handle(), 0s); });
  now += 1s;
  receive(fifo);

  EXPECT_EQ(traffic.of(fifo).received, 2u);
  EXPECT_EQ(kinds(), (std::vector{Kind::sent, Kind::received, Kind::received}));
}

// Of all but those whose timeout was chosen or changed: these their holder has an eye on.
TEST_F(TrafficTest, MeasuresFromAReceiveToTheDeleteByItsHandle) {
  const auto process = [&](const std::string& body, Duration takes) {
    send(queue, body);
    const auto message = receive(queue).at(0);
    now += takes;
    run([&](Turn& turn) {
      traffic.delete_asked(message.handle());
      engine.delete_message(turn, message.handle());
    });
  };
  for (int i = 0; i < 98; ++i) process(std::to_string(i), 1s);
  EXPECT_EQ(traffic.of(queue).processing.exceeded(), std::nullopt);

  process("late", 31s);
  process("later", 32s);

  EXPECT_EQ(traffic.of(queue).processing.exceeded(), 30s);
  EXPECT_EQ(traffic.of(fifo).processing.exceeded(), std::nullopt);
}

// The one who received what is in the queue.
class ReceivedByAnn : public TrafficTest {
 protected:
  std::vector<engine::ReceivedMessage> receive_as_ann(QueueId from) {
    std::vector<engine::ReceivedMessage> messages;
    run([&](Turn& turn) {
      messages = engine.receive(turn, {.queue = from, .count_max = 10}).messages;
      const ConsumerId ann = traffic.consumers().asks(from, {.address = "10.0.0.1"}, turn.now);
      traffic.consumers().answered(ann, {.messages = messages, .until = turn.now + 30s}, turn.now);
    });
    return messages;
  }
  ConsumerRecord ann(QueueId of) const { return traffic.consumers().of(of, now).at(0); }
};

TEST_F(ReceivedByAnn, AMessageIsNotExpiredThatWasDeletedChangedGivenBackOrPurged) {
  send(queue, "deleted");
  const auto deleted = receive_as_ann(queue).at(0);
  send(queue, "changed");
  const auto changed = receive_as_ann(queue).at(0);
  send(queue, "given back");
  const auto given_back = receive_as_ann(queue).at(0);
  now += 20s;
  run([&](Turn& turn) {
    traffic.delete_asked(deleted.handle());
    engine.delete_message(turn, deleted.handle());
    engine.change_visibility(turn, changed.handle(), 30s);
    engine.give_back(turn, given_back.handle());
  });
  now += 20s;
  EXPECT_EQ(ann(queue).expired_leases, 0u);
  EXPECT_EQ(ann(queue).processing.median(), 20s);

  run([&](Turn& turn) { engine.purge_queue(turn, queue); });
  now += 1h;

  EXPECT_EQ(ann(queue).expired_leases, 0u);
}

TEST_F(ReceivedByAnn, AMessageIsNoFasterForADeleteThatIsRefused) {
  send(fifo, "m");
  const engine::ReceiptHandle handle = receive_as_ann(fifo).at(0).handle();
  now += 40s;

  run([&](Turn& turn) {
    traffic.delete_asked(handle);
    EXPECT_EQ(engine.delete_message(turn, handle), engine::DeleteResult::handle_expired);
  });

  EXPECT_EQ(ann(fifo).processing.median(), std::nullopt);
}

TEST_F(ReceivedByAnn, AMessageIsExpiredOnceWhateverBecomesOfItThen) {
  send(queue, "dead letter");
  send(fifo, "received again");
  receive_as_ann(queue);
  receive_as_ann(fifo);
  now += 30s;
  EXPECT_EQ(ann(queue).expired_leases, 1u);

  receive(queue);
  receive_as_ann(fifo);

  ASSERT_EQ(kinds().back(), Kind::received);
  EXPECT_EQ(traffic.of(queue).dead_lettered, 1u);
  EXPECT_EQ(ann(queue).expired_leases, 1u);
  EXPECT_EQ(ann(fifo).expired_leases, 1u);
  run([&](Turn& turn) { engine.delete_queue(turn, queue); });
  EXPECT_TRUE(traffic.consumers().of(queue, now).empty());
}

TEST_F(ReceivedByAnn, CallsAreOpenAsLongAsTheyWait) {
  const auto wait = [&](Duration time) {
    std::vector<std::unique_ptr<Call>> calls;
    const Instant deadline = now + time;
    calls.push_back(std::make_unique<TestCall>("", [=, this](Engine&, Turn& turn, TestCall& call) {
      call.waits_as = traffic.consumers().asks(queue, {.address = "10.0.0.1"}, turn.now);
      if (turn.now >= deadline) return Decision{};
      return Decision{.verdict = Decision::Verdict::wait, .queue = queue, .deadline = deadline};
    }));
    broker.turn(now, std::move(calls));
  };
  wait(20s);
  EXPECT_EQ(ann(queue).open_polls, 1u);
  wait(10s);
  EXPECT_EQ(ann(queue).open_polls, 2u);
  now += 10s;
  broker.turn(now, {});
  EXPECT_EQ(ann(queue).open_polls, 1u);

  broker.stop_waiting();

  EXPECT_EQ(ann(queue).open_polls, 0u);
  wait(20s);
  EXPECT_EQ(ann(queue).open_polls, 0u) << "answered at once";
}

TEST_F(ReceivedByAnn, IsCountedSinceTheFirstTurn) {
  const Instant began = now;
  now += 1h;
  send(queue, "a");

  EXPECT_EQ(traffic.since(), began);
}

TEST_F(TrafficTest, MeasuresNoMessageWhoseTimeoutIsItsHoldersOwn) {
  for (int i = 0; i < 200; ++i) {
    send(queue, std::to_string(i));
    engine::ReceiptHandle handle;
    run([&](Turn& turn) {
      engine::ReceiveRequest request{.queue = queue, .count_max = 1};
      if (i % 2 == 0) request.visibility_timeout = 5min;
      handle = engine.receive(turn, request).messages.at(0).handle();
    });
    run([&](Turn& turn) { engine.change_visibility(turn, handle, 5min); });
    now += 4min;
    run([&](Turn& turn) {
      traffic.delete_asked(handle);
      engine.delete_message(turn, handle);
    });
  }

  EXPECT_EQ(traffic.of(queue).processing.exceeded(), std::nullopt);
}

TEST_F(TrafficTest, KnowsTheConversationThatMostMessagesAreOf) {
  for (int i = 0; i < 1000; ++i) send(fifo, std::to_string(i));

  ASSERT_TRUE(traffic.of(fifo).busiest.found());
  EXPECT_EQ(traffic.of(fifo).busiest.found()->group, "g");
  EXPECT_FALSE(traffic.of(queue).busiest.found());
}

TEST_F(TrafficTest, CountsNoDuplicate) {
  send(fifo, "same");
  send(fifo, "same");

  EXPECT_EQ(traffic.of(fifo).sent, 1u);
}

TEST_F(TrafficTest, CountsDeadLettersWhereTheyCameFrom) {
  send(queue, "poison");
  receive(queue);
  now += 1min;
  receive(queue);

  EXPECT_EQ(traffic.of(queue).dead_lettered, 1u);
  EXPECT_EQ(traffic.of(dead).sent, 0u);
  EXPECT_EQ(engine.counts(dead).visible, 1u);
  EXPECT_EQ(kinds().back(), Kind::dead_lettered);
}

TEST_F(TrafficTest, CountsWhatExpires) {
  send(queue, "old");
  now += 24h * 30;
  run([](Turn&) {});

  EXPECT_EQ(traffic.of(queue).expired, 1u);
  EXPECT_EQ(traffic.of(queue).deleted, 0u);
  EXPECT_EQ(kinds().back(), Kind::expired);
}

TEST_F(TrafficTest, CountsWhatATaskRedrives) {
  send(queue, "poison");
  receive(queue);
  now += 1min;
  receive(queue);
  run([&](Turn& turn) { engine.start_move_task(turn, {.source = dead}); });
  now += 1s;
  run([](Turn&) {});

  EXPECT_EQ(traffic.of(dead).redriven, 1u);
  EXPECT_EQ(engine.counts(queue).visible, 1u);
}

TEST_F(TrafficTest, CountsReceivesThatFoundNothing) {
  run([&](Turn&) {
    traffic.received_nothing(queue, Poll::was_short);
    traffic.received_nothing(queue, Poll::was_long);
  });

  EXPECT_EQ(traffic.of(queue).empty_receives, 2u);
  EXPECT_EQ(traffic.of(queue).empty_short_polls, 1u);
  EXPECT_EQ(traffic.all_queues().empty_receives, 2u);
}

TEST_F(TrafficTest, SaysHowLargeMessagesWere) {
  for (const std::uint64_t bytes : {256u, 257u, 2'000'000u})
    send(queue, std::to_string(bytes), bytes);

  const Sizes& sizes = traffic.of(queue).sizes;
  EXPECT_EQ(sizes.bytes, 256u + 257u + 2'000'000u);
  EXPECT_EQ(sizes.counts.front(), 1u);
  EXPECT_EQ(sizes.counts.at(1), 1u);
  EXPECT_EQ(sizes.counts.back(), 1u);
}

TEST_F(TrafficTest, KeepsInTheTotalsWhatADeletedQueueHad) {
  send(queue, "a");
  run([&](Turn& turn) { engine.delete_queue(turn, queue); });
  send(fifo, "b");

  EXPECT_EQ(traffic.of(queue).sent, 0u);
  EXPECT_EQ(traffic.all_queues().sent, 2u);
}

TEST_F(TrafficTest, CountsAPublicationForItsTopicAndEachOfItsQueues) {
  run([&](Turn& turn) {
    const std::vector<engine::PublishTarget> targets{{.queue = queue}, {.queue = dead}};
    engine.publish(turn, {.topic = topic, .record = "x", .message_bytes = 7, .targets = targets});
    traffic.fanned_out(topic, {.delivered = 2, .filtered_out = 3, .failed = 1});
  });

  EXPECT_EQ(traffic.of(topic).published, 1u);
  EXPECT_EQ(traffic.of(topic).published_bytes, 7u);
  EXPECT_EQ(traffic.of(topic).delivered, 2u);
  EXPECT_EQ(traffic.of(topic).filtered_out, 3u);
  EXPECT_EQ(traffic.of(topic).failed, 1u);
  EXPECT_EQ(traffic.of(queue).sent, 1u);
  EXPECT_EQ(traffic.of(dead).sent, 1u);
  EXPECT_EQ(traffic.all_queues().sent, 2u);
}

class EndpointTraffic : public TrafficTest {
 protected:
  EndpointTraffic() {
    run([&](Turn& turn) {
      subscription = engine.subscribe(turn, {.topic = topic,
                                             .protocol = engine::Protocol::http,
                                             .endpoint = "http://example",
                                             .state = engine::SubscriptionState::confirmed});
      waiting = engine.obtain_delivery_queue(turn, subscription);
      const std::vector<engine::PublishTarget> targets{
          {.queue = waiting, .subscription = subscription, .protocol = engine::Protocol::http}};
      engine.publish(turn, {.topic = topic, .record = "x", .targets = targets});
    });
  }

  SubscriptionId subscription;
  QueueId waiting;
};

TEST_F(EndpointTraffic, IsDeliveredOnceTheEndpointTookIt) {
  const auto taken = receive(waiting);
  EXPECT_EQ(traffic.of(topic).delivered, 0u);
  run([&](Turn& turn) { engine.delete_message(turn, taken.at(0).handle()); });

  EXPECT_EQ(traffic.of(topic).delivered, 1u);
  EXPECT_EQ(traffic.of(topic).failed, 0u);
}

TEST_F(EndpointTraffic, HasFailedOnceItIsGivenUp) {
  const auto taken = receive(waiting);
  run([&](Turn& turn) { engine.give_up(turn, taken.at(0).handle(), std::nullopt, 1); });

  EXPECT_EQ(traffic.of(topic).failed, 1u);
  EXPECT_EQ(traffic.of(topic).delivered, 0u);
}

TEST_F(EndpointTraffic, HasFailedOnceItIsADeadLetter) {
  const auto taken = receive(waiting);
  run([&](Turn& turn) { engine.give_up(turn, taken.at(0).handle(), name_of("dead"), 1); });

  EXPECT_EQ(traffic.of(topic).failed, 1u);
  EXPECT_EQ(traffic.of(topic).delivered, 0u);
}

TEST_F(EndpointTraffic, IsNeitherInTheTotalsOfQueuesNorAmongTheEvents) {
  receive(waiting);

  EXPECT_EQ(traffic.of(waiting).sent, 1u);
  EXPECT_EQ(traffic.all_queues().sent, 0u);
  EXPECT_EQ(traffic.all_queues().received, 0u);
  EXPECT_EQ(kinds(), std::vector<Kind>{});
}

TEST_F(TrafficTest, CountsNothingThatIsReplayed) {
  send(queue, "a");
  Engine replayed(2);
  Traffic another(replayed);
  const log::SharedFrame frame = broker.take_frame();
  ASSERT_TRUE(
      engine::decode_facts(frame->payload, [&](const engine::Fact& fact, engine::FactPlace place) {
        replayed.apply(fact, {.position = frame->position + place.offset, .length = place.length});
      }).has_value());
  Broker restarted(replayed, log, random, outbox, {.traffic = &another});
  restarted.turn(now, {});

  EXPECT_EQ(replayed.counts(queue).visible, 1u);
  EXPECT_EQ(another.all_queues().sent, 0u);
  EXPECT_EQ(another.next_event(), 0u);
}

TEST_F(TrafficTest, TellsTheGroupAndTheReceivesOfAMessage) {
  send(fifo, "a");
  const auto messages = receive(fifo);
  run([&](Turn& turn) { engine.delete_message(turn, messages.at(0).handle()); });

  const auto events = traffic.events_from(0, 100).events;
  ASSERT_EQ(events.size(), 3u);
  for (const TrafficEvent& each : events) {
    EXPECT_EQ(each.queue, fifo);
    EXPECT_EQ(each.seq, messages.at(0).seq);
    EXPECT_EQ(each.group, "g");
    EXPECT_EQ(each.at, now);
  }
  EXPECT_EQ(events[0].receive_count, 0u);
  EXPECT_EQ(events[2].kind, Kind::deleted);
  EXPECT_EQ(events[2].receive_count, 1u);
}

TEST_F(TrafficTest, TellsAFollowerWhatItMissed) {
  for (std::size_t i = 0; i < Traffic::events_kept_max + 5; ++i) send(queue, std::to_string(i));

  const auto first = traffic.events_from(2, 10);
  EXPECT_EQ(first.missed, 3u);
  ASSERT_EQ(first.events.size(), 10u);
  EXPECT_EQ(first.next, 15u);
  const auto next = traffic.events_from(first.next, 10'000);
  EXPECT_EQ(next.missed, 0u);
  EXPECT_EQ(next.events.front().seq, first.events.back().seq + 1);
  EXPECT_EQ(next.next, traffic.next_event());
  EXPECT_EQ(traffic.events_from(next.next, 10).events.size(), 0u);
}

TEST_F(TrafficTest, BeginsAnewForAFollowerFromBeforeARestart) {
  send(queue, "a");

  const auto followed = traffic.events_from(1'000, 10);

  EXPECT_EQ(followed.events.size(), 0u);
  EXPECT_EQ(followed.next, traffic.next_event());
  EXPECT_EQ(followed.missed, 0u);
}

}  // namespace
}  // namespace mailrail::broker
