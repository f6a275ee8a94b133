#include <vector>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

using State = MessageState;
using Conversation = ConversationState;

class Inspect : public EngineTest {
 protected:
  struct Seen {
    std::string body;
    State state;

    friend bool operator==(const Seen&, const Seen&) = default;
  };

  Inspected inspect(QueueId queue, InspectRequest request = {.count_max = 100, .looks_max = 1000}) {
    request.queue = queue;
    if (request.bytes_max == 0) request.bytes_max = 1 << 20;
    return engine.inspect(turn.now, request);
  }

  std::vector<Seen> seen(QueueId queue,
                         InspectRequest request = {.count_max = 100, .looks_max = 1000}) {
    std::vector<Seen> all;
    for (const InspectedMessage& each : inspect(queue, request).messages)
      all.push_back({.body = body(each.message), .state = each.state});
    return all;
  }

  InspectedConversation conversation(QueueId queue, const std::string& group) {
    const auto found = engine.find_conversation(queue, group);
    EXPECT_TRUE(found.has_value());
    return found.value_or(InspectedConversation{});
  }

  std::vector<std::string> conversations(QueueId queue, std::optional<Conversation> state = {}) {
    std::vector<std::string> groups;
    for (const auto& each :
         engine.conversations({.queue = queue, .state = state, .count_max = 100, .looks_max = 1000})
             .conversations)
      groups.push_back(each.group);
    return groups;
  }

  void damage(QueueId queue, Seq seq) {
    engine.mark_damaged(turn, queue, seq, engine.body_of(queue, seq)->position);
  }
};

TEST_F(Inspect, ShowsMessagesInTheirOrderWithoutReceivingThem) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c"}) send(queue, each);
  const std::uint32_t facts_before = facts.count();

  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(
        seen(queue),
        (std::vector<Seen>{{"a", State::visible}, {"b", State::visible}, {"c", State::visible}}));
  }

  EXPECT_EQ(facts.count(), facts_before);
  EXPECT_EQ(receive(queue, 1).front().receive_count, 1u);
}

TEST_F(Inspect, TellsWhatIsInFlightOrDelayedAndUntilWhen) {
  const QueueId queue = create("q", {.visibility_timeout = 30s});
  send(queue, "held");
  engine.send(turn, {.queue = queue, .delay = 60s, .record = "late"});
  receive(queue, 1);

  const Inspected inspected = inspect(queue);

  ASSERT_EQ(inspected.messages.size(), 2u);
  EXPECT_EQ(inspected.messages[0].state, State::in_flight);
  EXPECT_EQ(inspected.messages[0].until, turn.now + 30s);
  EXPECT_EQ(inspected.messages[0].message.receive_count, 1u);
  EXPECT_EQ(inspected.messages[1].state, State::delayed);
  EXPECT_EQ(inspected.messages[1].until, turn.now + 60s);
  EXPECT_EQ(inspected.messages[1].message.receive_count, 0u);
  pass(61s);
  EXPECT_EQ(seen(queue), (std::vector<Seen>{{"held", State::visible}, {"late", State::visible}}));
}

TEST_F(Inspect, TellsOfAFifoQueuesDelay) {
  const QueueId queue = create("q.fifo", {.delay = 10s});
  send(queue, "a", "g");

  ASSERT_EQ(inspect(queue).messages.size(), 1u);
  EXPECT_EQ(inspect(queue).messages[0].state, State::delayed);
  EXPECT_EQ(inspect(queue).messages[0].until, turn.now + 10s);
}

TEST_F(Inspect, TellsWhatIsBehindALockedHead) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"a", "b"}) send(queue, each, "g");
  send(queue, "other", "h");
  receive(queue, 1);

  EXPECT_EQ(seen(queue),
            (std::vector<Seen>{
                {"a", State::in_flight}, {"b", State::blocked}, {"other", State::visible}}));
}

TEST_F(Inspect, TellsWhatIsDamagedAndWhatIsBehindIt) {
  const QueueId queue = create("q.fifo");
  const Seq first = send(queue, "a", "g");
  send(queue, "b", "g");
  damage(queue, first);

  EXPECT_EQ(seen(queue), (std::vector<Seen>{{"a", State::damaged}, {"b", State::blocked}}));
}

TEST_F(Inspect, TellsWhatIsParkedAndWhatAConsumerStillHoldsOfIt) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"a", "b"}) send(queue, each, "g");
  receive(queue, 1);
  engine.park(turn, queue, "g");

  EXPECT_EQ(seen(queue), (std::vector<Seen>{{"a", State::in_flight}, {"b", State::parked}}));
}

TEST_F(Inspect, KeepsToAState) {
  const QueueId queue = create("q");
  for (const char* each : {"a", "b", "c"}) send(queue, each);
  receive(queue, 2);

  EXPECT_EQ(seen(queue, {.state = State::visible, .count_max = 9, .looks_max = 99}),
            (std::vector<Seen>{{"c", State::visible}}));
  EXPECT_EQ(seen(queue, {.state = State::in_flight, .count_max = 9, .looks_max = 99}),
            (std::vector<Seen>{{"a", State::in_flight}, {"b", State::in_flight}}));
}

TEST_F(Inspect, KeepsToAConversationPageByPage) {
  for (const char* name : {"q", "q.fifo"}) {
    const QueueId queue = create(name);
    for (const char* each : {"a1", "a2", "a3"}) {
      send(queue, std::string("other ") + each, "b");
      send(queue, each, "a");
    }
    const InspectRequest two{.group = "a", .count_max = 2, .looks_max = 99};

    EXPECT_EQ(seen(queue, two),
              (std::vector<Seen>{{"a1", State::visible}, {"a2", State::visible}}));

    InspectRequest rest = two;
    rest.after = inspect(queue, two).next.value_or(Seq());
    EXPECT_EQ(seen(queue, rest), (std::vector<Seen>{{"a3", State::visible}}));
    EXPECT_FALSE(inspect(queue, rest).next.has_value());
    EXPECT_TRUE(seen(queue, {.group = "c", .count_max = 2, .looks_max = 99}).empty());
  }
}

TEST_F(Inspect, GoesOnInAConversationBehindAMessageThatIsGone) {
  const QueueId queue = create("q.fifo");
  std::vector<Seq> sent;
  for (const char* each : {"a1", "a2", "a3"}) {
    send(queue, std::string("other ") + each, "b");
    sent.push_back(send(queue, each, "a"));
  }
  for (const ReceivedMessage& each : receive(queue, 10)) {
    if (body(each) == "a2") engine.delete_message(turn, each.handle());
  }

  const Inspected rest =
      inspect(queue, {.after = sent[1], .group = "a", .count_max = 9, .looks_max = 99});

  ASSERT_EQ(rest.messages.size(), 1u);
  EXPECT_EQ(rest.messages[0].message.seq, sent[2]);
}

TEST_F(Inspect, LooksAtSoManyAndSaysWhereToGoOn) {
  const QueueId queue = create("q");
  for (int i = 0; i < 10; ++i) send(queue, std::to_string(i));
  receive(queue, 7);
  InspectRequest request{.state = State::visible, .count_max = 9, .looks_max = 4};
  std::vector<std::string> found;
  std::size_t pages = 0;

  for (Inspected page = inspect(queue, request);; page = inspect(queue, request)) {
    ++pages;
    for (const InspectedMessage& each : page.messages) found.push_back(body(each.message));
    if (!page.next) break;
    request.after = *page.next;
  }

  EXPECT_EQ(found, (std::vector<std::string>{"7", "8", "9"}));
  EXPECT_EQ(pages, 3u);
}

TEST_F(Inspect, StopsWhereTheBodiesAreLongButShowsOneAtLeast) {
  const QueueId queue = create("q");
  for (int i = 0; i < 3; ++i) send(queue, std::string(1000, 'x'));

  const Inspected page = inspect(queue, {.count_max = 9, .bytes_max = 10, .looks_max = 99});

  EXPECT_EQ(page.messages.size(), 1u);
  EXPECT_EQ(page.next, page.messages[0].message.seq);
}

TEST_F(Inspect, LeavesOutWhatIsTooOld) {
  const QueueId queue = create("q", {.retention = 60s});
  send(queue, "old");
  pass(60s);
  send(queue, "new");

  EXPECT_EQ(seen(queue), (std::vector<Seen>{{"new", State::visible}}));
}

TEST_F(Inspect, NamesWhoReceivedLast) {
  const QueueId queue = create("q.fifo");
  send(queue, "a", "g");
  for (const char* each : {"app-1", "app-2"}) {
    engine.receive(turn, {.queue = queue, .visibility_timeout = 1s, .receiver = each});
    pass(2s);
  }

  EXPECT_EQ(inspect(queue).messages.at(0).receiver, "app-2");
  EXPECT_EQ(conversation(queue, "g").head.receiver, "app-2");
  send(queue, "b", "h");
  EXPECT_EQ(conversation(queue, "h").head.receiver, "");
}

TEST_F(Inspect, CountsWhatStandsStill) {
  const QueueId queue = create("q.fifo");
  const auto blocked = [&] { return engine.counts(queue).conversations_blocked; };
  for (const char* each : {"a", "b"}) send(queue, each, "g");
  const Seq whole = send(queue, "c", "h");
  EXPECT_EQ(blocked(), 0u);

  const auto held = receive(queue, 1);
  EXPECT_EQ(blocked(), 1u);
  EXPECT_EQ(engine.counts(queue).conversations_in_flight, 1u);

  damage(queue, whole);
  EXPECT_EQ(blocked(), 2u);
  EXPECT_EQ(engine.counts(queue).damaged, 1u);

  engine.park(turn, queue, "h");
  EXPECT_EQ(blocked(), 1u);
  engine.skip(turn, queue, "h", SkipTo::nowhere);
  engine.delete_message(turn, held.front().handle());
  EXPECT_EQ(blocked(), 0u);
  EXPECT_EQ(engine.counts(queue).conversations_in_flight, 0u);

  receive(queue, 1);
  EXPECT_EQ(blocked(), 0u) << "nothing waits behind it";
  send(queue, "d", "g");
  EXPECT_EQ(blocked(), 1u);
  pass(31s);
  EXPECT_EQ(blocked(), 0u);
}

TEST_F(Inspect, CountsTheBytesOfWhatAQueueHolds) {
  const QueueId queue = create("q");
  const QueueId other = create("other");
  const auto bytes = [&](QueueId of) { return engine.counts(of).body_bytes; };
  std::uint64_t expected = 0;
  for (const char* each : {"a", "bcd"}) {
    const Seq seq = send(queue, each);
    expected += engine.body_of(queue, seq)->length;
  }
  EXPECT_EQ(bytes(queue), expected);
  EXPECT_EQ(bytes(other), 0u);

  for (const ReceivedMessage& each : receive(queue, 10)) engine.delete_message(turn, each.handle());
  EXPECT_EQ(bytes(queue), 0u);

  send(queue, "again");
  engine.purge_queue(turn, queue);
  EXPECT_EQ(bytes(queue), 0u);
}

TEST_F(Inspect, ListsConversationsByTheAgeOfTheirFirstMessage) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"z", "y", "x", "z", "w"}) send(queue, std::string(each) + "1", each);
  send(queue, "y2", "y");
  receive(queue, 2);  // z whole, and nothing else: one conversation after the other.
  receive(queue, 1);  // The first of y.
  engine.park(turn, queue, "x");

  EXPECT_EQ(conversations(queue), (std::vector<std::string>{"z", "y", "x", "w"}));
  EXPECT_EQ(conversations(queue, Conversation::in_flight), (std::vector<std::string>{"z"}));
  EXPECT_EQ(conversations(queue, Conversation::blocked), (std::vector<std::string>{"y"}));
  EXPECT_EQ(conversations(queue, Conversation::parked), (std::vector<std::string>{"x"}));
  EXPECT_EQ(conversations(queue, Conversation::waiting), (std::vector<std::string>{"w"}));
}

TEST_F(Inspect, ListsConversationsPageByPage) {
  const QueueId queue = create("q.fifo");
  for (int i = 0; i < 5; ++i) {
    send(queue, "first " + std::to_string(i), "g" + std::to_string(i));
    send(queue, "second " + std::to_string(i), "g" + std::to_string(i));
  }
  ConversationsRequest request{.queue = queue, .count_max = 2, .looks_max = 3};
  std::vector<std::string> found;

  for (InspectedConversations page = engine.conversations(request);;
       page = engine.conversations(request)) {
    for (const InspectedConversation& each : page.conversations) found.push_back(each.group);
    if (!page.next) break;
    request.after = *page.next;
  }

  EXPECT_EQ(found, (std::vector<std::string>{"g0", "g1", "g2", "g3", "g4"}));
}

TEST_F(Inspect, LooksForNoConversationsThatThereAreNot) {
  const QueueId queue = create("q.fifo");
  for (int i = 0; i < 5; ++i) send(queue, "m" + std::to_string(i), "g" + std::to_string(i));

  for (const ConversationState state :
       {ConversationState::blocked, ConversationState::parked, ConversationState::in_flight}) {
    const auto page =
        engine.conversations({.queue = queue, .state = state, .count_max = 2, .looks_max = 1});
    EXPECT_TRUE(page.conversations.empty());
    EXPECT_FALSE(page.next.has_value());
  }
}

TEST_F(Inspect, LooksNoFurtherThanTheLastOfItsState) {
  const QueueId queue = create("q.fifo");
  send(queue, "held", "a");
  send(queue, "behind", "a");
  receive(queue, 1);
  for (int i = 0; i < 5; ++i) send(queue, "m" + std::to_string(i), "g" + std::to_string(i));

  const auto page = engine.conversations(
      {.queue = queue, .state = ConversationState::blocked, .count_max = 2, .looks_max = 3});

  ASSERT_EQ(page.conversations.size(), 1u);
  EXPECT_EQ(page.conversations[0].group, "a");
  EXPECT_FALSE(page.next.has_value());
}

TEST_F(Inspect, TellsSinceWhenAConversationIsBlockedByItsHead) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"a", "b"}) send(queue, each, "g");
  const Instant first = turn.now + 5s;
  for (int i = 0; i < 3; ++i) {
    pass(5s);
    receive(queue, 1, 4s);
  }

  const InspectedConversation found = conversation(queue, "g");

  EXPECT_EQ(found.state, Conversation::blocked);
  EXPECT_EQ(found.since, first);
  EXPECT_EQ(found.message_count, 2u);
  EXPECT_EQ(found.in_flight, 1u);
  EXPECT_EQ(found.head.message.receive_count, 3u);
  EXPECT_EQ(found.head.until, turn.now + 4s);
}

TEST_F(Inspect, ParksByHandWhateverTheQueueDoesAboutPoison) {
  const QueueId queue = create("q.fifo");
  for (const char* each : {"a", "b"}) send(queue, each, "g");

  engine.park(turn, queue, "g");
  const Instant since = turn.now;
  pass(1s);
  engine.park(turn, queue, "g");
  engine.park(turn, queue, "no such conversation");

  EXPECT_EQ(receive_bodies(queue), (Bodies{}));
  EXPECT_EQ(conversation(queue, "g").since, since);
  EXPECT_EQ(engine.retry(turn, queue, "g"), ParkedResult::done);
  EXPECT_EQ(receive_bodies(queue), (Bodies{"a", "b"}));
}

}  // namespace
}  // namespace mailrail::engine
