#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class FairQueue : public EngineTest {};

TEST_F(FairQueue, ServesTenantsInTurn) {
  const QueueId queue = create("q");
  for (const char* each : {"a1", "a2", "a3"}) send(queue, each, "a");
  send(queue, "b1", "b");
  send(queue, "none");

  EXPECT_EQ(receive_bodies(queue), (Bodies{"a1", "b1", "none", "a2", "a3"}));
}

TEST_F(FairQueue, PrefersQuietTenantsToANoisyOne) {
  const QueueId queue = create("q");
  for (int i = 0; i < 200; ++i) send(queue, "noisy", "noisy");
  for (int i = 0; i < 4; ++i) receive(queue);
  for (int i = 0; i < 5; ++i) send(queue, "quiet" + std::to_string(i), "quiet");

  EXPECT_EQ(receive_bodies(queue, 5), (Bodies{"quiet0", "quiet1", "quiet2", "quiet3", "quiet4"}));
  EXPECT_EQ(receive_bodies(queue, 1), (Bodies{"noisy"}));
}

TEST(Identity, ReadsBackItsHandlesAndNoOthers) {
  const Identity identity(std::array<char, 32>{1});
  const Identity other(std::array<char, 32>{2});
  const ReceiptHandle handle{.queue = QueueId(3), .seq = Seq(4), .generation = 5};

  EXPECT_EQ(identity.read_receipt_handle(identity.receipt_handle(handle)), handle);
  EXPECT_EQ(identity.read_receipt_handle(other.receipt_handle(handle)), std::nullopt);
  EXPECT_EQ(identity.read_receipt_handle(""), std::nullopt);
  EXPECT_EQ(identity.read_receipt_handle("AAAA"), std::nullopt);
}

TEST(Identity, MakesSequenceNumbersOfTwentyDigits) {
  EXPECT_EQ(sequence_number(Seq(1)), "10000000000000000001");
  EXPECT_EQ(sequence_number(Seq(~std::uint64_t{0} >> 2)).size(), 20u);
}

}  // namespace
}  // namespace mailrail::engine
