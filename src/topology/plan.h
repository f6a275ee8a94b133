// What to do so that a server has what a topology asks for: nothing more, and in an order in which
// each step finds what it needs.
//
// Pure: from what is wanted and what is there to a list of steps. What the topology does not speak
// of stays as it is, attributes and tags included. Planned against its own outcome, nothing is left
// to do.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topology/problems.h"
#include "topology/topology.h"

namespace mailrail::topology {

struct ExistingSubscription {
  Subscription subscription;
  std::string arn;  // Empty while it waits to be confirmed: then nobody can look into it.
};

struct Existing {
  std::vector<Queue> queues = {};
  std::vector<Topic> topics = {};
  std::vector<ExistingSubscription> subscriptions = {};
};

enum class Action : std::uint8_t { create, change, keep, remove };
enum class Thing : std::uint8_t { queue, topic, subscription };

struct Change {
  std::string name;                 // Of an attribute, or "tag NAME".
  std::optional<std::string> from;  // Nothing if it was not set.
  std::string to;

  friend bool operator==(const Change&, const Change&) = default;
};

struct Step {
  Action action;
  Thing thing;
  std::string name;            // A subscription's is "TOPIC -> ENDPOINT".
  Attributes attributes = {};  // To be set by this step, and no others.
  Attributes tags = {};
  std::vector<Change> changes = {};  // The same, as people compare it.
  Subscription subscription = {};    // Which, if it is one.
  std::string arn = {};              // Of a subscription that is there.
};

enum class Pruning : std::uint8_t { off, on };

struct Plan {
  std::vector<Step> steps = {};

  bool changes_nothing() const;
};

// Its name; empty if there is none.
std::string dead_letter_queue(const Queue& queue);

// The problems are what a server cannot be made to do, like turning a queue into a FIFO queue, and
// dead-letter queues that nobody makes.
Checked<Plan> plan(const Topology& wanted, const Existing& existing, Pruning pruning);

std::string_view name_of(Action action);  // "create"
std::string_view name_of(Thing thing);    // "queue"

// "2 created, 0 changed, 0 deleted, 3 unchanged".
std::string summary_of(const Plan& plan);

// A line for each step, and under a change one for each of its attributes.
std::string text_of(const Plan& plan);

}  // namespace mailrail::topology
