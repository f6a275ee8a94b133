// Whatever a start would refuse, verify finds, and what it calls whole a start takes.

#include "ops/verify.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/ops_testing.h"

namespace mailrail::ops {
namespace {

using log::format::page_bytes;
using sim::SimDisk;
using testing::HasSubstr;

Verified verified(SimDisk& disk) {
  NoProgress progress;
  auto result = verify(disk, 1, progress);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : Verified{};
}

// Every page of every file damaged in each way, and each file cut short and removed.
void for_each_damage(
    const SimDisk& intact,
    const std::function<void(SimDisk&, const std::string&, std::uint64_t)>& visit) {
  for (const std::string& name : intact.names()) {
    const std::string bytes = intact.content(name);
    for (std::uint64_t page = 0; page < bytes.size(); page += page_bytes) {
      const std::uint64_t end = std::min<std::uint64_t>(bytes.size(), page + page_bytes);
      for (const std::uint64_t at : {page, page + 70, page + 2000, end - 1}) {
        if (at >= end) continue;
        SimDisk flipped = intact;
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x20);
        flipped.put(name, changed);
        visit(flipped, name, page);
      }
      SimDisk zeroed = intact;
      std::string changed = bytes;
      changed.replace(page, end - page, end - page, '\0');
      zeroed.put(name, changed);
      visit(zeroed, name, page);
      SimDisk cut = intact;
      cut.put(name, bytes.substr(0, page));
      visit(cut, name, page);
    }
    SimDisk without = intact;
    without.erase(name);
    visit(without, name, 0);
  }
}

TEST(Verify, CallsWhatAServerLeavesWhole) {
  for (const Stop stop : {Stop::clean, Stop::unclean}) {
    for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
      ServedDirectory served(stop, trimmed);

      const Verified result = verified(served.disk);

      EXPECT_TRUE(result.is_whole()) << text_of(result, "/simulated");
      EXPECT_EQ(result.messages, served.alive.size());
      EXPECT_EQ(result.queues, 6u);
      EXPECT_GT(result.inspected.log_segments, 2u);
      EXPECT_GT(result.inspected.checkpoint_frames, 4u);
    }
  }
}

TEST(Verify, TheDirectoryOfTheseTestsIsTrimmedWhenItShouldBe) {
  const ServedDirectory served(Stop::clean, Trimmed::yes);

  EXPECT_THAT(served.disk.names(), testing::Not(testing::Contains("segment-000000000000")));
}

TEST(Verify, AgreesWithAStartAboutAnyDamage) {
  for (const auto& [stop, trimmed] :
       {std::pair(Stop::clean, Trimmed::yes), std::pair(Stop::unclean, Trimmed::no)}) {
    const ServedDirectory served(stop, trimmed);
    std::size_t refused = 0;
    for_each_damage(served.disk, [&](SimDisk& disk, const std::string& name, std::uint64_t page) {
      NoProgress progress;
      const auto result = verify(disk, 1, progress);
      const std::string refusal = refusal_of_start(disk);

      refused += refusal.empty() ? 0 : 1;
      const bool is_whole = result && result->is_whole();
      EXPECT_FALSE(is_whole && !refusal.empty()) << name << " " << page << refusal;
    });
    EXPECT_GT(refused, 50u);
  }
}

// A start does not look at bodies before the checkpoint, this does.
TEST(Verify, FindsDamageInAllThatMattersAfterACleanStop) {
  const ServedDirectory served(Stop::clean, Trimmed::no);
  SimDisk intact = served.disk;
  const Verified whole = verified(intact);
  std::set<std::string> silent;
  for_each_damage(served.disk, [&](SimDisk& disk, const std::string& name, std::uint64_t page) {
    if (!name.starts_with("segment-") || page == 0 || disk.content(name) == intact.content(name))
      return;
    bool holds_body = false;
    for (const auto& [seq, message] : served.known) {
      for (const Stretch& body : message.bodies)
        holds_body = holds_body || (body.file == name && body.begin <= page && page < body.end);
    }
    if (!holds_body) return;

    NoProgress progress;
    const auto result = verify(disk, 1, progress);

    EXPECT_FALSE(result && result->is_whole()) << name << " page at " << page;
  });
  EXPECT_TRUE(whole.is_whole());
}

TEST(Verify, ChangesNothing) {
  for (const Stop stop : {Stop::clean, Stop::unclean}) {
    ServedDirectory served(stop, Trimmed::yes);
    std::string torn = served.disk.content("segment-000000000004");
    served.disk.put("segment-000000000004", torn);
    const SimDisk before = served.disk;
    const std::uint64_t changes = served.disk.changes();

    verified(served.disk);

    EXPECT_EQ(served.disk.changes(), changes);
    EXPECT_EQ(served.disk.names(), before.names());
    for (const std::string& name : before.names())
      EXPECT_EQ(served.disk.content(name), before.content(name)) << name;
  }
}

TEST(Verify, NamesFileAndOffsetAndTheCommandThatSavesTheRest) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  std::string bytes = served.disk.content("segment-000000000001");
  bytes[page_bytes + 100] = static_cast<char>(bytes[page_bytes + 100] ^ 1);
  served.disk.put("segment-000000000001", bytes);

  const std::string text = text_of(verified(served.disk), "/simulated");

  EXPECT_THAT(text,
              HasSubstr("/simulated/segment-000000000001 at offset 4096, 4,096 bytes: a frame "
                        "is not valid"));
  EXPECT_THAT(text, HasSubstr("mailrail salvage /simulated --to /simulated-salvaged"));
}

TEST(Verify, TellsATornWriteFromDamage) {
  const ServedDirectory served(Stop::unclean, Trimmed::no);
  const KnownMessage& last = served.known.rbegin()->second;
  SimDisk torn = served.disk;
  std::string bytes = torn.content(last.bodies[0].file);
  bytes[last.bodies[0].begin + 80] = 'x';
  torn.put(last.bodies[0].file, bytes);

  const Verified result = verified(torn);

  EXPECT_TRUE(result.is_whole()) << text_of(result, "/simulated");
  EXPECT_EQ(result.inspected.torn_bytes, page_bytes);
  EXPECT_EQ(result.messages, served.alive.size() - 1);
}

// A whole frame whose fact cannot follow what came before, as only a bug or a forger writes it.
SimDisk directory_ending_with(const engine::Fact& fact) {
  SimDisk disk(1);
  SmallServer server(disk);
  server.turn([&](engine::Turn& turn) {
    server.engine().found(turn);
    for (const char* name : {"q", "q.fifo", "other"}) {
      const bool is_fifo = std::string_view(name).ends_with(".fifo");
      server.engine().create_queue(turn, {.region = "r", .account = "a", .name = name},
                                   {.is_fifo = is_fifo}, {});
    }
    server.engine().send(turn, {.queue = QueueId(1), .record = "record"});
    server.engine().send(
        turn, {.queue = QueueId(2), .group = "g", .deduplication_id = "id", .record = "record"});
  });
  const log::Frame frame{
      .position = server.log().next_position(), .time = server.now(), .count = 1, .payload = [&] {
        std::string payload;
        engine::encode_fact(fact, payload);
        return payload;
      }()};
  EXPECT_EQ(server.log().append(frame).outcome, log::Outcome::durable);
  server.log().close().value();
  return disk;
}

TEST(Verify, FindsTasksAndConversationsThatAStartRefuses) {
  const Instant at = from_unix_ms(1'700'000'000'000);
  const engine::Body body{.position = Position(4160), .length = 40};
  const std::pair<engine::Fact, std::string_view> senseless[] = {
      {engine::MoveTaskEnded{.queue = QueueId(1), .task = Seq(1)}, "move task"},
      {engine::Redriven{.from = QueueId(1),
                        .from_seq = Seq(1),
                        .to = QueueId(3),
                        .seq = Seq(3),
                        .at = at,
                        .body = body,
                        .origin_queue = QueueId(1),
                        .origin_seq = Seq(1),
                        .task = Seq(2)},
       "move task"},
      {engine::Moved{.from = QueueId(1),
                     .from_seq = Seq(1),
                     .to = QueueId(1),
                     .seq = Seq(3),
                     .sent = at,
                     .body = body,
                     .origin_queue = QueueId(1),
                     .origin_seq = Seq(1)},
       "impossible"},
      {engine::ConversationParked{.queue = QueueId(2), .group = "h", .at = at}, "conversation"},
      {engine::ConversationUnparked{.queue = QueueId(2), .group = "g"}, "conversation"},
  };
  for (const auto& [fact, finding] : senseless) {
    SimDisk disk = directory_ending_with(fact);

    const Verified result = verified(disk);

    EXPECT_THAT(text_of(result, "/simulated"), HasSubstr(finding));
    SeededRandom random(1);
    engine::Engine engine(1);
    EXPECT_FALSE(broker::replay(**log::FileLog::open(disk, random, small_log), engine)) << finding;
  }
}

TEST(Verify, FindsNothingInARedriveByChoice) {
  SimDisk disk =
      directory_ending_with(engine::Redriven{.from = QueueId(1),
                                             .from_seq = Seq(1),
                                             .to = QueueId(3),
                                             .seq = Seq(3),
                                             .at = from_unix_ms(1'700'000'000'000),
                                             .body = {.position = Position(4160), .length = 40},
                                             .origin_queue = QueueId(1),
                                             .origin_seq = Seq(1),
                                             .redrives = 1});

  EXPECT_THAT(text_of(verified(disk), "/simulated"), testing::Not(HasSubstr("move task")));
  SeededRandom random(1);
  engine::Engine engine(1);
  EXPECT_TRUE(broker::replay(**log::FileLog::open(disk, random, small_log), engine));
  EXPECT_EQ(engine.counts(QueueId(3)).visible, 1u);
}

TEST(Verify, FindsTopicsThatAStartRefuses) {
  const Instant at = from_unix_ms(1'700'000'000'000);
  std::string body;
  const engine::Sent message{.seq = Seq(3), .at = at};
  encode_fact(message, body);
  const std::pair<engine::Fact, std::string_view> senseless[] = {
      {engine::Published{.topic = TopicId(1), .body = body, .message = message}, "a topic"},
      {engine::TopicDeleted{.topic = TopicId(1), .at = at}, "a topic"},
      {engine::SubscriptionCreated{
           .subscription = SubscriptionId(1), .topic = TopicId(1), .at = at},
       "a topic"},
      {engine::SubscriptionDeleted{.subscription = SubscriptionId(1), .at = at}, "a topic"},
  };
  for (const auto& [fact, finding] : senseless) {
    SimDisk disk = directory_ending_with(fact);

    const Verified result = verified(disk);

    EXPECT_THAT(text_of(result, "/simulated"), HasSubstr(finding));
  }
}

TEST(Verify, RefusesWhatIsNoDataDirectoryOrOfANewerFormat) {
  NoProgress progress;
  SimDisk empty(1);
  EXPECT_THAT(verify(empty, 1, progress).error().message, HasSubstr("no data directory"));

  ServedDirectory newer(Stop::clean, Trimmed::no);
  std::string journal = newer.disk.content("JOURNAL");
  journal[8] = 9;
  newer.disk.put("JOURNAL", journal);
  EXPECT_THAT(verify(newer.disk, 1, progress).error().message, HasSubstr("journal format 9"));
}

TEST(Verify, ListsAHundredFindingsAndCountsTheRest) {
  Findings findings;
  for (int i = 0; i < 250; ++i) findings.add({.path = "f", .bytes = 2, .what = "wrong"});

  EXPECT_EQ(findings.listed.size(), findings_listed_max);
  EXPECT_EQ(findings.count, 250u);
  EXPECT_EQ(findings.bytes, 500u);
}

}  // namespace
}  // namespace mailrail::ops
