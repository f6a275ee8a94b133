#include "topology/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topology/plan_testing.h"

namespace mailrail::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Queue queue_with(std::string name, const std::string& dead_letters) {
  return {.name = std::move(name),
          .attributes = {
              {"RedrivePolicy", fmt::format(R"({{"deadLetterTargetArn":"{}","maxReceiveCount":5}})",
                                            queue_arn(Place(), dead_letters))}}};
}

Plan plan_of(const Topology& wanted, const Existing& existing, Pruning pruning = Pruning::off) {
  auto planned = plan(wanted, existing, pruning);
  EXPECT_TRUE(planned) << planned.error().front();
  return planned.value_or(Plan());
}

TEST(Plan, MakesDeadLetterQueuesBeforeTheirSources) {
  const Topology wanted{.queues = {queue_with("a", "b"), queue_with("b", "c"), {.name = "c"}}};

  const Plan made = plan_of(wanted, {});

  EXPECT_EQ(text_of({.steps = {{.action = Action::create, .thing = Thing::queue, .name = "c"}}}),
            "+ create queue c\n");
  ASSERT_EQ(made.steps.size(), 3U);
  EXPECT_EQ(made.steps[0].name, "c");
  EXPECT_EQ(made.steps[1].name, "b");
  EXPECT_EQ(made.steps[2].name, "a");
}

TEST(Plan, ClosesACircleOfDeadLetterQueuesAtTheEnd) {
  const Topology wanted{.queues = {queue_with("a", "b"), queue_with("b", "a")}};

  const Plan made = plan_of(wanted, {});

  ASSERT_EQ(made.steps.size(), 3U);
  EXPECT_EQ(made.steps[0].name, "b");
  EXPECT_TRUE(made.steps[0].attributes.empty());
  EXPECT_EQ(made.steps[2].name, "b");
  EXPECT_EQ(made.steps[2].action, Action::change);
  EXPECT_TRUE(plan_of(wanted, after({}, made)).changes_nothing());
}

TEST(Plan, LeavesNothingToDoAfterIt) {
  const Topology wanted{
      .queues = {queue_with("a", "b"),
                 {.name = "b", .attributes = {{"DelaySeconds", "3"}}, .tags = {{"t", "1"}}}},
      .topics = {{.name = "t", .attributes = {{"DisplayName", "T"}}}},
      .subscriptions = {{.topic = "t",
                         .protocol = "sqs",
                         .endpoint = queue_arn(Place(), "a"),
                         .attributes = {{"RawMessageDelivery", "true"}}}}};
  const Plan first = plan_of(wanted, {});

  const Plan second = plan_of(wanted, after({}, first));

  EXPECT_FALSE(first.changes_nothing());
  EXPECT_TRUE(second.changes_nothing()) << text_of(second);
}

TEST(Plan, ShowsWhatItChangesAndLeavesOtherAttributesAlone) {
  const Topology wanted{
      .queues = {{.name = "a", .attributes = {{"DelaySeconds", "3"}}, .tags = {{"team", "x"}}}}};
  const Existing existing{
      .queues = {{.name = "a", .attributes = {{"DelaySeconds", "0"}, {"VisibilityTimeout", "9"}}}}};

  EXPECT_EQ(text_of(plan_of(wanted, existing)),
            "~ change queue a\n"
            "    DelaySeconds: 0 -> 3\n"
            "    tag team: not set -> x\n");
}

TEST(Plan, ComparesDocumentsByWhatTheySay) {
  const Topology wanted{
      .queues = {{.name = "a",
                  .attributes = {
                      {"RedrivePolicy", R"({"deadLetterTargetArn":"x:b","maxReceiveCount":5})"}}}}};
  const Existing existing{
      .queues = {{.name = "a",
                  .attributes = {{"RedrivePolicy",
                                  R"({ "maxReceiveCount": "5", "deadLetterTargetArn": "x:b" })"}}},
                 {.name = "b"}}};

  EXPECT_TRUE(plan_of(wanted, existing).changes_nothing());
}

TEST(Plan, RefusesWhatCannotBeChanged) {
  const Topology wanted{.topics = {{.name = "t.fifo", .attributes = {{"FifoTopic", "true"}}}}};
  const Existing existing{.topics = {{.name = "t.fifo"}}};

  const auto planned = plan(wanted, existing, Pruning::off);

  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error(), ElementsAre(HasSubstr("FifoTopic cannot be changed")));
}

TEST(Plan, RefusesToReferToWhatIsNowhere) {
  const Topology wanted{.queues = {queue_with("a", "b")},
                        .subscriptions = {{.topic = "t", .protocol = "sqs", .endpoint = "x:a"}}};

  const auto planned = plan(wanted, {}, Pruning::off);

  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error(),
              ElementsAre(HasSubstr("dead letters go to b"), HasSubstr("no topic t")));
}

TEST(Plan, DeletesOnlyWhenItIsToldToAndDeadLetterQueuesLast) {
  const Existing existing{
      .queues = {{.name = "dead"}, queue_with("old", "dead"), {.name = "kept"}},
      .topics = {{.name = "t"}},
      .subscriptions = {
          {.subscription = {.topic = "t", .protocol = "sqs", .endpoint = "x:old"}, .arn = "s"}}};
  const Topology wanted{.queues = {{.name = "kept"}}};

  EXPECT_EQ(text_of(plan_of(wanted, existing)), "= unchanged queue kept\n");
  EXPECT_EQ(text_of(plan_of(wanted, existing, Pruning::on)),
            "= unchanged queue kept\n"
            "- delete subscription t -> old\n"
            "- delete topic t\n"
            "- delete queue old\n"
            "- delete queue dead\n");
}

TEST(Plan, IsSummedUp) {
  const Topology wanted{.queues = {{.name = "a"}, {.name = "b"}}};
  const Existing existing{.queues = {{.name = "a"}, {.name = "c"}}};

  EXPECT_EQ(summary_of(plan_of(wanted, existing, Pruning::on)),
            "1 created, 0 changed, 1 deleted, 1 unchanged");
}

TEST(Plan, LeavesASubscriptionAloneThatWaitsToBeConfirmed) {
  const Subscription hook{.topic = "t",
                          .protocol = "https",
                          .endpoint = "https://x/",
                          .attributes = {{"RawMessageDelivery", "true"}}};
  const Existing existing{.topics = {{.name = "t"}}, .subscriptions = {{.subscription = hook}}};

  EXPECT_TRUE(
      plan_of({.topics = {{.name = "t"}}, .subscriptions = {hook}}, existing).changes_nothing());
}

}  // namespace
}  // namespace mailrail::topology
