// Properties: whatever is asked in whatever order at whatever time, the engine answers as the model
// does. RapidCheck makes the steps up, and when one fails it looks for the shortest that still do.

#include "sim/model.h"

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/model_scripts.h"
#include "sim/model_world.h"

namespace mailrail::sim {
namespace {

using engine::MoveTaskFailure;
using engine::MoveTaskStatus;
using engine::MoveTaskVerdict;

// RC_PARAMS="seed=... max_success=..." in the environment asks for others.
rc::detail::TestParams parameters() {
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") != nullptr) return parameters;
  parameters.seed = 1;
  parameters.maxSuccess = MAILRAIL_MODEL_RUNS;
  parameters.maxSize = script_steps_max;
  return parameters;
}

void expect_answers_as_the_model_does(Mix mix,
                                      engine::Strictness strictness = engine::Strictness::lenient) {
  const auto property = rc::detail::toProperty([=] {
    ModelWorld world(mix, {}, strictness);
    const Script script = *any_script();
    const bool is_strict = strictness == engine::Strictness::aws;
    const std::string complaint = world.play(is_strict ? with_purges(script) : script);
    for (const std::string& each : world.story()) RC_LOG() << each << "\n";
    if (!complaint.empty()) RC_FAIL(complaint);
  });
  const auto result = rc::detail::checkProperty(property, rc::detail::TestMetadata(), parameters());
  std::ostringstream words;
  rc::detail::printResultMessage(result, words);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << words.str();
}

TEST(Engine, AnswersAsTheModelDoesOnStandardQueues) {
  expect_answers_as_the_model_does(Mix::standard);
}

TEST(Engine, AnswersAsTheModelDoesOnFifoQueues) { expect_answers_as_the_model_does(Mix::fifo); }

TEST(Engine, AnswersAsTheModelDoesOnAllQueuesTogether) {
  expect_answers_as_the_model_does(Mix::everything);
}

TEST(Engine, AnswersAsTheModelDoesOnTopics) { expect_answers_as_the_model_does(Mix::topics); }

TEST(Engine, AnswersAsTheModelDoesWhenItKeepsTheWaitingTimesOfAws) {
  expect_answers_as_the_model_does(Mix::everything, engine::Strictness::aws);
}

// --- Are the properties about something?

// How often each message was redriven so far is in `redriven`, by body.
void tally_tasks(const Command& command,
                 const Answer& answer,
                 std::map<std::string, int>& redriven,
                 std::map<std::string, int>& met) {
  for (const Redrive& each : answer.redriven)
    met["a message is redriven again"] += ++redriven[each.body] > 1 ? 1 : 0;
  for (const ShownMessage& each : answer.messages)
    met["a redriven message"] += each.receive_count == 1 && redriven.contains(each.body) ? 1 : 0;
  for (const EndedTask& each : answer.ended) {
    met["a task is completed"] += each.status == MoveTaskStatus::completed ? 1 : 0;
    met["no source"] += each.failure == MoveTaskFailure::no_source ? 1 : 0;
    met["no destination"] += each.failure == MoveTaskFailure::no_destination ? 1 : 0;
  }
  for (const ShownTask& each : answer.tasks) {
    const bool is_running = each.status == MoveTaskStatus::running;
    met["a task at a pace"] += is_running && each.rate > 0 && each.moved > 1 ? 1 : 0;
    met["a task on a ramp"] +=
        is_running && each.rate > 1 && each.pace == engine::MovePace::ramp && each.moved > 1 ? 1
                                                                                             : 0;
    met["a task beside what is parked"] +=
        is_running && answer.counts.parked > 0 && command.queue.name == each.queue ? 1 : 0;
    met["a task that waits"] += is_running && each.rate == 0 && each.moved > 0 ? 1 : 0;
  }
  if (command.action == Action::cancel_move_task) {
    met["a task is cancelled"] += answer.outcome == Outcome::done ? 1 : 0;
    met["no task to cancel"] += answer.outcome == Outcome::no_such_task ? 1 : 0;
  }
  for (const ChosenMessage& each : answer.chosen) {
    using enum engine::RedriveVerdict;
    met["a chosen message moves"] += each.verdict == moved ? 1 : 0;
    met["a chosen message is gone"] += each.verdict == not_there ? 1 : 0;
    met["a chosen message is out of sight"] += each.verdict == not_visible ? 1 : 0;
    met["a chosen message has no source"] += each.verdict == no_source ? 1 : 0;
  }
  met["several chosen ones"] += answer.chosen.size() > 1 ? 1 : 0;
  if (command.action != Action::start_move_task || answer.outcome != Outcome::done) return;
  met["a task is started"] += answer.task == MoveTaskVerdict::started ? 1 : 0;
  met["a task of no dead letters"] += answer.task == MoveTaskVerdict::no_dead_letter_queue ? 1 : 0;
  met["a task to nowhere"] += answer.task == MoveTaskVerdict::no_destination ? 1 : 0;
  met["a task to itself"] += answer.task == MoveTaskVerdict::to_itself ? 1 : 0;
  met["a task to another type"] += answer.task == MoveTaskVerdict::to_another_type ? 1 : 0;
  met["a second task"] += answer.task == MoveTaskVerdict::already_running ? 1 : 0;
}

TEST(Steps, MeetWhatTheyAreFor) {
  std::map<std::string, int> met;
  std::map<std::string, int> redriven;
  std::set<std::string> message_ids;
  std::set<std::tuple<QueueId, Seq, std::uint32_t>> handles;
  const auto tally = [&](const Command& command, Answer& answer) {
    met["a dead letter moves"] += answer.dead_letters.empty() ? 0 : 1;
    met["a conversation is parked"] += answer.parked.empty() ? 0 : 1;
    const bool is_settled =
        answer.outcome == Outcome::done && answer.settled == engine::ParkedResult::done;
    met["a retry"] += command.action == Action::retry_conversation && is_settled ? 1 : 0;
    met["a skip"] += command.action == Action::skip_conversation && is_settled ? 1 : 0;
    met["a drop"] += answer.was_parked ? 1 : 0;
    met["parked messages"] += answer.counts.parked > 0 ? 1 : 0;
    met["several messages"] += answer.messages.size() > 2 ? 1 : 0;
    met["nothing"] += command.action == Action::receive && answer.messages.empty() ? 1 : 0;
    met["an expired handle"] += answer.deleted == engine::DeleteResult::handle_expired ? 1 : 0;
    met["beyond 12 hours"] += answer.changed == engine::VisibilityResult::beyond_limit ? 1 : 0;
    met["a message that is gone"] +=
        answer.changed == engine::VisibilityResult::no_such_message ? 1 : 0;
    met["delayed messages"] += answer.counts.delayed > 0 ? 1 : 0;
    met["a foreign handle"] += answer.outcome == Outcome::wrong_queue ? 1 : 0;
    if (command.action == Action::send && answer.outcome == Outcome::done)
      met["a duplicate"] += message_ids.insert(answer.message_id).second ? 0 : 1;
    for (const ShownMessage& each : answer.messages) {
      met["a dead letter"] += each.source.empty() ? 0 : 1;
      met["a repeated attempt"] +=
          handles.emplace(each.handle.queue, each.handle.seq, each.handle.generation).second ? 0
                                                                                             : 1;
    }
  };

  for (const Script& each : some_scripts()) {
    ModelWorld world(Mix::everything, [&](const Command& command, Answer& answer) {
      tally(command, answer);
      tally_tasks(command, answer, redriven, met);
    });
    EXPECT_EQ(world.play(each), "");
    for (const std::string& line : world.story())
      met["a damaged message"] += line.contains(" damaged") ? 1 : 0;
    redriven.clear();
    message_ids.clear();
    handles.clear();
  }

  for (const auto& [what, times] : met) {
    EXPECT_GE(times, 10) << what;
  }
}

TEST(Steps, MeetWhatBecomesOfTopics) {
  std::map<std::string, int> met;
  for (const Script& each : some_scripts()) {
    std::set<std::string> ids;
    const auto tally = [&](const Command& command, Answer& answer) {
      for (const ShownPublication& told : answer.published)
        met["a duplicate"] += ids.insert(told.message_id).second ? 0 : 1;
      met["found damaged later"] += answer.damaged.empty() ? 0 : 1;
      met["a topic is gone"] += answer.outcome == Outcome::no_such_topic ? 1 : 0;
      met["a topic is there"] += answer.outcome == Outcome::topic_exists ? 1 : 0;
      met["a subscription is there"] += answer.outcome == Outcome::subscription_exists ? 1 : 0;
      met["a subscription is gone"] += answer.outcome == Outcome::no_such_subscription ? 1 : 0;
      if (answer.outcome != Outcome::done) return;
      met["a topic is deleted"] += command.action == Action::delete_topic ? 1 : 0;
      met["a subscription ends"] += command.action == Action::unsubscribe ? 1 : 0;
      met["a subscription changes"] += command.action == Action::change_subscription ? 1 : 0;
      for (const ShownMessage& shown : answer.messages) {
        met["raw"] += shown.way == Way::raw ? 1 : 0;
        met["in an envelope"] += shown.way == Way::enveloped ? 1 : 0;
        met["of a conversation"] += shown.way != Way::sent && shown.is_grouped ? 1 : 0;
        met["a dead letter"] += shown.way != Way::sent && !shown.source.empty() ? 1 : 0;
        met["for who is not there"] += shown.body.starts_with("nowhere gets ") ? 1 : 0;
      }
    };
    ModelWorld world(Mix::topics, tally);
    EXPECT_EQ(world.play(each), "");
  }

  for (const auto& [what, times] : met) {
    EXPECT_GE(times, 10) << what;
  }
}

TEST(Steps, MeetPurgesAndCreationsThatComeTooSoon) {
  std::map<Action, int> refused;
  for (const Script& each : some_scripts()) {
    const auto tally = [&](const Command& command, Answer& answer) {
      refused[command.action] += answer.outcome == Outcome::too_soon ? 1 : 0;
    };
    ModelWorld world(Mix::everything, tally, engine::Strictness::aws);
    EXPECT_EQ(world.play(with_purges(each)), "");
  }

  EXPECT_GE(refused[Action::create_queue], 10);
  EXPECT_GE(refused[Action::purge_queue], 10);
}

}  // namespace
}  // namespace mailrail::sim
