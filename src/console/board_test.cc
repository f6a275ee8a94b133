#include "console/board.h"

#include <string>

#include <gmock/gmock.h>

#include "console/console_testing.h"

namespace mailrail::console {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Kind = Topic::Kind;

Instant tell_time() { return from_unix_ms(1'735'689'600'000); }

// Nobody needs a key, until there is one.
class BoardTest : public ConsoleTest {
 protected:
  static http::ExchangeId exchange(std::uint32_t slot) {
    return {.thread = 0, .slot = slot, .generation = 1};
  }

  void join(std::uint32_t slot, std::vector<Topic> topics, std::string after = {}) {
    http::Request request{.method = "GET", .target = "/_mailrail/stream"};
    request.headers.add(Sessions::header, "1");
    board.join({.exchange = exchange(slot),
                .request = std::move(request),
                .topics = std::move(topics),
                .after = std::move(after)});
  }

  std::vector<Piece> look_at_all() {
    const std::vector<std::unique_ptr<Question>> questions = board.questions();
    asked = questions.size();
    for (const std::unique_ptr<Question>& each : questions) answer(*each);
    return board.take(turn.now, traffic.next_event());
  }
  std::vector<std::string> texts() {
    std::vector<std::string> texts;
    for (const Piece& each : look_at_all()) texts.push_back(each.text);
    return texts;
  }

  QueueId tailed_since_two_events() {
    const QueueId queue = create("q");
    join(1, {{Kind::tail}});
    look_at_all();
    send(queue);
    send(queue);
    look_at_all();
    return queue;
  }

  auth::KeysInForce keys;
  auth::Authenticator authenticator{keys, &tell_time};
  Sessions sessions{{.authenticator = authenticator, .now = &tell_time, .random = random}, {}};
  api::Dispatcher dispatcher{
      {.services = {}, .identity = engine.identity(), .signer = signer, .traffic = &traffic}};
  Recorder recorder{traffic};
  Activity activity;
  Board board{{.sessions = sessions,
               .dispatcher = dispatcher,
               .channels = {.traffic = traffic, .recorder = recorder, .activity = activity},
               .epoch = "e"}};
  std::size_t asked = 0;
};

TEST_F(BoardTest, AsksOnceForAllWhoSeeTheSame) {
  create("q");
  join(1, {{Kind::queues}});
  join(2, {{Kind::queues}, {Kind::topics}});

  const std::vector<Piece> pieces = look_at_all();

  EXPECT_EQ(asked, 2u);
  EXPECT_EQ(pieces.size(), 3u);
  board.leave(exchange(1));
  board.leave(exchange(2));
  EXPECT_THAT(board.questions(), IsEmpty());
}

TEST_F(BoardTest, TellsTheNewsAndWhoeverComesLaterAllOfIt) {
  const QueueId queue = create("q");
  join(1, {{Kind::queues}});
  look_at_all();
  send(queue);
  join(2, {{Kind::queues}});

  EXPECT_THAT(texts(), ElementsAre(HasSubstr(R"("Whole":false)"), HasSubstr(R"("Whole":true)")));
  EXPECT_THAT(texts(), IsEmpty());
}

TEST_F(BoardTest, TellsARefusalOnce) {
  join(1, {{Kind::conversations, "q.fifo"}});

  EXPECT_THAT(texts(), ElementsAre(StartsWith(
                           "event: refused\nid: e-0\ndata: {\"Topic\":\"conversations:q.fifo\"")));
  EXPECT_THAT(texts(), IsEmpty());
  create("q.fifo");
  EXPECT_THAT(texts(), ElementsAre(StartsWith("event: conversations\n")));
}

TEST_F(BoardTest, GoesOnWithATailWhereItStopped) {
  tailed_since_two_events();

  join(2, {{Kind::tail}}, "e-1");

  EXPECT_THAT(texts(), ElementsAre(AllOf(StartsWith("event: tail\nid: e-2\n"),
                                         HasSubstr(R"("Events":[{"Kind":"sent")"))));
}

TEST_F(BoardTest, GoesOnWithATailForWhoComesBackLaterThanOthersFromTheSamePlace) {
  const QueueId queue = tailed_since_two_events();
  join(2, {{Kind::tail}}, "e-1");
  look_at_all();

  join(3, {{Kind::tail}}, "e-1");

  EXPECT_THAT(texts(), ElementsAre(HasSubstr(R"("Events":[{"Kind":"sent")")));
  board.leave(exchange(1));
  board.leave(exchange(2));
  EXPECT_THAT(texts(), IsEmpty());
  send(queue);
  EXPECT_THAT(texts(), ElementsAre(HasSubstr(R"("Events":[{"Kind":"sent")")));
}

TEST_F(BoardTest, BeginsAnewWithAnIdThatItNeverGave) {
  const QueueId queue = create("q");
  join(1, {{Kind::tail}});
  look_at_all();
  send(queue);
  look_at_all();

  for (const std::string id : {"", "f-0", "e-2", "e-99999999999999999999", "e-", "e-1x", "e"}) {
    join(2, {{Kind::tail}}, id);
    EXPECT_THAT(texts(),
                ElementsAre("event: tail\nid: e-1\ndata: {\"Events\":[],\"Dropped\":0}\n\n"))
        << id;
    board.leave(exchange(2));
  }
}

TEST_F(BoardTest, TellsAllAnewToWhoLostAPieceAndCountsLostEvents) {
  const QueueId queue = create("q");
  join(1, {{Kind::tail}, {Kind::queues}});
  look_at_all();
  send(queue);
  for (const Piece& each : look_at_all()) {
    ++each.lost->pieces[each.topic];
    each.lost->events[each.topic] += each.events;
  }

  EXPECT_THAT(texts(),
              ElementsAre(HasSubstr(R"("Events":[],"Dropped":1})"), HasSubstr(R"("Whole":true)")));
}

TEST_F(BoardTest, GivesASignOfLifeWhereNothingHappens) {
  join(1, {{Kind::queues}});
  look_at_all();
  for (int i = 1; i < Board::quiet_looks_max; ++i) EXPECT_THAT(texts(), IsEmpty());

  EXPECT_THAT(texts(), ElementsAre(":\n\n"));
}

TEST_F(BoardTest, EndsTheStreamOfWhoMayNoLongerLook) {
  join(1, {{Kind::queues}});
  look_at_all();
  keys.change(std::make_shared<const auth::KeyRing>(std::vector<auth::Key>()));

  const std::vector<Piece> pieces = look_at_all();

  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_TRUE(pieces[0].is_end);
  EXPECT_THAT(look_at_all(), IsEmpty());
}

}  // namespace
}  // namespace mailrail::console
