// What is taken from a frame that is damaged, and what is not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/salvage_testing.h"

namespace mailrail::ops {
namespace {

using sim::SimDisk;

// Three messages in one frame, of which the last is damaged.
class OneFrame {
 public:
  explicit OneFrame(std::string_view middle) {
    SmallServer server(disk);
    server.turn([&](engine::Turn& turn) {
      server.engine().found(turn);
      server.engine().create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {}, {});
    });
    frame = server.turn([&](engine::Turn& turn) {
      for (const std::string_view record : {std::string_view("first"), middle})
        server.engine().send(turn, {.queue = QueueId(1), .record = record});
      server.engine().send(turn, {.queue = QueueId(1), .record = std::string(2000, 'x')});
    });
    server.turn([&](engine::Turn& turn) {
      server.engine().send(turn, {.queue = QueueId(1), .record = "behind"});
    });
    server.log().close().value();
  }

  void damage(std::string_view where) {
    std::string bytes = disk.content(frame.file);
    const std::size_t at = bytes.find(where);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    disk.put(frame.file, bytes);
  }

  std::vector<std::string> saved() {
    Outcome result = salvage_of(disk);
    expect_whole(result.disk);
    std::vector<std::string> bodies;
    for (const auto& [origin, record] : bodies_in(result.disk)) bodies.push_back(record);
    return bodies;
  }

  SimDisk disk{1};
  Stretch frame;
};

TEST(Salvage, KeepsTheMessagesBeforeTheDamageInAFrame) {
  OneFrame directory("second");
  directory.damage("xxxx");

  EXPECT_EQ(directory.saved(), (std::vector<std::string>{"first", "second", "behind"}));
}

TEST(Salvage, TakesNothingThatAClientWroteForAMessage) {
  std::string forged;
  engine::encode_fact(engine::Sent{.queue = QueueId(1),
                                   .seq = Seq(7),
                                   .at = from_unix_ms(1'700'000'000'000),
                                   .record = "forged"},
                      forged);
  std::string many;
  for (int i = 0; i < 30; ++i) many += forged;
  OneFrame directory(many);
  directory.damage("first");

  EXPECT_EQ(directory.saved(), std::vector<std::string>{"behind"});
}

// The length of a fact is damaged so that the next one seems to begin in what a client has sent.
TEST(Salvage, IsNotLedIntoABodyByADamagedLength) {
  std::string forged;
  engine::encode_fact(engine::Sent{.queue = QueueId(1),
                                   .seq = Seq(7),
                                   .at = from_unix_ms(1'700'000'000'000),
                                   .record = "forged"},
                      forged);
  SimDisk disk(1);
  Stretch frame;
  {
    SmallServer server(disk);
    server.turn([&](engine::Turn& turn) {
      server.engine().found(turn);
      server.engine().create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {}, {});
    });
    frame = server.turn([&](engine::Turn& turn) {
      server.engine().change_queue(turn, QueueId(1), {});
      server.engine().send(turn, {.queue = QueueId(1), .record = forged});
    });
    server.turn([&](engine::Turn& turn) {
      server.engine().send(turn, {.queue = QueueId(1), .record = "behind"});
    });
    server.log().close().value();
  }
  std::string bytes = disk.content(frame.file);
  const std::size_t payload = frame.begin + sizeof(log::format::FrameHeader);
  bytes[payload] = static_cast<char>(bytes.find(forged) - payload - 1);
  ASSERT_GT(bytes[payload], 0);
  disk.put(frame.file, bytes);

  Outcome result = salvage_of(disk);

  expect_whole(result.disk);
  const std::map<Seq, std::string> bodies = bodies_in(result.disk);
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(bodies.begin()->second, "behind");
}

TEST(Salvage, ReadsABodyThatACheckpointNamesOutOfADamagedFrame) {
  OneFrame directory("second");
  {
    SmallServer server(directory.disk);
    server.checkpoint();
    server.log().close().value();
  }
  directory.damage("first");

  EXPECT_THAT(directory.saved(), testing::ElementsAre("second", std::string(2000, 'x'), "behind"));
}

}  // namespace
}  // namespace mailrail::ops
