// Would the model notice? Answers of the engine are altered before it sees them.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/model.h"
#include "sim/model_scripts.h"
#include "sim/model_world.h"

namespace mailrail::sim {
namespace {

using engine::MoveTaskFailure;
using engine::MoveTaskStatus;
using engine::MoveTaskVerdict;

// Each alters answers in one way; what it makes of the first that it fits must be noticed.
struct Lie {
  const char* name;
  bool (*tells)(const Command& command, Answer& answer);
  Mix mix = Mix::everything;
};

class ModelNotices : public testing::TestWithParam<Lie> {};

TEST_P(ModelNotices, AnAnswerThatIsALie) {
  int told = 0;
  int noticed = 0;
  for (const Script& each : some_scripts()) {
    bool has_lied = false;
    ModelWorld world(GetParam().mix, [&](const Command& command, Answer& answer) {
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
    {"LeavesAChosenMessage",
     [](const Command&, Answer& answer) {
       if (answer.chosen.empty() || answer.chosen[0].verdict != engine::RedriveVerdict::moved)
         return false;
       answer.chosen[0].verdict = engine::RedriveVerdict::not_visible;
       return true;
     }},
    {"MovesAChosenMessageThatIsHeld",
     [](const Command&, Answer& answer) {
       if (answer.chosen.empty() || answer.chosen[0].verdict != engine::RedriveVerdict::not_visible)
         return false;
       answer.chosen[0].verdict = engine::RedriveVerdict::moved;
       return true;
     }},
    {"RedrivesAChosenMessageElsewhere",
     [](const Command& command, Answer& answer) {
       if (answer.chosen.empty() || !answer.chosen[0].to) return false;
       answer.chosen[0].to = command.queue;
       return true;
     }},
    {"ForgetsAChosenMessage",
     [](const Command&, Answer& answer) {
       if (answer.chosen.empty()) return false;
       answer.chosen.pop_back();
       return true;
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
    {"LosesATopic",
     [](const Command& command, Answer& answer) {
       if (command.action != Action::publish || answer.outcome != Outcome::done) return false;
       answer.outcome = Outcome::no_such_topic;
       return true;
     },
     Mix::topics},
    {"KeepsADeletedTopic",
     [](const Command&, Answer& answer) {
       if (answer.outcome != Outcome::no_such_topic) return false;
       answer.outcome = Outcome::done;
       return true;
     },
     Mix::topics},
    {"ForgetsASubscription",
     [](const Command&, Answer& answer) {
       if (answer.outcome != Outcome::subscription_exists) return false;
       answer.outcome = Outcome::done;
       return true;
     },
     Mix::topics},
    {"EndsNoSubscription",
     [](const Command&, Answer& answer) {
       if (answer.outcome != Outcome::no_such_subscription) return false;
       answer.outcome = Outcome::done;
       return true;
     },
     Mix::topics},
    {"AnswersOnlyAPartOfABatch",
     [](const Command&, Answer& answer) {
       if (answer.published.size() < 2) return false;
       answer.published.pop_back();
       return true;
     },
     Mix::topics},
    {"TellsTwoPublicationsOneId",
     [](const Command& command, Answer& answer) {
       if (answer.published.size() < 2 || command.topic.name != "news") return false;
       answer.published[1] = answer.published[0];
       return true;
     },
     Mix::topics},
    {"TellsNoSequenceNumber",
     [](const Command&, Answer& answer) {
       if (answer.published.empty() || answer.published[0].sequence_number.empty()) return false;
       answer.published[0].sequence_number.clear();
       return true;
     },
     Mix::topics},
    {"GivesWhatWasForAnother",
     [](const Command&, Answer& answer) {
       for (ShownMessage& each : answer.messages) {
         if (each.way == Way::sent) continue;
         each.body = "another queue gets" + each.body.substr(each.body.find(" gets ") + 5);
         return true;
       }
       return false;
     },
     Mix::topics},
    {"DeliversInAnotherWay",
     [](const Command&, Answer& answer) {
       for (ShownMessage& each : answer.messages) {
         if (each.way == Way::sent) continue;
         each.way = each.way == Way::raw ? Way::enveloped : Way::raw;
         return true;
       }
       return false;
     },
     Mix::topics},
    {"LosesTheTenant",
     [](const Command&, Answer& answer) {
       for (ShownMessage& each : answer.messages) {
         if (each.way == Way::sent || !each.is_grouped) continue;
         each.is_grouped = false;
         return true;
       }
       return false;
     },
     Mix::topics},
    {"HidesAPublication",
     [](const Command&, Answer& answer) {
       const auto hidden = std::ranges::find_if(
           answer.messages, [](const ShownMessage& each) { return each.way != Way::sent; });
       if (hidden == answer.messages.end()) return false;
       answer.messages.erase(hidden);
       return true;
     },
     Mix::topics},
    {"HidesThatASharedBodyIsDamaged",
     [](const Command& command, Answer& answer) {
       const bool is_full = answer.messages.size() == command.count_max;
       if (answer.damaged.empty() || is_full) return false;
       answer.damaged.pop_back();
       return true;
     },
     Mix::topics},
    {"CallsAMessageDamagedTwice",
     [](const Command&, Answer& answer) {
       if (answer.damaged.empty()) return false;
       answer.damaged.push_back(answer.damaged.front());
       return true;
     },
     Mix::topics},
};

INSTANTIATE_TEST_SUITE_P(Lies, ModelNotices, testing::ValuesIn(lies), [](const auto& lie) {
  return std::string(lie.param.name);
});

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

TEST(Model, NoticesADuplicateThatIsPublishedAgain) {
  int told = 0;
  int noticed = 0;
  for (const Script& each : some_scripts()) {
    std::set<std::string> ids;
    bool has_lied = false;
    ModelWorld world(Mix::topics, [&](const Command&, Answer& answer) {
      for (ShownPublication& shown : answer.published) {
        if (ids.insert(shown.message_id).second || has_lied) continue;
        shown.message_id += "-new";
        has_lied = true;
      }
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
