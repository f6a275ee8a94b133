// What the tests of salvage share: salvaging a simulated disk, and looking at what came of it as a
// server would. Nothing here is part of mailrail itself.

#pragma once

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "ops/ops_testing.h"
#include "ops/salvage.h"
#include "ops/verify.h"

namespace mailrail::ops {

struct Outcome {
  Salvaged salvaged;
  sim::SimDisk disk{1, "/salvaged"};
};

inline Outcome salvage_of(sim::SimDisk& from) {
  Outcome result;
  SeededRandom random(11);
  NoProgress progress;
  auto salvaged = salvage(from, result.disk, random, progress);
  EXPECT_TRUE(salvaged) << salvaged.error().message;
  if (salvaged) result.salvaged = *std::move(salvaged);
  return result;
}

// All messages of a directory: their bodies by origin.
inline std::map<Seq, std::string> bodies_in(sim::SimDisk& disk, std::string* message_id = nullptr) {
  std::map<Seq, std::string> bodies;
  SeededRandom random(3);
  const auto log = log::FileLog::open(disk, random, small_log);
  if (!log) {
    ADD_FAILURE() << log.error().message;
    return bodies;
  }
  engine::Engine engine(2);
  const auto replayed = broker::replay(**log, engine);
  EXPECT_TRUE(replayed) << replayed.error().message;
  if (message_id != nullptr) *message_id = engine.identity().message_id(QueueId(1), Seq(1), 0);
  engine::Sweep sweep = engine.begin_sweep();
  while (const auto run = engine.sweep(sweep)) {
    EXPECT_TRUE(engine::decode_records(run->payload, [&](const engine::CheckpointRecord& record) {
      const auto* kept = std::get_if<engine::KeptMessages>(&record);
      if (kept == nullptr) return;
      for (const engine::KeptMessage& each : kept->messages) {
        const auto bytes = (*log)->read(each.body.position, each.body.length);
        EXPECT_TRUE(bytes) << bytes.error().message;
        const auto sent = engine::decode_sent(*bytes);
        EXPECT_TRUE(sent);
        const Seq origin = each.delivery ? each.delivery->origin_seq : each.seq;
        EXPECT_EQ(sent->seq, each.share ? each.share->publication : origin);
        EXPECT_FALSE(bodies.contains(origin)) << "twice";
        bodies[origin] = std::string(sent->record);
      }
    }));
  }
  return bodies;
}

inline void expect_whole(const sim::SimDisk& disk) {
  sim::SimDisk copy = disk;
  NoProgress progress;
  const auto result = verify(copy, 1, progress);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->is_whole()) << text_of(*result, "/salvaged");
  EXPECT_EQ(result->inspected.last_stop, log::LastStop::clean);
}

// All of a state but where bodies lie.
inline std::string state_of(sim::SimDisk& disk) {
  SeededRandom random(3);
  const auto log = *log::FileLog::open(disk, random, small_log);
  engine::Engine engine(2);
  EXPECT_TRUE(broker::replay(*log, engine));
  std::string state;
  engine::Sweep sweep = engine.begin_sweep();
  while (const auto run = engine.sweep(sweep)) {
    EXPECT_TRUE(engine::decode_records(run->payload, [&](engine::CheckpointRecord record) {
      if (auto* kept = std::get_if<engine::KeptMessages>(&record)) {
        for (engine::KeptMessage& each : kept->messages) each.body.position = Position();
      }
      engine::encode_record(record, state);
    }));
  }
  return state;
}

}  // namespace mailrail::ops
