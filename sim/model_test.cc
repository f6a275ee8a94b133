// Properties: whatever is asked in whatever order at whatever time, the engine answers as the model
// does. RapidCheck makes the steps up, and when one fails it looks for the shortest that still do.

#include "sim/model.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/model_world.h"

namespace mailrail::sim {

// What a step says when all of its numbers stand together, without those that are zero.
// NOLINTNEXTLINE(readability-identifier-naming): the name that RapidCheck looks for.
void showValue(const Step& step, std::ostream& out) {
  const auto show = [&](const char* name, int number) {
    if (number != 0) out << name << " " << number << " ";
  };
  show("pause", step.pause);
  show("boundary", step.boundary);
  show("action", step.action);
  show("queue", step.queue);
  show("group", step.group);
  show("deduplication_id", step.deduplication_id);
  show("attempt", step.attempt);
  show("count_max", step.count_max);
  show("timeout", step.timeout);
  show("delay", step.delay);
  show("handle", step.handle);
  show("attributes", step.attributes);
  show("sweeps", step.sweeps);
  show("restarts", step.restarts);
  show("damages", step.damages);
}

// NOLINTNEXTLINE(readability-identifier-naming): the name that RapidCheck looks for.
void showValue(const Script& script, std::ostream& out) {
  out << "attributes " << script.attributes;
  for (const Step& each : script.steps) {
    out << "\n  ";
    showValue(each, out);
  }
}

namespace {

using engine::MoveTaskFailure;
using engine::MoveTaskStatus;
using engine::MoveTaskVerdict;

constexpr int size_max = 200;  // The longest scripts have that many steps.

rc::Gen<int> below(int bound) { return rc::gen::resize(100, rc::gen::inRange(0, bound)); }

rc::Gen<Step> any_step() {
  const auto one_in_eight = rc::gen::map(below(8), [](int number) { return number == 7 ? 1 : 0; });
  const auto one_in_hundred =
      rc::gen::map(below(100), [](int number) { return number == 99 ? 1 : 0; });
  // What empties a queue is rare, or little else would happen.
  const auto action = rc::gen::weightedOneOf<int>({{12, below(25)}, {1, below(28)}});
  return rc::gen::build<Step>(
      rc::gen::set(&Step::pause, below(23)), rc::gen::set(&Step::boundary, below(16)),
      rc::gen::set(&Step::action, action), rc::gen::set(&Step::queue, below(6)),
      rc::gen::set(&Step::group, below(3)), rc::gen::set(&Step::deduplication_id, below(5)),
      rc::gen::set(&Step::attempt, below(4)), rc::gen::set(&Step::count_max, below(4)),
      rc::gen::set(&Step::timeout, below(4)), rc::gen::set(&Step::delay, below(5)),
      rc::gen::set(&Step::handle, below(6)), rc::gen::set(&Step::attributes, below(144)),
      rc::gen::set(&Step::sweeps, below(2)), rc::gen::set(&Step::restarts, one_in_eight),
      rc::gen::set(&Step::damages, one_in_hundred));
}

// Around some of the steps that start a task: messages that die, so that it finds something; a
// receive that holds one of them; then another start, its end, or that of where they came from.
std::vector<Step> with_dead_letters(const std::vector<Step>& steps) {
  std::vector<Step> more;
  const auto add = [&](Action action, Step step) {
    step.action = letter_of(action);
    more.push_back(step);
  };
  for (const Step& each : steps) {
    const bool is_start = each.action == letter_of(Action::start_move_task) && each.group > 0;
    if (!is_start) {
      more.push_back(each);
      continue;
    }
    const int source = each.queue % 2;
    const int target = source + 2;
    // What is received once is dead, and with the second number its conversation is parked.
    const int once[] = {1, 73};
    if (each.attempt % 2 == 0 || each.handle == 0)
      add(Action::change_queue,
          {.queue = source, .attributes = once[each.handle % 2], .sweeps = 1});
    for (int i = 0; i < 4; ++i) add(Action::send, {.queue = source, .group = i, .sweeps = 1});
    for (int i = 0; i < 3; ++i)
      add(Action::receive, {.queue = source, .count_max = 1, .timeout = 1});
    if (each.handle == 0) {
      add(Action::change_queue, {.queue = target, .attributes = once[1], .sweeps = 1});
      for (int i = 0; i < 2; ++i)
        add(Action::receive, {.queue = target, .count_max = 1, .timeout = 1});
    }
    if (each.attempt == 3) add(Action::receive, {.queue = target, .timeout = 3});
    more.push_back(each);
    if (each.handle == 0) add(Action::count, {.queue = target});
    if (each.handle == 2) more.push_back(each);
    if (each.handle == 4) add(Action::cancel_move_task, {.queue = source});
    if (each.handle == 3 || each.handle == 5)
      add(Action::delete_queue, {.queue = source, .sweeps = 1});
  }
  return more;
}

rc::Gen<Script> any_script() {
  const auto steps = rc::gen::container<std::vector<Step>>(any_step());
  return rc::gen::build<Script>(
      rc::gen::set(&Script::attributes, below(144)),
      rc::gen::set(&Script::steps, rc::gen::map(steps, with_dead_letters)));
}

// RC_PARAMS="seed=... max_success=..." in the environment asks for others.
rc::detail::TestParams parameters() {
  rc::detail::TestParams parameters = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") != nullptr) return parameters;
  parameters.seed = 1;
  parameters.maxSuccess = MAILRAIL_MODEL_RUNS;
  parameters.maxSize = size_max;
  return parameters;
}

// Two purges of a queue within a minute are rarer than what else two steps may come to.
Script with_purges(Script script) {
  for (Step& each : script.steps) {
    if (each.handle == 5) each.action = letter_of(Action::purge_queue);
  }
  return script;
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

TEST(Engine, AnswersAsTheModelDoesWhenItKeepsTheWaitingTimesOfAws) {
  expect_answers_as_the_model_does(Mix::everything, engine::Strictness::aws);
}

// --- Are the properties about something, and would the model notice?

// The same each time.
const std::vector<Script>& some_scripts() {
  static const std::vector<Script> scripts = [] {
    std::vector<Script> made;
    for (std::uint64_t seed = 1; seed <= 300; ++seed)
      made.push_back(any_script()(rc::Random(seed), size_max).value());
    return made;
  }();
  return scripts;
}

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
    met["a task beside what is parked"] +=
        is_running && answer.counts.parked > 0 && command.queue.name == each.queue ? 1 : 0;
    met["a task that waits"] += is_running && each.rate == 0 && each.moved > 0 ? 1 : 0;
  }
  if (command.action == Action::cancel_move_task) {
    met["a task is cancelled"] += answer.outcome == Outcome::done ? 1 : 0;
    met["no task to cancel"] += answer.outcome == Outcome::no_such_task ? 1 : 0;
  }
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

TEST(Model, NoticesWhatIsLetThroughTooSoon) {
  int told = 0;
  int noticed = 0;
  for (const Script& each : some_scripts()) {
    bool has_lied = false;
    const auto lie = [&](const Command&, Answer& answer) {
      if (answer.outcome != Outcome::too_soon || std::exchange(has_lied, true)) return;
      answer.outcome = Outcome::done;
    };
    ModelWorld world(Mix::everything, lie, engine::Strictness::aws);
    const std::string complaint = world.play(with_purges(each));
    told += has_lied ? 1 : 0;
    noticed += complaint.empty() ? 0 : 1;
  }

  EXPECT_GE(told, 10);
  EXPECT_EQ(noticed, told);
}

// Each alters answers in one way; what it makes of the first that it fits must be noticed.
struct Lie {
  const char* name;
  bool (*tells)(const Command& command, Answer& answer);
};

class ModelNotices : public testing::TestWithParam<Lie> {};

TEST_P(ModelNotices, AnAnswerThatIsALie) {
  int told = 0;
  int noticed = 0;
  for (const Script& each : some_scripts()) {
    bool has_lied = false;
    ModelWorld world(Mix::everything, [&](const Command& command, Answer& answer) {
      if (!has_lied) has_lied = GetParam().tells(command, answer);
    });
    const std::string complaint = world.play(each);
    told += has_lied ? 1 : 0;
    noticed += complaint.empty() ? 0 : 1;
  }

  EXPECT_GE(told, 5);
  EXPECT_EQ(noticed, told);
}

bool is_fifo_receive(const Command& command) {
  return command.action == Action::receive && command.queue.name.ends_with(".fifo");
}

constexpr Lie lies[] = {
    {"HidesAMessage",
     [](const Command&, Answer& answer) {
       if (answer.messages.empty()) return false;
       answer.messages.pop_back();
       return true;
     }},
    {"GivesAMessageTwice",
     [](const Command&, Answer& answer) {
       if (answer.messages.size() < 2) return false;
       answer.messages[1] = answer.messages[0];
       return true;
     }},
    {"GivesAnotherBody",
     [](const Command&, Answer& answer) {
       if (answer.messages.size() < 2) return false;
       std::swap(answer.messages[0].body, answer.messages[1].body);
       return true;
     }},
    {"ReversesTheOrder",
     [](const Command& command, Answer& answer) {
       const bool is_order = is_fifo_receive(command) && answer.messages.size() > 1 &&
                             answer.messages[0].body.back() == answer.messages[1].body.back();
       if (is_order) std::swap(answer.messages[0], answer.messages[1]);
       return is_order;
     }},
    {"MiscountsReceives",
     [](const Command&, Answer& answer) {
       if (answer.messages.empty()) return false;
       answer.messages[0].receive_count += 1;
       return true;
     }},
    {"ForgetsTheFirstReceive",
     [](const Command&, Answer& answer) {
       if (answer.messages.empty() || answer.messages[0].receive_count < 2) return false;
       answer.messages[0].first_received += 1ms;
       return true;
     }},
    {"TellsAnOldHandle",
     [](const Command&, Answer& answer) {
       const bool is_old = !answer.messages.empty() && answer.messages[0].receive_count > 1 &&
                           answer.messages[0].source.empty();
       if (!is_old) return false;
       answer.messages[0].handle.generation -= 1;
       return true;
     }},
    {"TellsNoSource",
     [](const Command&, Answer& answer) {
       if (answer.messages.empty() || answer.messages[0].source.empty()) return false;
       answer.messages[0].source.clear();
       return true;
     }},
    {"HidesADeadLetter",
     [](const Command& command, Answer& answer) {
       const bool is_hidden = command.action == Action::receive && answer.messages.empty();
       if (answer.dead_letters.empty() || !is_hidden) return false;
       answer.dead_letters.pop_back();
       return true;
     }},
    {"HidesAParkedConversation",
     [](const Command&, Answer& answer) {
       if (answer.parked.empty() || !answer.messages.empty()) return false;
       answer.parked.pop_back();
       return true;
     }},
    {"RefusesToGoOn",
     [](const Command& command, Answer& answer) {
       const bool is_settling = command.action == Action::retry_conversation ||
                                command.action == Action::skip_conversation;
       if (!is_settling || answer.settled != engine::ParkedResult::done ||
           answer.outcome != Outcome::done)
         return false;
       answer.settled = engine::ParkedResult::not_parked;
       return true;
     }},
    {"MiscountsTheParked",
     [](const Command&, Answer& answer) {
       if (answer.counts.parked == 0) return false;
       answer.counts.parked -= 1;
       return true;
     }},
    {"HidesARedrive",
     [](const Command& command, Answer& answer) {
       if (answer.redriven.empty() || command.action == Action::delete_queue) return false;
       answer.redriven.pop_back();
       return true;
     }},
    {"RedrivesElsewhere",
     [](const Command&, Answer& answer) {
       if (answer.redriven.empty()) return false;
       answer.redriven.back().to = answer.redriven.back().from;
       return true;
     }},
    {"RedrivesOutOfOrder",
     [](const Command&, Answer& answer) {
       if (answer.redriven.size() < 2) return false;
       Redrive& one = answer.redriven[0];
       Redrive& two = answer.redriven[1];
       const bool is_order = one.from == two.from && one.from.name == "dead.fifo" &&
                             one.body.back() == two.body.back();
       if (is_order) std::swap(one, two);
       return is_order;
     }},
    {"CallsAFailureACompletion",
     [](const Command&, Answer& answer) {
       if (answer.ended.empty() || answer.ended[0].failure == MoveTaskFailure::none) return false;
       const auto failed =
           std::ranges::find(answer.tasks, answer.ended[0].failure, &ShownTask::failure);
       if (failed == answer.tasks.end()) return false;
       failed->status = answer.ended[0].status = MoveTaskStatus::completed;
       failed->failure = answer.ended[0].failure = MoveTaskFailure::none;
       return true;
     }},
    {"CallsACompletionAFailure",
     [](const Command&, Answer& answer) {
       if (answer.ended.empty() || answer.ended[0].failure != MoveTaskFailure::none) return false;
       answer.ended[0].status = MoveTaskStatus::failed;
       answer.ended[0].failure = MoveTaskFailure::no_destination;
       return true;
     }},
    {"MiscountsRedrives",
     [](const Command&, Answer& answer) {
       if (answer.tasks.empty()) return false;
       answer.tasks[0].moved += 1;
       return true;
     }},
    {"MiscountsWhatThereIsToRedrive",
     [](const Command&, Answer& answer) {
       if (answer.tasks.empty()) return false;
       answer.tasks[0].to_move += 1;
       return true;
     }},
    {"ForgetsATask",
     [](const Command&, Answer& answer) {
       if (answer.tasks.empty()) return false;
       answer.tasks.pop_back();
       return true;
     }},
    {"RefusesATask",
     [](const Command& command, Answer& answer) {
       if (command.action != Action::start_move_task || answer.outcome != Outcome::done ||
           answer.task != MoveTaskVerdict::started)
         return false;
       answer.task = MoveTaskVerdict::already_running;
       return true;
     }},
    {"StartsASecondTask",
     [](const Command&, Answer& answer) {
       if (answer.task != MoveTaskVerdict::already_running) return false;
       answer.task = MoveTaskVerdict::started;
       return true;
     }},
    {"CancelsNothing",
     [](const Command&, Answer& answer) {
       if (answer.outcome != Outcome::no_such_task) return false;
       answer.outcome = Outcome::done;
       return true;
     }},
    {"BelievesAnExpiredHandle",
     [](const Command&, Answer& answer) {
       if (answer.deleted == engine::DeleteResult::done) return false;
       answer.deleted = engine::DeleteResult::done;
       return true;
     }},
    {"RefusesAHandle",
     [](const Command& command, Answer& answer) {
       if (command.action != Action::delete_message || answer.outcome != Outcome::done ||
           answer.deleted != engine::DeleteResult::done)
         return false;
       answer.deleted = engine::DeleteResult::handle_expired;
       return true;
     }},
    {"ChangesTheVisibilityOfNothing",
     [](const Command&, Answer& answer) {
       if (answer.changed == engine::VisibilityResult::done) return false;
       answer.changed = engine::VisibilityResult::done;
       return true;
     }},
    {"Miscounts",
     [](const Command& command, Answer& answer) {
       if (command.action != Action::count || answer.outcome != Outcome::done) return false;
       answer.counts.visible += 1;
       return true;
     }},
    {"LosesAQueue",
     [](const Command&, Answer& answer) {
       if (answer.outcome != Outcome::done) return false;
       answer.outcome = Outcome::no_such_queue;
       return true;
     }},
};

INSTANTIATE_TEST_SUITE_P(Lies, ModelNotices, testing::ValuesIn(lies), [](const auto& lie) {
  return std::string(lie.param.name);
});

// A duplicate may not be told anything of its own, and nothing else may be told what was told
// before.
TEST(Model, NoticesADuplicateThatIsTakenForANewMessage) {
  std::map<std::string, int> sends;
  int told = 0;
  int noticed = 0;
  for (const Script& each : some_scripts()) {
    bool has_lied = false;
    sends.clear();
    ModelWorld world(Mix::fifo, [&](const Command& command, Answer& answer) {
      if (command.action != Action::send || answer.outcome != Outcome::done) return;
      if (sends[answer.message_id]++ == 0 || has_lied) return;
      answer.message_id += "-new";
      has_lied = true;
    });
    noticed += world.play(each).empty() ? 0 : 1;
    told += has_lied ? 1 : 0;
  }

  EXPECT_GE(told, 5);
  EXPECT_EQ(noticed, told);
}

// Whoever receives it after a redrive is told another id than its sender was.
TEST(Model, NoticesARedrivenMessageThatKeepsItsId) {
  int told = 0;
  int noticed = 0;
  for (const Script& each : some_scripts()) {
    std::map<std::string, std::string> sent;  // Ids, by body.
    std::set<std::string> redriven;
    bool has_lied = false;
    ModelWorld world(Mix::everything, [&](const Command& command, Answer& answer) {
      if (command.action == Action::send) sent.emplace(command.body, answer.message_id);
      for (const Redrive& moved : answer.redriven) redriven.insert(moved.body);
      for (ShownMessage& shown : answer.messages) {
        if (has_lied || !redriven.contains(shown.body)) continue;
        shown.message_id = sent[shown.body];
        has_lied = true;
      }
    });
    noticed += world.play(each).empty() ? 0 : 1;
    told += has_lied ? 1 : 0;
  }

  EXPECT_GE(told, 5);
  EXPECT_EQ(noticed, told);
}

}  // namespace
}  // namespace mailrail::sim
