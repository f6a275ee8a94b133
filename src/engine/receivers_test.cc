#include "engine/receivers.h"

#include <string>

#include <gtest/gtest.h>

#include "engine/limits.h"

namespace mailrail::engine {
namespace {

TEST(Receivers, KnowTheLastOneOfAMessage) {
  Receivers receivers;
  receivers.note(Seq(5), "first");
  receivers.note(Seq(5), "second");
  receivers.note(Seq(6), "first");

  EXPECT_EQ(receivers.find(Seq(5)), "second");
  EXPECT_EQ(receivers.find(Seq(6)), "first");
  EXPECT_EQ(receivers.find(Seq(7)), "");
}

TEST(Receivers, ForgetAMessageForOneThatCameSoManyLater) {
  Receivers receivers;
  receivers.note(Seq(5), "old");
  receivers.note(Seq(5 + receivers_kept_max), "new");

  EXPECT_EQ(receivers.find(Seq(5)), "");
  EXPECT_EQ(receivers.find(Seq(5 + receivers_kept_max)), "new");
}

TEST(Receivers, StayBoundedWhereEachHasAnotherName) {
  Receivers receivers;
  for (std::size_t i = 0; i < receiver_names_max; ++i)
    receivers.note(Seq(i + 1), "a name that takes a place of its own: " + std::to_string(i));
  const std::uint64_t full = receivers.memory_bytes();

  for (std::size_t i = 0; i < 10 * receiver_names_max; ++i)
    receivers.note(Seq(i + 1), "a name that takes a place of its own: " + std::to_string(i + 9999));

  EXPECT_LE(receivers.memory_bytes(), full + 1024 * 16);
  EXPECT_EQ(receivers.find(Seq(10 * receiver_names_max)),
            "a name that takes a place of its own: " +
                std::to_string(10 * receiver_names_max - 1 + 9999));
}

TEST(Receivers, TakeNoNameThatIsTooLong) {
  Receivers receivers;
  receivers.note(Seq(5), std::string(receiver_bytes_max + 1, 'x'));
  receivers.note(Seq(6), "");

  EXPECT_EQ(receivers.find(Seq(5)), "");
  EXPECT_EQ(receivers.memory_bytes(), 0u);
}

}  // namespace
}  // namespace mailrail::engine
