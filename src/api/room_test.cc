#include "api/room.h"

#include <gtest/gtest.h>

#include "api/errors.h"
#include "engine/surroundings_testing.h"

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

  engine::FakeSurroundings server(memory);
  turn.surroundings = &server;
  EXPECT_EQ(expect_room(turn).error(),
            (Error{.kind = &errors::memory_is_full,
                   .message = "The memory limit of this server is reached: messages and queues "
                              "take 64.2 MiB of 64 MiB. Receive and delete messages, or start "
                              "mailrail with a larger --memory-limit."}));
  server.reached = disk;
  EXPECT_EQ(expect_room(turn).error(),
            (Error{.kind = &errors::disk_is_full,
                   .message = "The disk limit of this server is reached: the files of the log "
                              "take 2.3 GiB of 2.8 GiB, and the rest is needed to work with. "
                              "Receive and delete messages, or start mailrail with a larger "
                              "--disk-limit."}));
}

engine::FakeSurroundings using_mebibytes_of_100(std::uint64_t used) {
  return engine::FakeSurroundings(
      std::nullopt, {.memory_bytes = used << 20, .memory_bytes_max = std::uint64_t{100} << 20});
}

TEST_F(Room, ForWhoOnlyLooksEndsBeforeThatForMessages) {
  const engine::FakeSurroundings some = using_mebibytes_of_100(94);
  const engine::FakeSurroundings most = using_mebibytes_of_100(96);

  EXPECT_TRUE(expect_room_to_look(turn)) << "nobody to ask";
  turn.surroundings = &some;
  EXPECT_TRUE(expect_room_to_look(turn));
  turn.surroundings = &most;
  EXPECT_EQ(expect_room_to_look(turn).error(),
            (Error{.kind = &errors::memory_is_full,
                   .message = "The memory limit of this server is nearly reached, and looking at "
                              "messages is the first thing that it does without: messages and "
                              "queues take 96 MiB of 100 MiB. Receive and delete messages, or "
                              "start mailrail with a larger --memory-limit."}));
  EXPECT_TRUE(expect_room(turn));
}

TEST_F(Room, ThatIsMissingIsToldToClientsInTheSameWay) {
  for (const ErrorKind* each : {&errors::memory_is_full, &errors::disk_is_full}) {
    EXPECT_EQ(each->name, "ServiceUnavailable");
    EXPECT_EQ(each->http_status, 503);
  }
}

}  // namespace
}  // namespace mailrail::api
