#include "log/postgres/spool.h"

#include <string>

#include <gtest/gtest.h>

#include "log/log_testing.h"
#include "log/postgres/frame_cache.h"
#include "log/postgres/layout.h"
#include "sim/sim_disk.h"

namespace mailrail::log::postgres {
namespace {

constexpr std::uint64_t partition_bytes = std::uint64_t{1} << partition_shift;

class SpoolTest : public testing::Test {
 protected:
  std::unique_ptr<Spool> open(std::uint64_t bytes_max = 4 * partition_bytes) {
    return *Spool::open(disk_, bytes_max);
  }

  static std::optional<std::string> read(const Spool& spool,
                                         Position position,
                                         std::size_t length) {
    const auto kept = spool.frame_with(position);
    return kept ? part_of(kept->position, kept->payload, position, length) : std::nullopt;
  }

  sim::SimDisk disk_{1};
};

TEST_F(SpoolTest, GivesAnyPartOfAFrameAndNothingElse) {
  const auto spool = open();
  const Position one = first_in(3);
  const Position two = position_after(one, 100, {});
  spool->add(one, payload_text(0, 100));
  spool->add(two, payload_text(1, 5000));

  EXPECT_EQ(read(*spool, one, 100), payload_text(0, 100));
  EXPECT_EQ(read(*spool, two + 7, 40), payload_text(1, 5000).substr(7, 40));
  EXPECT_EQ(read(*spool, one + 50, 51), std::nullopt);
  EXPECT_EQ(read(*spool, two + 5000, 1), std::nullopt);
  EXPECT_EQ(read(*spool, begin_of(3), 1), std::nullopt);
  EXPECT_EQ(read(*spool, first_in(2), 1), std::nullopt);
}

TEST_F(SpoolTest, KeepsTheNewestWithinItsBound) {
  const auto spool = open(partition_bytes + 2 * frame_bytes_max);
  for (std::uint64_t partition = 0; partition < 6; ++partition)
    spool->add(first_in(partition), std::string(frame_bytes_max, 'x'));

  EXPECT_EQ(read(*spool, first_in(0), 1), std::nullopt);
  EXPECT_EQ(read(*spool, first_in(5), 1), "x");
  EXPECT_LE(disk_.list()->size(), 6u);
}

// As when the log was out of reach and is read again from its checkpoint.
TEST_F(SpoolTest, CountsWhatIsAddedAgainOnce) {
  const auto spool = open(2 * partition_bytes);
  for (int reading = 0; reading < 10; ++reading)
    spool->add(first_in(0), std::string(frame_bytes_max, 'x'));

  spool->add(first_in(1), "hello");

  EXPECT_EQ(read(*spool, first_in(0), 1), "x");
  EXPECT_EQ(read(*spool, first_in(1), 5), "hello");
}

TEST_F(SpoolTest, ForgetsWhatCameBehindAFrameThatIsAddedAgain) {
  const auto spool = open();
  const Position one = first_in(0);
  const Position two = position_after(one, 100, {});
  spool->add(one, payload_text(0, 100));
  spool->add(two, payload_text(1, 100));
  spool->add(position_after(two, 100, {}), payload_text(2, 100));

  spool->add(one, payload_text(3, 100));

  EXPECT_EQ(read(*spool, one, 100), payload_text(3, 100));
  EXPECT_EQ(read(*spool, two, 100), std::nullopt);
}

TEST_F(SpoolTest, IsEmptyAfterAStart) {
  open()->add(first_in(0), "hello");

  const auto spool = open();

  EXPECT_EQ(read(*spool, first_in(0), 5), std::nullopt);
  EXPECT_EQ(disk_.list()->size(), 0u);
}

TEST_F(SpoolTest, GivesNothingThatWasChanged) {
  const auto spool = open();
  spool->add(first_in(0), "hello");
  const auto file = *disk_.open_file(disk_.list()->front());
  const std::string_view other[] = {"j"};
  ASSERT_TRUE(file->write_at(row_overhead_bytes, other));

  EXPECT_EQ(read(*spool, first_in(0), 5), std::nullopt);
}

}  // namespace
}  // namespace mailrail::log::postgres
