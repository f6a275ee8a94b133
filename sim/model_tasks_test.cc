// What of move tasks no lie about an answer of the engine can be: one that is too fast, too slow,
// or takes what came too late. The model is told of each by hand.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/describe.h"
#include "sim/model.h"

namespace mailrail::sim {
namespace {

engine::QueueName named(const char* name) { return {.region = "r", .account = "a", .name = name}; }

// Three messages in a queue of dead letters, and a task that moves them, one a second, elsewhere.
class RedriveOfThree : public testing::Test {
 protected:
  void SetUp() override { start(1, engine::MovePace::steady, 3); }

  void start(std::uint32_t rate, engine::MovePace pace, std::uint64_t messages) {
    engine::QueueAttributes attributes;
    EXPECT_EQ(tell({.action = Action::create_queue, .queue = named("dead")}), "");
    attributes.dead_letter = {.target = named("dead"), .receive_count_max = 1};
    EXPECT_EQ(
        tell({.action = Action::create_queue, .queue = named("plain"), .attributes = attributes}),
        "");
    for (std::uint64_t body = 1; body <= messages; ++body)
      EXPECT_EQ(send(std::to_string(body)), "");
    shown_ = {{.queue = "dead",
               .started = now_,
               .destination = named("plain"),
               .rate = rate,
               .pace = pace,
               .to_move = messages}};
    EXPECT_EQ(tell({.action = Action::start_move_task,
                    .queue = named("dead"),
                    .destination = named("plain"),
                    .rate = rate,
                    .pace = pace}),
              "");
  }

  Complaint tell(const Command& command, Answer answer = {}) {
    answer.tasks = shown_;
    return model_.check(command, answer, now_);
  }
  Complaint send(const std::string& body) {
    return tell({.action = Action::send, .queue = named("dead"), .body = body},
                {.message_id = "id of " + body});
  }
  // What happens until the next command, which asks for nothing that matters here.
  Complaint after(Duration pause, const std::vector<std::string>& bodies) {
    now_ += pause;
    Answer answer;
    for (const std::string& each : bodies)
      answer.redriven.push_back({.from = named("dead"), .to = named("plain"), .body = each});
    shown_[0].moved += bodies.size();
    return tell({.action = Action::delete_message, .queue = named("plain")},
                {.redriven = std::move(answer.redriven), .outcome = Outcome::wrong_queue});
  }

  Instant now_ = first_day;
  Model model_;
  std::vector<ShownTask> shown_;
};

TEST_F(RedriveOfThree, IsRightAtItsPace) {
  EXPECT_EQ(after(0s, {"1"}), "");
  EXPECT_EQ(after(1s, {"2"}), "");
  EXPECT_EQ(after(1s, {"3"}), "");
}

TEST_F(RedriveOfThree, IsTooFastWithTwoAtOnce) {
  EXPECT_EQ(after(0s, {"1", "2"}), "a task moves too fast");
}

TEST_F(RedriveOfThree, IsTooFastWhenTheSecondComesEarly) {
  EXPECT_EQ(after(0s, {"1"}), "");
  EXPECT_EQ(after(899ms, {"2"}), "a task moves too fast");
}

TEST_F(RedriveOfThree, MayMakeUpForATenthOfASecondOnce) {
  EXPECT_EQ(after(100ms, {"1"}), "");
  EXPECT_EQ(after(900ms, {"2"}), "");
  EXPECT_EQ(after(950ms, {"3"}), "a task moves too fast");
}

TEST_F(RedriveOfThree, MakesUpForNothingThatItMissedByMore) {
  EXPECT_EQ(after(0s, {"1"}), "");
  EXPECT_EQ(after(10s, {"2", "3"}), "a task moves too fast");
}

TEST_F(RedriveOfThree, BeginsAtOnce) {
  EXPECT_EQ(after(0s, {}), "the task of queue dead does not go on");
}

TEST_F(RedriveOfThree, GoesOnWhenItHasRested) {
  EXPECT_EQ(after(0s, {"1"}), "");
  EXPECT_EQ(after(1s, {}), "");
  EXPECT_EQ(after(1s, {}), "the task of queue dead does not go on");
}

TEST_F(RedriveOfThree, KeepsTheOrder) {
  EXPECT_EQ(after(0s, {"2"}), "\"2\" was redriven before \"1\"");
}

TEST_F(RedriveOfThree, LeavesWhatCameLater) {
  EXPECT_EQ(after(0s, {"1"}), "");
  EXPECT_EQ(send("4"), "");
  EXPECT_EQ(after(1s, {"2"}), "");
  EXPECT_EQ(after(1s, {"3"}), "");

  EXPECT_EQ(after(1s, {"4"}), "\"4\" was redriven and may not be");
}

// Its first ten are one a second, the next are two.
class RedriveOnARamp : public RedriveOfThree {
 protected:
  void SetUp() override { start(4, engine::MovePace::ramp, 20); }

  Complaint move_ten() {
    for (int each = 1; each <= 10; ++each) {
      const Complaint complaint = after(each == 1 ? 0s : 1s, {std::to_string(each)});
      if (!complaint.empty()) return complaint;
    }
    return {};
  }
};

TEST_F(RedriveOnARamp, IsRightAtItsPace) {
  EXPECT_EQ(move_ten(), "");
  EXPECT_EQ(after(1s, {"11"}), "");
  EXPECT_EQ(after(500ms, {"12"}), "");
}

TEST_F(RedriveOnARamp, IsTooFastAtItsRate) {
  EXPECT_EQ(after(0s, {"1"}), "");
  EXPECT_EQ(after(250ms, {"2"}), "a task moves too fast");
}

TEST_F(RedriveOnARamp, IsTooFastAtItsRateLater) {
  EXPECT_EQ(move_ten(), "");
  EXPECT_EQ(after(1s, {"11"}), "");
  EXPECT_EQ(after(250ms, {"12"}), "a task moves too fast");
}

TEST_F(RedriveOnARamp, IsTooSlowIfItStaysAtOneASecond) {
  EXPECT_EQ(move_ten(), "");
  EXPECT_EQ(after(1s, {"11"}), "");
  EXPECT_EQ(after(500ms, {}), "");
  EXPECT_EQ(after(1s, {}), "the task of queue dead does not go on");
}

}  // namespace
}  // namespace mailrail::sim
