// Filter policies: which messages of a topic a subscription gets.
//
// A policy is parsed and checked when it is set, in AWS's words, and compiled into tables. Matching
// it with an Event then takes no memory, so that a publish can be matched with the policies of a
// thousand subscriptions. Keys are ANDed, the values of a key are ORed, `$or` is what it says; each
// key is looked at by itself, so that two keys may be met by different elements of an array.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/topic.h"
#include "sns/filter_event.h"
#include "sns/filter_pattern.h"

namespace mailrail::sns {

using engine::FilterScope;

// All of it must be met.
struct FilterConditions {
  struct Key {
    PropertyPath path;
    KeyPatterns patterns;
    std::string source;  // The patterns as the policy has them, to tell why one did not match.
  };

  std::vector<Key> keys;
  std::vector<std::vector<FilterConditions>> alternatives;  // Of each `$or`, one.
};

struct FilterPolicy {
  FilterScope scope = FilterScope::message_attributes;
  FilterConditions conditions;  // None at all match every message.
};

// The error has the reason alone, as filter_errors.h says.
Result<FilterPolicy> parse_filter_policy(std::string_view text, FilterScope scope);

bool matches(const FilterPolicy& policy, const Event& event);

enum class FilterMismatchReason : std::uint8_t {
  body_is_no_object,
  nothing_there,  // No attribute, no member: only a policy without keys matches that.
  key_is_absent,
  no_value_taken,
  no_branch_met,  // Of an `$or`.
};

// The first thing in a policy that kept an event from matching.
struct FilterMismatch {
  FilterMismatchReason reason;
  std::string key = {};                           // Its dotted path.
  std::string condition = {};                     // What the policy asks of it, as JSON.
  std::string found = {};                         // Values that the event has there, as JSON.
  std::vector<FilterMismatch> alternatives = {};  // Of each branch.

  friend bool operator==(const FilterMismatch&, const FilterMismatch&) = default;
};

// Nothing if it matches.
std::optional<FilterMismatch> explain_mismatch(const FilterPolicy& policy, const Event& event);

// A sentence for a person, without a full stop.
std::string describe(const FilterMismatch& mismatch);

}  // namespace mailrail::sns
