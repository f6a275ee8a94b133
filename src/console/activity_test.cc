#include "console/activity.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/shown.h"

namespace mailrail::console {
namespace {

OperatorAction purge(const std::string& queue) {
  return {.at = from_unix_ms(1'735'689'600'000),
          .who = "ann",
          .service = "sqs",
          .action = "PurgeQueue",
          .target = queue,
          .code = ""};
}

bool is_audited(std::string_view service, std::string_view action) {
  const auth::Right* right = auth::find_right(service, action);
  EXPECT_NE(right, nullptr) << action;
  return right != nullptr && Activity::is_audited(*right);
}

TEST(Activity, IsWhatOperatorsChange) {
  for (const auto* action : {"CreateQueue", "DeleteQueue", "PurgeQueue", "SetQueueAttributes"})
    EXPECT_TRUE(is_audited("sqs", action)) << action;
  for (const auto* action : {"SendMessage", "ReceiveMessage", "DeleteMessage", "ListQueues"})
    EXPECT_FALSE(is_audited("sqs", action)) << action;
  EXPECT_TRUE(is_audited("sns", "CreateTopic"));
  EXPECT_FALSE(is_audited("sns", "Publish"));
}

TEST(Activity, IsToldFromANumberOn) {
  Activity activity;
  activity.add(purge("a"));
  activity.add(purge("b"));

  const Activity::Told told = activity.from(1);

  ASSERT_EQ(told.actions.size(), 1u);
  EXPECT_EQ(told.actions[0].target, "b");
  EXPECT_EQ(told.next, 2u);
  EXPECT_EQ(told.missed, 0u);
  EXPECT_TRUE(activity.from(9).actions.empty());
}

TEST(Activity, ForgetsTheOldestAndCountsThem) {
  Activity activity;
  for (std::size_t i = 0; i < Activity::kept_max + 3; ++i) activity.add(purge(std::to_string(i)));

  const Activity::Told told = activity.from(1);

  EXPECT_EQ(told.actions.size(), Activity::kept_max);
  EXPECT_EQ(told.actions.front().target, "3");
  EXPECT_EQ(told.missed, 2u);
}

// Whoever asks to make a queue says how long its name is, and is refused after that.
TEST(Activity, KeepsNoMoreOfAnAbsurdNameThanMessagesRepeat) {
  Activity activity;
  activity.add(purge(std::string(1 << 20, 'q')));

  EXPECT_EQ(activity.from(0).actions.at(0).target.size(), shown_bytes_max);
}

TEST(Activity, IsWrittenAsEventsAre) {
  OperatorAction refused = purge("news");
  refused.service = "sns";
  refused.action = "DeleteTopic";
  refused.code = "AccessDenied";

  EXPECT_EQ(
      text_of({purge("q"), refused}),
      R"({"Kind":"PurgeQueue","Timestamp":1735689600000,"QueueName":"q","Who":"ann","What":"done"},)"
      R"({"Kind":"DeleteTopic","Timestamp":1735689600000,"TopicName":"news","Who":"ann",)"
      R"("What":"refused: AccessDenied"})");
}

}  // namespace
}  // namespace mailrail::console
