// The conformance suite: what every LogStore promises. A store joins with a struct that can open it
// again and again, each time as its owner:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, EveryLogStore, MyStores);
//
// Nothing here is part of mailrail itself.

#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/log_store.h"
#include "log/log_testing.h"

namespace mailrail::log {

template <class Stores>
class EveryLogStore : public testing::Test {
 protected:
  std::vector<Frame> append_some(LogStore& log, std::size_t count) {
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < count; ++i) {
      frames.push_back(append(log, i, 1 + i * 1237 % stores_.payload_bytes_max() % 20'000));
    }
    return frames;
  }

  Stores stores_;
};

TYPED_TEST_SUITE_P(EveryLogStore);

TYPED_TEST_P(EveryLogStore, IsEmptyAtFirst) {
  const auto log = this->stores_.open();

  EXPECT_GT(log->next_position(), Position(0));
  expect_same(scan(*log), {});
}

TYPED_TEST_P(EveryLogStore, ScansWhatWasAppendedInOrder) {
  const auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 50);

  expect_same(scan(*log), frames);
}

TYPED_TEST_P(EveryLogStore, KeepsEverythingAcrossARestart) {
  std::vector<Frame> frames = this->append_some(*this->stores_.open(), 50);

  auto log = this->stores_.open();
  expect_same(scan(*log), frames);
  frames.push_back(append(*log, 50, 100));
  log.reset();

  expect_same(scan(*this->stores_.open()), frames);
}

TYPED_TEST_P(EveryLogStore, KeepsEverythingAcrossACleanStop) {
  auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 20);
  const Position next = log->next_position();

  ASSERT_TRUE(log->close());
  log.reset();

  log = this->stores_.open();
  EXPECT_EQ(log->next_position(), next);
  expect_same(scan(*log), frames);
}

TYPED_TEST_P(EveryLogStore, KnowsTheNextPositionBeforeTheFrameIsAppended) {
  const auto log = this->stores_.open();

  for (std::size_t i = 0; i < 100; ++i) {
    const Frame next =
        make_frame(log->next_position(), i, 1 + i * 997 % this->stores_.payload_bytes_max());
    const Position after = log->position_after(next);
    ASSERT_EQ(log->append(next).outcome, Outcome::durable);

    EXPECT_EQ(log->next_position(), after);
    EXPECT_GE(after, next.position + next.payload.size());
  }
}

TYPED_TEST_P(EveryLogStore, KeepsItsNextPositionAcrossARestart) {
  auto log = this->stores_.open();
  this->append_some(*log, 30);
  const Position next = log->next_position();

  log.reset();

  EXPECT_EQ(this->stores_.open()->next_position(), next);
}

TYPED_TEST_P(EveryLogStore, ReadsAnyPartOfAFrame) {
  const auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 40);

  for (const Frame& each : frames) {
    const std::size_t size = each.payload.size();
    EXPECT_EQ(log->read(each.position, size), each.payload);
    EXPECT_EQ(log->read(each.position, 1), each.payload.substr(0, 1));
    EXPECT_EQ(log->read(each.position + size / 3, size / 2),
              each.payload.substr(size / 3, size / 2));
    EXPECT_EQ(log->read(each.position + (size - 1), 1), each.payload.substr(size - 1));
  }
}

TYPED_TEST_P(EveryLogStore, ReadsManyStretchesAtOnceEachWithItsOwnOutcome) {
  const auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 40);
  const Frame& long_one = frames[10];
  std::vector<LogStore::Stretch> wanted = {
      {.position = long_one.position + (long_one.payload.size() - 1), .length = 2},
      {.position = Position(0), .length = 1}};
  for (const std::size_t i : {30, 10, 10, 11, 3, 10}) {
    wanted.push_back({.position = frames[i].position, .length = frames[i].payload.size()});
    wanted.push_back({.position = frames[i].position, .length = 1});
  }

  const std::vector<Result<std::string>> read = log->read_all(wanted);

  ASSERT_EQ(read.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Result<std::string> alone = log->read(wanted[i].position, wanted[i].length);
    EXPECT_EQ(read[i].has_value(), i > 1) << i;
    EXPECT_EQ(read[i], alone) << i;
  }
}

// It may always have to wait; if it doesn't, it tells the same.
TYPED_TEST_P(EveryLogStore, ReadsTheSameWithoutWaiting) {
  std::vector<Frame> frames = this->append_some(*this->stores_.open(), 20);
  const auto log = this->stores_.open();
  frames.push_back(append(*log, 20, 5000));

  for (int i = 0; i < 2; ++i) {  // What was read once may be in memory then.
    for (const Frame& each : frames) {
      const std::vector<LogStore::Stretch> wanted = {
          {.position = each.position, .length = each.payload.size()},
          {.position = each.position + each.payload.size(), .length = 1}};
      const auto read = log->read_cached(wanted);
      if (read) {
        ASSERT_EQ(read->size(), 2u);
        EXPECT_EQ((*read)[0], each.payload);
        EXPECT_FALSE((*read)[1]);
      }
      EXPECT_EQ(log->read(each.position, each.payload.size()), each.payload);
    }
  }
}

TYPED_TEST_P(EveryLogStore, ReadsWhatAnEarlierOwnerWrote) {
  const std::vector<Frame> frames = this->append_some(*this->stores_.open(), 40);

  const auto log = this->stores_.open();

  for (const Frame& each : frames)
    EXPECT_EQ(log->read(each.position, each.payload.size()), each.payload);
}

TYPED_TEST_P(EveryLogStore, SaysWhereAPositionIs) {
  const auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 40);

  std::set<std::string> places;
  for (const Frame& each : frames) {
    places.insert(log->place(each.position));
    places.insert(log->place(each.position + 1));
  }

  EXPECT_EQ(places.size(), 2 * frames.size());
}

TYPED_TEST_P(EveryLogStore, RefusesToReadWhatIsNotWithinOneFrame) {
  const auto log = this->stores_.open();
  const Frame first = append(*log, 0, 100);
  const Frame last = append(*log, 1, 100);

  EXPECT_FALSE(log->read(first.position, 101));
  EXPECT_FALSE(log->read(last.position + 50, 51));
  EXPECT_FALSE(log->read(log->next_position(), 1));
  EXPECT_FALSE(log->read(Position(0), 1));
  EXPECT_FALSE(log->read(Position(~std::uint64_t{0}), 1));
}

TYPED_TEST_P(EveryLogStore, TakesTheSmallestAndTheLargestFrame) {
  auto log = this->stores_.open();
  const std::size_t largest = this->stores_.payload_bytes_max();
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < 9; ++i) frames.push_back(append(*log, i, i % 3 == 1 ? 1 : largest));

  log.reset();
  log = this->stores_.open();

  expect_same(scan(*log), frames);
  EXPECT_EQ(log->read(frames[2].position + (largest - 10), 10),
            frames[2].payload.substr(largest - 10));
}

TYPED_TEST_P(EveryLogStore, AScanStopsAtTheVisitorsError) {
  const auto log = this->stores_.open();
  this->append_some(*log, 3);
  int visited = 0;

  const Result<void> scanned = log->scan([&](const Frame&) -> Result<void> {
    if (++visited == 2) return fail(errors::corrupt, "Enough.");
    return {};
  });

  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().message, "Enough.");
  EXPECT_EQ(visited, 2);
}

TYPED_TEST_P(EveryLogStore, PreparingAheadComesToAnEndAndChangesNothing) {
  const auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 5);
  const Position next = log->next_position();

  int steps = 0;
  while (log->prepare_ahead()) ASSERT_LT(++steps, 10'000);

  EXPECT_EQ(log->next_position(), next);
  expect_same(scan(*log), frames);
}

TYPED_TEST_P(EveryLogStore, DiesOfAFrameAtAnotherPosition) {
  const auto log = this->stores_.open();

  EXPECT_DEATH(log->append(make_frame(log->next_position() + 1, 0, 10)), "position");
}

TYPED_TEST_P(EveryLogStore, DiesOfAFrameThatIsEmptyOrTooLong) {
  const auto log = this->stores_.open();

  EXPECT_DEATH(log->append(make_frame(log->next_position(), 0, 0)), "payload");
  EXPECT_DEATH(
      log->append(make_frame(log->next_position(), 0, this->stores_.payload_bytes_max() + 1)),
      "payload");
}

TYPED_TEST_P(EveryLogStore, DiesOfAFrameAfterItWasClosed) {
  const auto log = this->stores_.open();
  ASSERT_TRUE(log->close());

  EXPECT_DEATH(log->append(make_frame(log->next_position(), 0, 10)), "closed");
}

// --- Checkpoints.

using Parts = std::vector<std::string>;
inline constexpr Instant noon = from_unix_ms(1'700'000'000'000);

inline Parts read_checkpoint(LogStore& log) {
  Parts parts;
  const auto read = log.scan_checkpoint([&](std::string_view payload, std::uint32_t count) {
    EXPECT_EQ(count, 7u);
    parts.emplace_back(payload);
    return Result<void>();
  });
  EXPECT_TRUE(read);
  return parts;
}

inline Parts write_checkpoint(LogStore& log, std::size_t count, std::size_t bytes) {
  Parts parts;
  EXPECT_TRUE(log.begin_checkpoint());
  for (std::size_t i = 0; i < count; ++i) {
    parts.push_back(payload_text(i, bytes));
    EXPECT_EQ(log.write_checkpoint(parts.back(), 7), LogStore::Written::done);
  }
  return parts;
}

inline void finish_checkpoint(LogStore& log, Position begin, Position end, Position needed) {
  EXPECT_TRUE(log.finish_checkpoint(
      {.span = {.begin = begin, .end = end, .time = noon}, .needed = needed}));
}

inline void trim(LogStore& log) {
  for (int steps = 0;; ++steps) {
    const Result<bool> has_more = log.trim(~std::uint64_t{0});
    ASSERT_TRUE(has_more) << has_more.error().message;
    if (!*has_more) return;
    ASSERT_LT(steps, 1000);
  }
}

TYPED_TEST_P(EveryLogStore, HasNoCheckpointAtFirst) {
  const auto log = this->stores_.open();

  EXPECT_EQ(log->checkpoint(), std::nullopt);
  EXPECT_EQ(read_checkpoint(*log), Parts());
}

TYPED_TEST_P(EveryLogStore, ScansFromTheCheckpointOn) {
  auto log = this->stores_.open();
  std::vector<Frame> frames = this->append_some(*log, 20);
  const Position begin = log->next_position();
  const Parts parts = write_checkpoint(*log, 12, 9000);
  const std::vector<Frame> later = this->append_some(*log, 20);
  const Position end = later[4].position + later[4].payload.size();
  finish_checkpoint(*log, begin, end, frames[10].position);

  for (int time = 0; time < 3; ++time) {
    EXPECT_EQ(log->checkpoint(), (CheckpointSpan{.begin = begin, .end = end, .time = noon}));
    EXPECT_EQ(read_checkpoint(*log), parts);
    expect_same(scan(*log), later);
    for (const Frame& each : std::span(frames).subspan(10))
      EXPECT_EQ(log->read(each.position, each.payload.size()), each.payload);
    if (time == 1) {
      ASSERT_TRUE(log->close());
    }
    log.reset();
    log = this->stores_.open();
  }
}

TYPED_TEST_P(EveryLogStore, AnUnfinishedCheckpointMeansNothing) {
  auto log = this->stores_.open();
  std::vector<Frame> frames = this->append_some(*log, 5);
  const Position begin = log->next_position();
  const Parts finished = write_checkpoint(*log, 3, 500);
  finish_checkpoint(*log, begin, begin, frames[0].position);
  write_checkpoint(*log, 30, 9000);

  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(log->checkpoint(), (CheckpointSpan{.begin = begin, .end = begin, .time = noon}));
    EXPECT_EQ(read_checkpoint(*log), finished);
    log.reset();
    log = this->stores_.open();
  }
}

TYPED_TEST_P(EveryLogStore, ACheckpointReplacesTheOneBefore) {
  auto log = this->stores_.open();
  Parts parts;
  std::vector<Frame> frames;
  for (std::size_t round = 0; round < 10; ++round) {
    frames = this->append_some(*log, 10);
    parts = write_checkpoint(*log, 1 + round, 8000);
    finish_checkpoint(*log, log->next_position(), log->next_position(), log->next_position());
    if (round % 2 == 1) {
      ASSERT_TRUE(log->trim(~std::uint64_t{0}));
    }
    if (round % 4 == 3) trim(*log);
    if (round % 3 == 2) log = this->stores_.open();
    ASSERT_EQ(read_checkpoint(*log), parts);
  }
  frames = this->append_some(*log, 3);

  expect_same(scan(*log), frames);
}

TYPED_TEST_P(EveryLogStore, TrimmingGivesSpaceBack) {
  const auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 60);
  const std::uint64_t before = log->space().log_bytes;
  write_checkpoint(*log, 1, 100);

  finish_checkpoint(*log, log->next_position(), log->next_position(), log->next_position());
  trim(*log);

  EXPECT_LE(log->space().log_bytes, before);
  if (log->space().unit_bytes < 1 << 20) {
    EXPECT_LT(log->space().log_bytes, before);
    EXPECT_FALSE(log->read(frames[0].position, frames[0].payload.size()));
  }
}

TYPED_TEST_P(EveryLogStore, WhatIsHeldCanBeReadAfterItWasTrimmed) {
  const auto log = this->stores_.open();
  const std::vector<Frame> frames = this->append_some(*log, 60);
  Hold held = log->hold(frames[0].position);
  const auto checkpoint_all = [&] {
    write_checkpoint(*log, 1, 100);
    finish_checkpoint(*log, log->next_position(), log->next_position(), log->next_position());
    trim(*log);
  };

  checkpoint_all();
  EXPECT_EQ(log->read(frames[0].position, frames[0].payload.size()), frames[0].payload);
  held = Hold();
  checkpoint_all();

  if (log->space().unit_bytes < 1 << 20) {
    EXPECT_FALSE(log->read(frames[0].position, frames[0].payload.size()));
  }
}

REGISTER_TYPED_TEST_SUITE_P(EveryLogStore,
                            IsEmptyAtFirst,
                            ScansWhatWasAppendedInOrder,
                            KeepsEverythingAcrossARestart,
                            KeepsEverythingAcrossACleanStop,
                            KnowsTheNextPositionBeforeTheFrameIsAppended,
                            KeepsItsNextPositionAcrossARestart,
                            ReadsAnyPartOfAFrame,
                            ReadsManyStretchesAtOnceEachWithItsOwnOutcome,
                            ReadsTheSameWithoutWaiting,
                            ReadsWhatAnEarlierOwnerWrote,
                            SaysWhereAPositionIs,
                            RefusesToReadWhatIsNotWithinOneFrame,
                            TakesTheSmallestAndTheLargestFrame,
                            AScanStopsAtTheVisitorsError,
                            PreparingAheadComesToAnEndAndChangesNothing,
                            DiesOfAFrameAtAnotherPosition,
                            DiesOfAFrameThatIsEmptyOrTooLong,
                            DiesOfAFrameAfterItWasClosed,
                            HasNoCheckpointAtFirst,
                            ScansFromTheCheckpointOn,
                            AnUnfinishedCheckpointMeansNothing,
                            ACheckpointReplacesTheOneBefore,
                            TrimmingGivesSpaceBack,
                            WhatIsHeldCanBeReadAfterItWasTrimmed);

}  // namespace mailrail::log
