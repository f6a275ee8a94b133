#include "engine/queue_bounds.h"

#include <gtest/gtest.h>

namespace mailrail::engine {
namespace {

using Tags = std::map<std::string, std::string>;

TEST(QueueBounds, AreReadFromTheTagsThatNameThem) {
  EXPECT_EQ(read_bounds({{"mailrail:max-messages", "1000"},
                         {"mailrail:max-bytes", "2MiB"},
                         {"mailrail:on-full", "drop-oldest"},
                         {"mailrail:send-rate", "50"},
                         {"mailrail:paused", "true"},
                         {"team", "chat"}}),
            (QueueBounds{.messages_max = 1000,
                         .bytes_max = 2 << 20,
                         .on_full = OnFull::drop_oldest,
                         .sends_per_second = 50,
                         .is_paused = true}));
  EXPECT_EQ(read_bounds({{"mailrail:on-full", "reject"}, {"mailrail:paused", "false"}}),
            QueueBounds{});
  EXPECT_EQ(read_bounds({}), QueueBounds{});
}

TEST(QueueBounds, AreRefusedWithWhatWouldBeRight) {
  const auto reason = [](const Tags& tags) {
    const auto bounds = read_bounds(tags);
    return bounds ? "none" : bounds.error().value + ": " + bounds.error().reason;
  };

  for (const char* each : {"", "0", "-1", "1.5", "10 ", "1000000000001", "99999999999999999999"}) {
    EXPECT_EQ(reason({{"mailrail:max-messages", each}}),
              std::string(each) +
                  ": The tag mailrail:max-messages must be a whole number from 1 to "
                  "1000000000000");
  }
  EXPECT_EQ(reason({{"mailrail:max-bytes", "1000"}}),
            "1000: The tag mailrail:max-bytes must be a whole number and a unit, like 500MiB or "
            "20GB");
  EXPECT_NE(reason({{"mailrail:max-bytes", "0MiB"}}), "none");
  EXPECT_EQ(reason({{"mailrail:on-full", "drop"}}),
            "drop: The tag mailrail:on-full can only have the values reject and drop-oldest");
  EXPECT_EQ(reason({{"mailrail:send-rate", "1000001"}}),
            "1000001: The tag mailrail:send-rate must be a whole number from 1 to 1000000");
  EXPECT_EQ(reason({{"mailrail:paused", "yes"}}),
            "yes: The tag mailrail:paused can only have the values false and true");
}

TEST(QueueBounds, AreNoneWhereATagWasThereBeforeItMeantSomething) {
  EXPECT_EQ(bounds_in({{"mailrail:max-messages", "many"}}), QueueBounds{});
}

}  // namespace
}  // namespace mailrail::engine
