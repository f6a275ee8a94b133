#include "broker/replay.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/checkpoint.h"
#include "engine/fact_codec.h"
#include "engine/limits.h"
#include "log/file/file_log.h"
#include "sim/sim_disk.h"

namespace mailrail::broker {
namespace {

using engine::CheckpointBegin;
using engine::CheckpointRecord;
using engine::Fact;
using engine::Founded;
using engine::KeptMessages;
using engine::QueueDeleted;
using testing::HasSubstr;

class Replay : public testing::Test {
 protected:
  void append(const std::vector<Fact>& facts, Instant time = {}) {
    log::Frame frame{.position = log->next_position(),
                     .time = time,
                     .count = static_cast<std::uint32_t>(facts.size()),
                     .payload = {}};
    for (const Fact& each : facts) engine::encode_fact(each, frame.payload);
    ASSERT_EQ(log->append(frame).outcome, log::Outcome::durable);
  }

  void append_payload(std::string payload, std::uint32_t count) {
    const log::Frame frame{.position = log->next_position(),
                           .time = {},
                           .count = count,
                           .payload = std::move(payload)};
    ASSERT_EQ(log->append(frame).outcome, log::Outcome::durable);
  }

  void checkpoint(const std::vector<CheckpointRecord>& records, std::uint32_t count) {
    std::string payload;
    for (const CheckpointRecord& each : records) engine::encode_record(each, payload);
    checkpoint_payload(payload, count);
  }

  void checkpoint_payload(const std::string& payload, std::uint32_t count) {
    ASSERT_TRUE(log->begin_checkpoint());
    ASSERT_TRUE(log->write_checkpoint(payload, count));
    const Position end = log->next_position();
    ASSERT_TRUE(
        log->finish_checkpoint({.span = {.begin = end, .end = end, .time = {}}, .needed = end}));
  }

  std::string refusal() {
    engine::Engine engine(1);
    const auto replayed = replay(*log, engine);
    return replayed ? "none" : replayed.error().message;
  }

  sim::SimDisk disk{1};
  SeededRandom random{1};
  std::unique_ptr<log::FileLog> log =
      *log::FileLog::open(disk, random, {.segment_bytes = 1 << 20, .payload_bytes_max = 64 << 10});
};

TEST_F(Replay, TellsWhatALaterVersionWroteFromDamage) {
  const std::string later =
      "The log has facts of type 200, which this mailrail does not know: a newer one wrote them. "
      "Use that one, or a newer one still.";
  append({Founded{.secret = {}}});
  append_payload("\x03\xc8zz", 1);

  EXPECT_EQ(refusal(), later);
}

TEST_F(Replay, TellsWhatALaterVersionWroteIntoACheckpointFromDamage) {
  append({Founded{.secret = {}}});
  checkpoint_payload("\x03\xc8zz", 1);

  EXPECT_THAT(
      refusal(),
      HasSubstr("The log has checkpoint records of type 200, which this mailrail does not know"));
}

TEST_F(Replay, RefusesFactsThatCannotFollowAndSaysWhereTheyAre) {
  append({Founded{.secret = {}}});
  const Position second = log->next_position();
  append({QueueDeleted{.queue = QueueId(7)}});

  EXPECT_EQ(refusal(),
            "The journal is damaged at " + log->place(second) +
                ": it names a queue that is not there. Restore the data directory from a backup, "
                "or save what can be read with `mailrail salvage /simulated --to "
                "/simulated-salvaged`.");
}

TEST_F(Replay, RefusesFactsThatCannotBeRead) {
  const Position first = log->next_position();
  ASSERT_EQ(log->append({.position = first, .time = {}, .count = 1, .payload = "\x01\x04"}).outcome,
            log::Outcome::durable);

  EXPECT_THAT(refusal(), HasSubstr("The journal is damaged at " + log->place(first)));
}

TEST_F(Replay, RefusesAFrameOfAnImpossibleTime) {
  append({Founded{.secret = {}}}, from_unix_ms(engine::instant_ms_max + 1));

  EXPECT_THAT(refusal(), HasSubstr("its time is 140737488355328 ms"));
}

TEST_F(Replay, RefusesAFrameWithMoreFactsThanItSays) {
  std::string payload;
  engine::encode_fact(Founded{.secret = {}}, payload);
  ASSERT_EQ(
      log->append({.position = log->next_position(), .time = {}, .count = 2, .payload = payload})
          .outcome,
      log::Outcome::durable);

  EXPECT_THAT(refusal(), HasSubstr("its frame has 1 facts and says 2"));
}

TEST_F(Replay, RefusesRecordsThatCannotFollow) {
  append({Founded{.secret = {}}});
  checkpoint({CheckpointBegin{}, KeptMessages{.queue = QueueId(3)}}, 2);

  EXPECT_THAT(refusal(),
              HasSubstr("damaged in its checkpoint: it names a queue that is not there"));
}

TEST_F(Replay, RefusesAPartOfACheckpointWithOtherRecordsThanItSays) {
  append({Founded{.secret = {}}});
  checkpoint({CheckpointBegin{}}, 2);

  EXPECT_THAT(refusal(), HasSubstr("a part has 1 records and says 2"));
}

}  // namespace
}  // namespace mailrail::broker
