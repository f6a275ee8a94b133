#include "ops/shared_hold.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "broker/replay.h"
#include "ops/state_writer.h"

namespace mailrail::ops {
namespace {

Result<log::Followed> follow_to_end(log::SharedLog& log, const FrameVisit& visit) {
  for (;;) {
    log::Followed followed = TRY(log.follow(visit));
    if (followed.is_void)
      return fail(errors::io, "The log was changed by somebody else while it was read. Try again.");
    if (followed.behind == 0) return followed;
  }
}

std::unexpected<Error> in_use(const log::LogOwner& owner) {
  const std::string at = owner.address.empty() ? "" : " at " + owner.address;
  return fail(errors::unusable,
              fmt::format("The log is in use by {}{}; stop every server that is on it first.",
                          owner.node, at));
}

Result<void> ignore(const log::Frame&) { return {}; }

}  // namespace

Result<log::Followed> expect_unused(log::SharedLog& log,
                                    const FrameVisit& visit,
                                    const Pause& pause) {
  std::optional<log::SignsOfLife> before;
  for (int look = 1;; ++look) {
    log::Followed seen = TRY(follow_to_end(log, visit));
    if (!seen.lease.owner) return seen;
    if (before && *before != seen.signs()) return in_use(*seen.lease.owner);
    if (look == looks_at_owner) return seen;
    before = seen.signs();
    pause(1s);
  }
}

SharedHold::~SharedHold() {
  if (is_held_) (void)log_->close();  // Else its lease runs out.
}

Result<void> SharedHold::take(const FrameVisit& visit, const Pause& pause) {
  const log::Followed seen = TRY(expect_unused(*log_, visit, pause));
  is_held_ = TRY(log_->take_over(seen.lease, self_));
  if (!is_held_) {
    return fail(errors::unusable,
                "Somebody else has taken the log just now; stop every server that is on it first.");
  }
  TRY(follow_to_end(*log_, visit));
  return {};
}

Result<void> SharedHold::keep() {
  const log::Appended renewed = log_->renew();
  if (renewed.outcome == log::Outcome::durable) return {};
  is_held_ = false;
  return fail(errors::io, renewed.reason);
}

Result<void> SharedHold::give_back() {
  is_held_ = false;
  return log_->close();
}

Result<Instant> SharedSource::replay(engine::Engine& engine) {
  log::SharedLog& log = hold_.log();
  Instant time = log.checkpoint() ? log.checkpoint()->time : Instant{};
  const FrameVisit note = [&](const log::Frame& frame) -> Result<void> {
    time = std::max(time, frame.time);
    return {};
  };
  TRY(broker::replay(log, engine, note));
  const FrameVisit apply = [&](const log::Frame& frame) -> Result<void> {
    TRY(note(frame));
    return broker::replay(log, engine, frame);
  };
  TRY(hold_.take(apply, pause_));
  return time;
}

Result<std::unique_ptr<SharedTarget>> SharedTarget::take(const Open& open,
                                                         const log::LogOwner& self,
                                                         const Pause& pause,
                                                         const std::string& name) {
  std::unique_ptr<log::SharedLog> log = TRY(open());
  auto target = std::unique_ptr<SharedTarget>(new SharedTarget(open, std::move(log), self));
  TRY(target->hold_.take(&ignore, pause));
  // What it holds, now that nobody else can write to it.
  const std::unique_ptr<log::SharedLog> found = TRY(open());
  if (TRY(holding_of(*found)) != Holding::state) return target;
  return fail(errors::unusable,
              fmt::format("{} is not empty. Name a log that is not there yet.", name));
}

Result<log::LogStore*> SharedTarget::reopen() {
  again_ = TRY(open_());
  return again_.get();
}

}  // namespace mailrail::ops
