#include "topology/plan.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace mailrail::topology {
namespace {

namespace json = boost::json;

// Numbers as text, as AWS writes a maxReceiveCount now and then, become numbers.
void normalise(json::value& value) {
  if (auto* object = value.if_object()) {
    if (json::value* count = object->if_contains("maxReceiveCount"); count != nullptr) {
      boost::system::error_code error;
      if (count->is_string()) {
        json::value number = json::parse(std::string_view(count->get_string()), error);
        if (!error && number.is_int64()) *count = number;
      }
    }
  }
}

bool is_same_value(const std::string& one, const std::string& other) {
  if (one == other) return true;
  if (!one.starts_with('{') || !other.starts_with('{')) return false;
  boost::system::error_code error;
  json::value left = json::parse(one, error);
  if (error) return false;
  json::value right = json::parse(other, error);
  if (error) return false;
  normalise(left);
  normalise(right);
  return left == right;
}

std::optional<std::string> value_of(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::nullopt : std::optional(found->second);
}

// What a step has to set of what is wanted.
void compare(const Attributes& wanted,
             const Attributes& existing,
             std::string_view prefix,
             Attributes& to_set,
             std::vector<Change>& changes) {
  for (const auto& [name, value] : wanted) {
    const std::optional<std::string> before = value_of(existing, name);
    if (is_same_value(before.value_or(""), value) && (before || value.empty())) continue;
    to_set.emplace(name, value);
    changes.push_back({.name = fmt::format("{}{}", prefix, name), .from = before, .to = value});
  }
}

template <class Named>
const Named* find(const std::vector<Named>& all, std::string_view name) {
  const auto found =
      std::ranges::find_if(all, [&](const Named& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

class Planner {
 public:
  Planner(const Topology& wanted, const Existing& existing)
      : wanted_(wanted), existing_(existing) {}

  Checked<Plan> plan(Pruning pruning) {
    for (const Queue& each : wanted_.queues) add_queue(each);
    for (Step& each : after_queues_) plan_.steps.push_back(std::move(each));
    for (const Topic& each : wanted_.topics)
      add_named(Thing::topic, each, find(existing_.topics, each.name));
    for (const Subscription& each : wanted_.subscriptions) add_subscription(each);
    if (pruning == Pruning::on) prune();
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(plan_);
  }

 private:
  // Dead-letter queues first. In a circle of them, the one that closes it is told afterwards.
  void add_queue(const Queue& queue) {
    std::vector<const Queue*> chain;
    for (const Queue* each = &queue; each != nullptr && begun_.insert(each->name).second;
         each = find(wanted_.queues, dead_letter_queue(*each)))
      chain.push_back(each);
    for (const Queue* each : std::views::reverse(chain)) add_alone(*each);
  }

  void add_alone(const Queue& queue) {
    const std::string dead_letters = dead_letter_queue(queue);
    const Queue* there = find(existing_.queues, queue.name);
    const bool is_wanted = find(wanted_.queues, dead_letters) != nullptr;
    const bool is_there = find(existing_.queues, dead_letters) != nullptr;
    if (!dead_letters.empty() && !is_wanted && !is_there) {
      problems_.push_back(
          fmt::format("{}: Its dead letters go to {}, which is neither in the file "
                      "nor on the server.",
                      queue.name, dead_letters));
    }
    if (dead_letters.empty() || is_there || done_.contains(dead_letters)) {
      add_named(Thing::queue, queue, there);
    } else {
      Queue without = queue;
      without.attributes.erase("RedrivePolicy");
      add_named(Thing::queue, without, there);
      add_redrive(queue);
    }
    done_.insert(queue.name);
  }

  void add_redrive(const Queue& queue) {
    const std::string& policy = queue.attributes.at("RedrivePolicy");
    after_queues_.push_back({.action = Action::change,
                             .thing = Thing::queue,
                             .name = queue.name,
                             .attributes = {{"RedrivePolicy", policy}},
                             .changes = {{.name = "RedrivePolicy", .from = {}, .to = policy}}});
  }

  template <class Named>
  void add_named(Thing thing, const Named& wanted, const Named* there) {
    Step step{.action = there == nullptr ? Action::create : Action::keep,
              .thing = thing,
              .name = wanted.name};
    static const Named nothing{};
    const Named& before = there == nullptr ? nothing : *there;
    compare(wanted.attributes, before.attributes, "", step.attributes, step.changes);
    compare(wanted.tags, before.tags, "tag ", step.tags, step.changes);
    if (there != nullptr) {
      for (const std::string fixed : {"FifoQueue", "FifoTopic"}) {
        if (!step.attributes.contains(fixed)) continue;
        problems_.push_back(fmt::format(
            "{}: {} cannot be changed once it is there. Make another one, or delete it first.",
            wanted.name, fixed));
      }
      if (!step.changes.empty()) step.action = Action::change;
    }
    plan_.steps.push_back(std::move(step));
  }

  void add_subscription(const Subscription& wanted) {
    Step step{.action = Action::create,
              .thing = Thing::subscription,
              .name = name_of(wanted),
              .subscription = wanted};
    if (find(wanted_.topics, wanted.topic) == nullptr &&
        find(existing_.topics, wanted.topic) == nullptr) {
      problems_.push_back(
          fmt::format("{}: There is no topic {}, neither in the file nor on the "
                      "server.",
                      step.name, wanted.topic));
    }
    const auto there = std::ranges::find_if(
        existing_.subscriptions,
        [&](const ExistingSubscription& each) { return is_same(each.subscription, wanted); });
    Attributes before;
    if (there != existing_.subscriptions.end()) {
      step.action = Action::keep;
      step.arn = there->arn;
      before = there->subscription.attributes;
    }
    if (step.action == Action::create || !step.arn.empty())
      compare(wanted.attributes, before, "", step.attributes, step.changes);
    if (step.action == Action::keep && !step.changes.empty()) step.action = Action::change;
    plan_.steps.push_back(std::move(step));
  }

  // Subscriptions go first, and dead-letter queues last.
  void prune() {
    for (const ExistingSubscription& each : existing_.subscriptions) {
      const auto is_it = [&](const Subscription& one) { return is_same(one, each.subscription); };
      if (std::ranges::any_of(wanted_.subscriptions, is_it) || each.arn.empty()) continue;
      plan_.steps.push_back({.action = Action::remove,
                             .thing = Thing::subscription,
                             .name = name_of(each.subscription),
                             .subscription = each.subscription,
                             .arn = each.arn});
    }
    for (const Topic& each : existing_.topics) {
      if (find(wanted_.topics, each.name) != nullptr) continue;
      plan_.steps.push_back({.action = Action::remove, .thing = Thing::topic, .name = each.name});
    }
    std::set<std::string> targets;
    for (const Queue& each : existing_.queues) targets.insert(dead_letter_queue(each));
    for (const bool is_target : {false, true}) {
      for (const Queue& each : existing_.queues) {
        if (find(wanted_.queues, each.name) != nullptr) continue;
        if (targets.contains(each.name) != is_target) continue;
        plan_.steps.push_back({.action = Action::remove, .thing = Thing::queue, .name = each.name});
      }
    }
  }

  static bool is_same(const Subscription& one, const Subscription& other) {
    return one.topic == other.topic && one.protocol == other.protocol &&
           one.endpoint == other.endpoint;
  }

  static std::string name_of(const Subscription& subscription) {
    const bool is_queue = subscription.protocol == "sqs";
    return fmt::format("{} -> {}", subscription.topic,
                       is_queue ? name_in_arn(subscription.endpoint) : subscription.endpoint);
  }

  const Topology& wanted_;
  const Existing& existing_;
  Plan plan_;
  Problems problems_;
  std::set<std::string> begun_;
  std::set<std::string> done_;
  std::vector<Step> after_queues_;
};

std::string_view sign_of(Action action) {
  switch (action) {
    case Action::create:
      return "+ create";
    case Action::change:
      return "~ change";
    case Action::keep:
      return "= unchanged";
    case Action::remove:
      return "- delete";
  }
  return "";
}

}  // namespace

std::string dead_letter_queue(const Queue& queue) {
  const auto policy = value_of(queue.attributes, "RedrivePolicy");
  boost::system::error_code error;
  const json::value read = json::parse(policy.value_or(""), error);
  if (error || !read.is_object()) return "";
  const json::value* arn = read.get_object().if_contains("deadLetterTargetArn");
  return arn != nullptr && arn->is_string() ? name_in_arn(std::string_view(arn->get_string())) : "";
}

bool Plan::changes_nothing() const {
  return std::ranges::all_of(steps, [](const Step& each) { return each.action == Action::keep; });
}

Checked<Plan> plan(const Topology& wanted, const Existing& existing, Pruning pruning) {
  return Planner(wanted, existing).plan(pruning);
}

std::string_view name_of(Action action) {
  switch (action) {
    case Action::create:
      return "create";
    case Action::change:
      return "change";
    case Action::keep:
      return "keep";
    case Action::remove:
      return "delete";
  }
  return "";
}

std::string_view name_of(Thing thing) {
  switch (thing) {
    case Thing::queue:
      return "queue";
    case Thing::topic:
      return "topic";
    case Thing::subscription:
      return "subscription";
  }
  return "";
}

std::string summary_of(const Plan& plan) {
  const auto count = [&](Action action) {
    return std::ranges::count(plan.steps, action, &Step::action);
  };
  return fmt::format("{} created, {} changed, {} deleted, {} unchanged", count(Action::create),
                     count(Action::change), count(Action::remove), count(Action::keep));
}

std::string text_of(const Plan& plan) {
  std::string text;
  for (const Step& each : plan.steps) {
    text += fmt::format("{} {} {}\n", sign_of(each.action), name_of(each.thing), each.name);
    for (const Change& change : each.changes) {
      text += each.action == Action::create
                  ? fmt::format("    {}: {}\n", change.name, change.to)
                  : fmt::format("    {}: {} -> {}\n", change.name, change.from.value_or("not set"),
                                change.to);
    }
  }
  return text;
}

}  // namespace mailrail::topology
