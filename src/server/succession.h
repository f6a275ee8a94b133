// Succession: when a follower of a shared log should try to take it over.
//
// At once if nobody owns it, or if its owner is this very node, whose directory only one process
// can hold; else when the owner has shown no sign of life for a while, in several looks. It has no
// thread and no clock. If it is wrong nothing but time is lost: the log fences whoever owned it
// before.

#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "log/shared_log.h"
#include "server/ownership.h"

namespace mailrail::server {

class Succession {
 public:
  struct Options {
    std::string node;
    Duration silence = OwnershipTimes().silence;  // Of the owner.
    int looks_min = 3;
    // A node that has just stepped down leaves the log to another, if there is one.
    bool lets_others_go_first = false;
  };
  explicit Succession(Options options) : options_(std::move(options)) {}

  // When the log was asked, and when its answer was here. What it shows is of some moment between,
  // which may be long if this process slept. Of a clock that never goes back and never stops.
  struct Look {
    Duration asked;
    Duration answered;
  };
  void saw(const log::Followed& followed, const Look& look);
  // A look failed: nobody knows what the owner did meanwhile, so the waiting begins again.
  void saw_nothing() { last_.reset(); }

  bool is_due() const;

  // From when on the last look's owner may tell nothing more, if it has shown no sign of life since
  // then: `certain_for` after its last one. At once if the log was given back, or was this node's.
  Duration muted_from(Duration certain_for) const;

 private:
  const Options options_;
  std::optional<log::SignsOfLife> last_;
  Duration since_{};  // They have been the same, at least
  Duration until_{};  // until then, in so many looks.
  int looks_ = 0;
};

}  // namespace mailrail::server
