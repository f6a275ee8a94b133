// Ownership: whether this process certainly still owns its log, and so may tell what is in it.
//
// A directory is owned for as long as its lock is held. A log that several processes share is owned
// as long as nobody has taken it over, which an append or a renewal that succeeds shows for the
// moment when it began; a while later, shorter than others wait before they take over, nothing is
// told any more until the next one succeeds. So a process that was stopped and wakes up tells
// nothing that another owner may contradict.

#pragma once

#include <atomic>
#include <cstdint>

#include "base/permit.h"
#include "base/time.h"

namespace mailrail::server {

// Of those who share a log. Each is longer than the one before.
struct OwnershipTimes {
  Duration renewed_after = 1s;  // Without an append an owner shows this often that it lives.
  Duration calls_for = 2s;      // Since it last knew, or since it began to ask, it takes new calls,
  Duration certain_for = 3s;    // and tells what it has decided.
  Duration silence = 4s;        // Of an owner, until others try to take over.
};

// Milliseconds that pass while the machine sleeps, too. Seam: tests turn them by hand.
using ReadBootTime = Duration (*)();
Duration boot_time();

class Ownership final : public Permit {
 public:
  // Of a directory: always certain.
  Ownership() : is_leased_(false) {}
  // Of a shared log: not certain before something succeeds.
  explicit Ownership(const OwnershipTimes& times, ReadBootTime read_time = &boot_time)
      : is_leased_(true), times_(times), now_(read_time) {}

  // By the thread that asks the log, around each append, renewal and take-over.
  void begins();
  void succeeded();
  // Nothing succeeds any more until something begins again.
  void ended();

  // Any thread: that what was decided may be told.
  bool is_valid() const override;
  // Any thread: new calls are worth deciding.
  bool takes_calls() const;
  // When the log should be asked again, in boot time.
  Duration next_renewal() const;

  bool is_leased() const { return is_leased_; }
  Duration now() const { return now_(); }

 private:
  static constexpr std::int64_t never = -1;

  const bool is_leased_;
  const OwnershipTimes times_ = {};
  const ReadBootTime now_ = &boot_time;
  std::atomic<std::int64_t> begun_ = never;      // The last that began,
  std::atomic<std::int64_t> confirmed_ = never;  // and when the last that succeeded did.
  std::atomic<bool> is_under_way_ = false;
};

}  // namespace mailrail::server
