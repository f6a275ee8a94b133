#include "sim/sim_postgres.h"

#include <array>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::sim {
namespace {

using log::postgres::Change;
using log::postgres::Database;
using log::postgres::StoredFrame;
using Mishap = SimPostgres::Mishap;

constexpr log::postgres::Predecessor none = {};

StoredFrame frame_of(std::uint64_t position, std::uint64_t epoch, std::string payload = "text") {
  return {.position = Position(position),
          .epoch = epoch,
          .checksum = position + epoch,
          .payload = std::move(payload)};
}

class SimulatedPostgres : public testing::Test {
 protected:
  SimulatedPostgres() {
    EXPECT_TRUE(session->connect());
    EXPECT_TRUE(session->prepare_tables());
    EXPECT_TRUE(take_over(*session));
    EXPECT_EQ(session->add_partition(1, 0), Change::done);
  }

  bool take_over(Database& by) {
    return by.take_over(*by.lease(), {.node = "node", .address = "here"}).value();
  }
  std::unique_ptr<Database> another() {
    auto other = server.session();
    EXPECT_TRUE(other->connect());
    return other;
  }
  bool is_there(std::uint64_t position) {
    const auto frames = another()->frames_with(std::array{Position(position)});
    return !frames->empty() && frames->front().position == Position(position);
  }
  bool is_unreachable(const Result<Change>& change) {
    return !change && change.error().kind == &errors::unreachable;
  }

  SimPostgres server{1};
  std::unique_ptr<Database> session = server.session();
};

TEST_F(SimulatedPostgres, KeepsFramesInTheOrderOfTheirPositions) {
  EXPECT_EQ(session->insert(frame_of(300, 1, "second"), none), Change::done);
  EXPECT_EQ(session->insert(frame_of(128, 1, "first"), none), Change::done);
  EXPECT_EQ(session->insert(frame_of(128, 1, "other"), none), Change::occupied);

  const auto tail = *session->tail(none, Position(128), 1000);
  ASSERT_EQ(tail.frames.size(), 2u);
  EXPECT_EQ(tail.frames[0].payload, "first");
  EXPECT_EQ(tail.last, Position(300));
  EXPECT_EQ(tail.last_bytes, 6u);
  EXPECT_EQ(session->frames_with(std::array{Position(129), Position(200)})->size(), 1u);
  EXPECT_EQ(session->partitions()->front().end, Position(306));
}

TEST_F(SimulatedPostgres, LooksForTheFrameBefore) {
  ASSERT_EQ(session->insert(frame_of(128, 1), none), Change::done);

  EXPECT_EQ(session->insert(frame_of(300, 1), {.position = Position(128), .checksum = 1}),
            Change::orphaned);
  EXPECT_EQ(session->insert(frame_of(300, 1), {.position = Position(128), .checksum = 129}),
            Change::done);
}

TEST_F(SimulatedPostgres, FencesWhoeverWasDeposed) {
  ASSERT_TRUE(take_over(*another()));

  EXPECT_EQ(session->insert(frame_of(128, 1), none), Change::fenced);
  EXPECT_EQ(session->renew(1), Change::fenced);
  EXPECT_EQ(session->begin_checkpoint(1, 1), Change::fenced);
  EXPECT_EQ(session->drop_partition(1, 0), Change::fenced);
  EXPECT_FALSE(is_there(128));
}

TEST_F(SimulatedPostgres, LetsNobodyTakeOverWhoSawAnOlderLease) {
  const log::Lease seen = *session->lease();
  ASSERT_EQ(session->renew(1), Change::done);

  EXPECT_EQ(another()->take_over(seen, {.node = "late", .address = "there"}), false);
}

TEST_F(SimulatedPostgres, LosesASessionBeforeItsStatement) {
  server.inject(Mishap::lost_before);

  EXPECT_TRUE(is_unreachable(session->insert(frame_of(128, 1), none)));
  EXPECT_TRUE(is_unreachable(session->renew(1)));
  EXPECT_FALSE(is_there(128));
  EXPECT_TRUE(session->connect());
  EXPECT_EQ(session->renew(1), Change::done);
}

TEST_F(SimulatedPostgres, LosesASessionAfterItsStatement) {
  server.inject(Mishap::lost_after);

  EXPECT_TRUE(is_unreachable(session->insert(frame_of(128, 1), none)));

  EXPECT_TRUE(is_there(128));
}

TEST_F(SimulatedPostgres, CarriesOutLateOrNeverWhatWasUnderWay) {
  std::uint64_t carried_out = 0;
  for (std::uint64_t each = 0; each < 40; ++each) {
    server.inject(Mishap::late);
    ASSERT_TRUE(session->connect());
    ASSERT_TRUE(is_unreachable(session->insert(frame_of(128 + 100 * each, 1), none)));
    session.reset();
    EXPECT_FALSE(is_there(128 + 100 * each) && server.has_late());
    while (server.has_late()) ASSERT_TRUE(another()->lease());
    carried_out += is_there(128 + 100 * each) ? 1 : 0;
    session = server.session();
  }

  EXPECT_GT(carried_out, 5u);
  EXPECT_LT(carried_out, 40u);
}

// What has begun holds the lease; what has not finds another owner's.
TEST_F(SimulatedPostgres, HasNothingOfAnOlderEpochUnderWayAfterATakeOver) {
  for (std::uint64_t epoch = 1; epoch < 60; ++epoch) {
    server.inject(Mishap::late);
    ASSERT_TRUE(is_unreachable(session->insert(frame_of(128 + 100 * epoch, epoch), none)));
    session = another();
    ASSERT_TRUE(take_over(*session));
    const bool was_there = is_there(128 + 100 * epoch);

    while (server.has_late()) ASSERT_TRUE(another()->lease());

    EXPECT_EQ(is_there(128 + 100 * epoch), was_there);
  }
  EXPECT_EQ(server.complaint(), std::nullopt);
}

TEST_F(SimulatedPostgres, KeepsAcrossAFailOverWhatWasConfirmed) {
  ASSERT_EQ(session->insert(frame_of(128, 1), none), Change::done);

  server.fail_over();

  EXPECT_TRUE(is_unreachable(session->renew(1)));
  EXPECT_TRUE(is_there(128));
}

TEST_F(SimulatedPostgres, MayLoseInAFailOverWhatWasNotConfirmed) {
  std::uint64_t lost = 0;
  for (std::uint64_t each = 0; each < 40; ++each) {
    server.inject(Mishap::lost_after);
    ASSERT_TRUE(is_unreachable(session->insert(frame_of(128 + 100 * each, 1), none)));
    ASSERT_TRUE(is_there(128 + 100 * each));
    server.fail_over();
    lost += is_there(128 + 100 * each) ? 0 : 1;
    ASSERT_TRUE(session->connect());
  }

  EXPECT_GT(lost, 5u);
  EXPECT_LT(lost, 35u);
}

TEST_F(SimulatedPostgres, ShowsTheOwnerAFrameOnlyOnceItIsConfirmed) {
  server.inject(Mishap::lost_after);
  ASSERT_TRUE(is_unreachable(session->insert(frame_of(128, 1), none)));
  ASSERT_TRUE(session->connect());

  ASSERT_TRUE(session->frame_at(Position(128), 1)->has_value());
  server.fail_over();

  EXPECT_TRUE(is_there(128));
}

TEST_F(SimulatedPostgres, ARestartEndsEverySessionAndLosesNothing) {
  ASSERT_EQ(session->insert(frame_of(128, 1), none), Change::done);

  server.restart();

  EXPECT_TRUE(is_unreachable(session->renew(1)));
  EXPECT_TRUE(is_there(128));
}

TEST_F(SimulatedPostgres, IsAwayForSomeTime) {
  server.go_away(2);

  EXPECT_TRUE(is_unreachable(session->renew(1)));
  EXPECT_FALSE(session->connect());
  EXPECT_FALSE(session->connect());
  EXPECT_TRUE(session->connect());
}

TEST_F(SimulatedPostgres, LetsOthersGetOnWhileASessionWaits) {
  const auto other = another();
  bool is_first = true;
  server.meanwhile([&] {
    if (!std::exchange(is_first, false)) return;
    EXPECT_TRUE(take_over(*other));
  });

  EXPECT_EQ(session->insert(frame_of(128, 1), none), Change::fenced);
}

TEST_F(SimulatedPostgres, KeepsACheckpointAndItsParts) {
  ASSERT_EQ(session->begin_checkpoint(1, 7), Change::done);
  ASSERT_EQ(session->add_part(1, 7, 0, {.count = 3, .payload = "part"}), Change::done);
  EXPECT_EQ(session->checkpoint()->has_value(), false);

  EXPECT_EQ(session->finish_checkpoint(1, {.number = 7, .parts = 1}), Change::done);
  EXPECT_EQ(session->finish_checkpoint(1, {.number = 7, .parts = 1}), Change::done);
  EXPECT_EQ(session->finish_checkpoint(1, {.number = 8}), Change::fenced);

  EXPECT_EQ((*session->checkpoint())->parts, 1u);
  EXPECT_EQ((*session->part(7, 0))->payload, "part");
  EXPECT_EQ(session->drop_checkpoint(1, 7), Change::done);
  EXPECT_TRUE(session->checkpoints()->empty());
}

// A server that forgets a check, and what it then says of itself.
TEST(UnfencedPostgres, ComplainsOfWhatADeposedOwnerChanged) {
  SimPostgres server(1, Unfenced::inserts);
  const auto session = server.session();
  const log::LogOwner owner{.node = "node", .address = "here"};
  ASSERT_TRUE(session->connect());
  ASSERT_EQ(session->take_over(*session->lease(), owner), true);
  ASSERT_EQ(session->add_partition(1, 0), Change::done);
  ASSERT_EQ(session->take_over(*session->lease(), owner), true);

  EXPECT_EQ(session->insert(frame_of(128, 1), none), Change::done);

  EXPECT_TRUE(server.complaint());
}

}  // namespace
}  // namespace mailrail::sim
