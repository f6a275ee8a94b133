// Reign: the time in which one server owns its log.
//
// Of a log on a disk it ends with the server. Of a shared log another may end it at any time: a
// server that does not know yet goes on deciding, and nobody judges that, because nothing of it
// lasts. What it has decided it tells only while something began a short time ago that only an
// owner can do, and was done: then nobody else tells anything.

#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace mailrail::sim {

class Reign {
 public:
  static constexpr Duration certain_for = 3s;
  static constexpr Duration renewed_after = 1s;

  Reign() = default;
  // Of a shared log. The clock goes on while the server sleeps.
  explicit Reign(const Instant& clock) : clock_(&clock) {}

  bool is_over() const { return is_over_; }
  void end() { is_over_ = true; }
  // Another serves.
  bool is_succeeded() const { return is_succeeded_; }
  void succeed() { is_over_ = is_succeeded_ = true; }

  Instant now() const { return clock_ == nullptr ? Instant{} : *clock_; }
  void confirm(Instant began) { confirmed_ = std::max(confirmed_.value_or(began), began); }
  bool is_certain() const {
    return clock_ == nullptr || (confirmed_ && now() - *confirmed_ < certain_for);
  }
  bool wants_renewal() const {
    return clock_ != nullptr && (!confirmed_ || now() - *confirmed_ >= renewed_after);
  }

 private:
  const Instant* clock_ = nullptr;  // None: of a disk.
  std::optional<Instant> confirmed_;
  bool is_over_ = false;
  bool is_succeeded_ = false;
};

}  // namespace mailrail::sim
