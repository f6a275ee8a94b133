// A log that is copied to one of another kind, and back, holds what it held; and whatever would be
// otherwise is noticed.

#include "ops/copy_log.h"

#include <memory>
#include <set>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/memory/memory_log.h"
#include "ops/new_directory.h"
#include "ops/salvage_testing.h"
#include "ops/state.h"
#include "ops/state_writer.h"

namespace mailrail::ops {
namespace {

using log::MemoryLog;
using sim::SimDisk;
using testing::HasSubstr;

constexpr Instant last_time = from_unix_ms(1'700'000'900'000);

Result<void> ignore(std::uint64_t) { return {}; }

// A log and what it holds.
struct Opened {
  explicit Opened(std::unique_ptr<log::LogStore> store) : log(std::move(store)) {
    const auto replayed = broker::replay(*log, engine);
    EXPECT_TRUE(replayed) << replayed.error().message;
  }
  explicit Opened(MemoryLog::Storage& storage) : Opened(std::make_unique<MemoryLog>(storage)) {}
  explicit Opened(SimDisk& disk) : Opened(*log::FileLog::open(disk, random(), small_log)) {}
  ReplayedLog replayed() const { return {.engine = engine, .log = *log}; }

  static Random& random() {
    static SeededRandom random(3);
    return random;
  }

  std::unique_ptr<log::LogStore> log;
  engine::Engine engine{2};
};

Copied copy_to_memory(SimDisk& from, MemoryLog::Storage& to) {
  const Opened source(from);
  MemoryLog log(to);
  auto copied = copy_log(source.replayed(), log, {.time = last_time}, ignore);
  EXPECT_TRUE(copied) << copied.error().message;
  return copied.value_or(Copied{});
}

void copy_to_disk(MemoryLog::Storage& from, SimDisk& to) {
  const Opened source(from);
  SeededRandom random(11);
  const auto made = *NewDirectory::begin(to, random, small_log, log::MadeBy::move_log);
  ASSERT_TRUE(copy_log(source.replayed(), made->log(), {.time = last_time}, ignore));
  ASSERT_TRUE(made->finish());
}

Result<void> compare(MemoryLog::Storage& one, MemoryLog::Storage& other) {
  return expect_same(Opened(one).replayed(), Opened(other).replayed(), ignore);
}

TEST(CopyLog, KeepsAllOfAStateThereAndBack) {
  for (const Stop stop : {Stop::clean, Stop::unclean}) {
    for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
      ServedDirectory served(stop, trimmed);
      MemoryLog::Storage memory;
      SimDisk back(1, "/salvaged");

      const Copied copied = copy_to_memory(served.disk, memory);
      copy_to_disk(memory, back);

      EXPECT_EQ(copied.queues, 6u);
      EXPECT_EQ(copied.topics, 2u);
      EXPECT_EQ(copied.messages, served.alive.size());
      EXPECT_EQ(copied.damaged, 0u);
      expect_whole(back);
      EXPECT_EQ(state_of(back), state_of(served.disk));
      EXPECT_EQ(bodies_in(back), bodies_in(served.disk));
      EXPECT_TRUE(expect_same(Opened(served.disk).replayed(), Opened(memory).replayed(), ignore));
    }
  }
}

TEST(CopyLog, NeedsNothingOfTheLogBeforeTheCheckpointButBodies) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  MemoryLog::Storage memory;
  copy_to_memory(served.disk, memory);

  const MemoryLog log(memory);

  EXPECT_EQ(log.checkpoint()->begin, log.next_position());
  EXPECT_EQ(log.checkpoint()->end, log.next_position());
  EXPECT_EQ(log.checkpoint()->time, last_time);
}

std::uint64_t bytes_of_bodies(const engine::Engine& engine) {
  std::uint64_t bytes = 0;
  std::set<Seq> shared;
  EXPECT_TRUE(visit_state(engine, [&](const engine::CheckpointRecord& record) -> Result<void> {
    const auto* kept = std::get_if<engine::KeptMessages>(&record);
    if (kept == nullptr) return {};
    for (const engine::KeptMessage& each : kept->messages) {
      if (!each.share || shared.insert(each.share->publication).second) bytes += each.body.length;
    }
    return {};
  }));
  EXPECT_FALSE(shared.empty());
  return bytes;
}

TEST(CopyLog, CountsABodyThatMessagesShareOnce) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  MemoryLog::Storage memory;
  std::uint64_t done = 0;
  const Opened source(served.disk);
  MemoryLog log(memory);

  const auto copied =
      copy_log(source.replayed(), log, {.time = last_time}, [&](std::uint64_t bytes) {
        done += bytes;
        return Result<void>();
      });

  EXPECT_EQ(copied->body_bytes, bytes_of_bodies(source.engine));
  EXPECT_EQ(done, copied->body_bytes);
}

TEST(CopyLog, KeepsWhatIsMarkedAsDamaged) {
  ServedDirectory served(Stop::unclean, Trimmed::no);
  MemoryLog::Storage memory;
  {
    SmallServer server(served.disk);
    std::vector<engine::OldBody> bodies;
    std::vector<engine::OldBody> shared;
    engine::OldBodies cursor{.before = Position(~std::uint64_t{0} >> 8), .bytes_max = 1 << 30};
    while (!cursor.is_done) {
      for (const engine::OldBody& each : server.engine().find_old_bodies(cursor, 1000))
        (each.publication ? shared : bodies).push_back(each);
      if (cursor.is_in_shared && !shared.empty()) break;
    }
    server.turn([&](engine::Turn& turn) {
      EXPECT_TRUE(server.engine().mark_damaged(turn, bodies.front()));
      EXPECT_TRUE(server.engine().mark_damaged(turn, bodies.back()));
      EXPECT_TRUE(server.engine().mark_damaged(turn, shared.front()));
    });
  }
  SimDisk back(1, "/salvaged");

  const Copied copied = copy_to_memory(served.disk, memory);
  copy_to_disk(memory, back);

  EXPECT_EQ(copied.damaged, 2u);
  EXPECT_EQ(state_of(back), state_of(served.disk));
}

TEST(CopyLog, TellsWhichBodyOfTheSourceCannotBeRead) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  const Stretch body = served.known.at(*served.alive.begin()).bodies.back();
  std::string bytes = served.disk.content(body.file);
  bytes[body.begin + 300] = static_cast<char>(bytes[body.begin + 300] ^ 1);
  served.disk.put(body.file, bytes);
  const Opened source(served.disk);
  MemoryLog::Storage memory;
  MemoryLog log(memory);

  const auto copied = copy_log(source.replayed(), log, {.time = last_time}, ignore);

  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().kind, &errors::corrupt);
  EXPECT_THAT(copied.error().message,
              HasSubstr("The body of message 10000000000000000005 of queue chat.fifo cannot be"));
  EXPECT_THAT(copied.error().message, HasSubstr("mailrail salvage /simulated"));
}

TEST(CopyLog, EndsWithTheErrorOfAStep) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  const Opened source(served.disk);
  MemoryLog::Storage memory;
  MemoryLog log(memory);
  const auto refuse = [](std::uint64_t) -> Result<void> { return fail(errors::io, "no more"); };

  EXPECT_EQ(copy_log(source.replayed(), log, {.time = last_time}, refuse).error().message,
            "no more");
  EXPECT_EQ(holding_of(log), Holding::nothing) << "not even a frame was full";
}

// Two messages, of which the second is under a lease.
void serve(MemoryLog& log, engine::Engine& engine, std::string_view second) {
  SeededRandom random(4);
  engine::FactWriter facts(log.next_position());
  engine::Turn turn{.now = last_time, .random = random, .facts = facts};
  engine.found(turn);
  const QueueId queue = engine.create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {},
                                            {{"tag", "value"}});
  engine.send(turn, {.queue = queue, .record = second});
  engine.receive(turn, {.queue = queue, .count_max = 1});
  engine.send(turn, {.queue = queue, .record = "first"});
  EXPECT_EQ(log.append({.position = facts.position(),
                        .time = last_time,
                        .count = facts.count(),
                        .payload = facts.take_payload()})
                .outcome,
            log::Outcome::durable);
}

// One more frame, decided by the engine that the log gives.
template <class Decide>
void change(MemoryLog::Storage& storage, Decide decide) {
  Opened opened(storage);
  SeededRandom random(5);
  engine::FactWriter facts(opened.log->next_position());
  engine::Turn turn{.now = last_time, .random = random, .facts = facts};
  decide(opened.engine, turn);
  EXPECT_EQ(opened.log
                ->append({.position = facts.position(),
                          .time = last_time,
                          .count = facts.count(),
                          .payload = facts.take_payload()})
                .outcome,
            log::Outcome::durable);
}

class Compared : public testing::Test {
 protected:
  Compared() {
    serve(log_, engine_, "second");
    MemoryLog copy(copy_);
    EXPECT_TRUE(copy_log({.engine = engine_, .log = log_}, copy, {.time = last_time}, ignore));
  }
  std::string difference() {
    const auto same = compare(original_, copy_);
    return same ? "" : same.error().message;
  }

  MemoryLog::Storage original_;
  MemoryLog::Storage copy_;
  MemoryLog log_{original_};
  engine::Engine engine_{2};
};

TEST_F(Compared, IsTheSame) { EXPECT_EQ(difference(), ""); }

TEST_F(Compared, NoticesAQueueThatIsOtherwise) {
  change(copy_, [](engine::Engine& engine, engine::Turn& turn) {
    engine.change_tags(turn, QueueId(1), {{"tag", "other"}}, engine::OnPoison::park);
  });

  EXPECT_THAT(difference(), HasSubstr("a record of kind 1 differs"));
}

TEST_F(Compared, NoticesAMessageThatIsMissing) {
  change(copy_, [](engine::Engine& engine, engine::Turn& turn) {
    engine.delete_message(turn, {.queue = QueueId(1), .seq = Seq(1), .generation = 1});
  });

  EXPECT_THAT(difference(), HasSubstr("message 10000000000000000001 of queue q differs"));
}

TEST_F(Compared, NoticesAMessageTooMany) {
  change(copy_, [](engine::Engine& engine, engine::Turn& turn) {
    engine.send(turn, {.queue = QueueId(1), .record = "third"});
  });

  EXPECT_NE(difference(), "");
}

TEST_F(Compared, NoticesALeaseThatIsOtherwise) {
  change(copy_, [](engine::Engine& engine, engine::Turn& turn) {
    engine.change_visibility(turn, {.queue = QueueId(1), .seq = Seq(1), .generation = 1}, 60s);
  });

  EXPECT_THAT(difference(), HasSubstr("message 10000000000000000001 of queue q differs"));
}

TEST_F(Compared, NoticesABodyThatIsOtherwise) {
  MemoryLog::Storage other;
  {
    MemoryLog log(other);
    engine::Engine engine(2);
    serve(log, engine, "Second");
  }

  const auto same = compare(original_, other);

  ASSERT_FALSE(same);
  EXPECT_THAT(same.error().message,
              HasSubstr("the body of message 10000000000000000001 of queue q differs"));
}

TEST_F(Compared, NoticesABodyThatCannotBeReadBack) {
  std::string& payload = copy_.frames.front().payload;
  payload[payload.find("second")] = 'x';

  EXPECT_THAT(difference(),
              HasSubstr("instead of message 10000000000000000001 of queue q there is"));
}

// --- What an attempt leaves that was broken off.

TEST(UnfinishedState, IsRefusedByAStart) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  MemoryLog::Storage memory;
  copy_to_memory(served.disk, memory);
  memory.checkpoint.reset();
  memory.parts.clear();
  MemoryLog log(memory);
  engine::Engine engine(2);

  const auto replayed = broker::replay(log, engine);

  ASSERT_FALSE(replayed);
  EXPECT_THAT(replayed.error().message, HasSubstr("a copy that is not finished"));
  EXPECT_FALSE(engine.is_founded());
}

TEST(UnfinishedState, IsToldFromAStateAndFromNothing) {
  MemoryLog::Storage empty;
  MemoryLog nothing(empty);
  MemoryLog::Storage served;
  MemoryLog state(served);
  engine::Engine engine(2);
  serve(state, engine, "second");
  MemoryLog::Storage copied;
  MemoryLog copy(copied);
  ASSERT_TRUE(copy_log({.engine = engine, .log = state}, copy, {.time = last_time}, ignore));
  MemoryLog::Storage unfinished;
  unfinished.frames = copied.frames;
  MemoryLog broken_off(unfinished);

  EXPECT_EQ(holding_of(nothing), Holding::nothing);
  EXPECT_EQ(holding_of(state), Holding::state);
  EXPECT_EQ(holding_of(copy), Holding::state);
  EXPECT_EQ(holding_of(broken_off), Holding::unfinished_state);
}

TEST(UnfinishedState, IsWrittenOverByTheNextAttempt) {
  ServedDirectory served(Stop::clean, Trimmed::yes);
  MemoryLog::Storage memory;
  copy_to_memory(served.disk, memory);
  memory.checkpoint.reset();
  memory.parts.clear();
  const std::size_t left_over = memory.frames.size();

  copy_to_memory(served.disk, memory);
  while (*MemoryLog(memory).trim(~std::uint64_t{0})) {
  }

  EXPECT_TRUE(expect_same(Opened(served.disk).replayed(), Opened(memory).replayed(), ignore));
  EXPECT_EQ(memory.frames.size(), 2 * left_over);
}

}  // namespace
}  // namespace mailrail::ops
