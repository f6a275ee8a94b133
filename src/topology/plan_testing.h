// What a server would have after a plan, for tests: each step does what it says, and nothing more.
//
// So a test can plan, act, and plan again, without a server.

#pragma once

#include <algorithm>
#include <vector>

#include "topology/plan.h"

namespace mailrail::topology {

template <class Named>
void set_named(const Step& step, std::vector<Named>& all) {
  auto found = std::ranges::find(all, step.name, &Named::name);
  if (found == all.end()) found = all.insert(all.end(), Named{.name = step.name});
  for (const auto& [name, value] : step.attributes) found->attributes[name] = value;
  for (const auto& [name, value] : step.tags) found->tags[name] = value;
}

inline Existing after(Existing existing, const Plan& plan) {
  for (const Step& each : plan.steps) {
    if (each.thing == Thing::queue) set_named(each, existing.queues);
    if (each.thing == Thing::topic) set_named(each, existing.topics);
    if (each.thing == Thing::subscription && each.action == Action::create) {
      existing.subscriptions.push_back({.subscription = each.subscription, .arn = "arn"});
      existing.subscriptions.back().subscription.attributes = each.attributes;
    }
  }
  return existing;
}

}  // namespace mailrail::topology
