#include <string>

#include <gtest/gtest.h>

#include "engine/engine_testing.h"

namespace mailrail::engine {
namespace {

class Deduplicate : public EngineTest {
 protected:
  Seq send_id(const std::string& id, const std::string& group = "g") {
    return engine
        .send(turn, {.queue = queue, .group = group, .deduplication_id = id, .record = "x"})
        .seq;
  }
  QueueId queue;
};

TEST_F(Deduplicate, GivesTheOriginalForFiveMinutesAlsoAfterItsDelete) {
  queue = create("q.fifo");
  const Seq original = send_id("id");
  engine.delete_message(turn, receive(queue)[0].handle());
  pass(299'999ms);

  EXPECT_EQ(send_id("id"), original);
  EXPECT_EQ(engine.message_count(), 0u);
  pass(1ms);
  EXPECT_NE(send_id("id"), original);
  EXPECT_EQ(engine.message_count(), 1u);
}

TEST_F(Deduplicate, HoldsAcrossGroupsUnlessTheScopeIsTheGroup) {
  queue = create("queue.fifo");
  EXPECT_EQ(send_id("id", "one"), send_id("id", "two"));

  queue = create("group.fifo", {.deduplication_scope = DeduplicationScope::message_group});
  EXPECT_NE(send_id("id", "one"), send_id("id", "two"));
  EXPECT_EQ(send_id("other", "one"), send_id("other", "one"));
}

TEST_F(Deduplicate, ForgetsAtAPurge) {
  queue = create("q.fifo");
  const Seq original = send_id("id");

  engine.purge_queue(turn, queue);

  EXPECT_NE(send_id("id"), original);
}

}  // namespace
}  // namespace mailrail::engine
