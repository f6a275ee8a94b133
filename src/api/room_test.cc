#include "api/room.h"

#include <gtest/gtest.h>

#include "api/errors.h"

namespace mailrail::api {
namespace {

class Room : public testing::Test {
 protected:
  SeededRandom random{1};
  engine::FactWriter facts{Position(0)};
  engine::Turn turn{.now = {}, .random = random, .facts = facts};
};

TEST_F(Room, IsThereUnlessALimitIsReached) { EXPECT_TRUE(expect_room(turn)); }

TEST_F(Room, NamesTheLimitWhatIsUsedAndWhatHelps) {
  const engine::Full memory{.what = engine::Full::What::memory,
                            .used_bytes = (std::uint64_t{64} << 20) + 200'000,
                            .limit_bytes = std::uint64_t{64} << 20};
  const engine::Full disk{
      .what = engine::Full::What::disk, .used_bytes = 2'500'000'000, .limit_bytes = 3'000'000'000};

  turn.full = &memory;
  EXPECT_EQ(expect_room(turn).error(),
            (Error{.kind = &errors::memory_is_full,
                   .message = "The memory limit of this server is reached: messages and queues "
                              "take 64.2 MiB of 64 MiB. Receive and delete messages, or start "
                              "mailrail with a larger --memory-limit."}));
  turn.full = &disk;
  EXPECT_EQ(expect_room(turn).error(),
            (Error{.kind = &errors::disk_is_full,
                   .message = "The disk limit of this server is reached: the files of the log "
                              "take 2.3 GiB of 2.8 GiB, and the rest is needed to work with. "
                              "Receive and delete messages, or start mailrail with a larger "
                              "--disk-limit."}));
}

TEST_F(Room, ThatIsMissingIsToldToClientsInTheSameWay) {
  for (const ErrorKind* each : {&errors::memory_is_full, &errors::disk_is_full}) {
    EXPECT_EQ(each->name, "ServiceUnavailable");
    EXPECT_EQ(each->http_status, 503);
  }
}

}  // namespace
}  // namespace mailrail::api
