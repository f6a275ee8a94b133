// Follower: a shared log that others append to, and the engine that holds the same state as its
// owner's.
//
// It has no thread; whoever drives it looks again and again. When it has taken the log over it is
// given up for a Term. After an error other than `unreachable` it is of no use any more: begin with
// another one.

#pragma once

#include <functional>
#include <memory>

#include "base/random.h"
#include "engine/engine.h"
#include "log/shared_log.h"
#include "server/limits.h"
#include "server/shared_log_options.h"
#include "server/term.h"

namespace mailrail::server {

class Follower {
 public:
  struct Options {
    OpenSharedLog open_log;
    Limits limits;
    engine::Strictness strictness = engine::Strictness::lenient;
    std::function<bool()> is_unwanted;  // Asked now and then: the process ends.
  };
  // Opens the log and replays it. `random` seeds what hashes.
  static Result<std::unique_ptr<Follower>> open(const Options& options, Random& random);

  // Applies what is new, some megabytes at most, and tells what the log showed.
  Result<log::Followed> look();
  const log::Followed& last_look() const { return last_look_; }

  // False if the lease is not what the last look showed. Then look until nothing is behind.
  Result<bool> take_over(const log::LogOwner& owner);
  std::uint64_t epoch() const { return log_->epoch(); }
  const engine::Engine& engine() const { return *engine_; }

  // The end of this object.
  ReplayedLog give_up();

 private:
  Follower(std::unique_ptr<log::SharedLog> log, std::unique_ptr<engine::Engine> engine)
      : log_(std::move(log)), engine_(std::move(engine)) {}
  Result<void> replay(const Options& options);
  void count(const log::Frame& frame);

  std::unique_ptr<log::SharedLog> log_;
  std::unique_ptr<engine::Engine> engine_;
  log::Followed last_look_;
  Instant last_time_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace mailrail::server
