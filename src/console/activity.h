// Activity: what operators have done lately: who made, changed, emptied or deleted what, and what
// came of it.
//
// It is kept in memory, the last few hundred, and begins anew with the process. Calls that only
// look, and those by which messages pass, are no part of it. Any thread may add to it or read it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "auth/rights.h"
#include "base/time.h"

namespace mailrail::console {

struct OperatorAction {
  Instant at;
  std::string who;           // The name of a key; of nobody in particular, the address.
  std::string_view service;  // `sns` if its target is a topic.
  std::string action;        // `PurgeQueue`
  std::string target;        // The name of a queue or topic; empty: none.
  std::string code;          // Why it was refused; empty: it was not.
};

class Activity {
 public:
  static constexpr std::size_t kept_max = 500;

  // Whether an action that takes this right is one to be told.
  static bool is_audited(const auth::Right& right);

  void add(OperatorAction action);
  // Those from that number on, and the number that the next one gets.
  struct Told {
    std::vector<OperatorAction> actions;
    std::uint64_t next;
    std::uint64_t missed;  // That are kept no more.
  };
  Told from(std::uint64_t number) const;

 private:
  mutable std::mutex mutex_;
  std::deque<OperatorAction> actions_;
  std::uint64_t next_ = 0;
};

// As events are listed.
std::string text_of(const std::vector<OperatorAction>& actions);

}  // namespace mailrail::console
