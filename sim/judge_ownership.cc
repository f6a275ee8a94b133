#include <algorithm>

#include <fmt/format.h>

#include "sim/judge.h"
#include "sim/reign.h"
#include "sim/sim_call.h"

namespace mailrail::sim {

// Who takes over finds it, or has found it.
void Judge::durable_of_deposed(const log::Frame& frame) {
  meet("a frame was durable when its owner was deposed");
  if (in_flight_ && in_flight_->frame.get() == &frame) return frame_durable();
  const bool is_known = std::ranges::any_of(durable_, [&](const log::SharedFrame& each) {
    return each->position == frame.position && each->payload == frame.payload;
  });
  if (!is_known)
    report(Law::ownership,
           fmt::format("frame {} is durable for an owner that was deposed, and for no other",
                       frame.position.value()));
}

// Who is deposed at any time may for a short while still tell what is in the log, and what it read
// there.
void Judge::told_by_deposed(const SimCall& call, const Reign& reign) {
  const std::uint64_t number = call.command().number;
  note(fmt::format("  told {} by a deposed owner", number));
  meet("a deposed owner told something");
  if (!is_promoted_at_any_time_ && reign.is_succeeded())
    return report(Law::ownership,
                  fmt::format("command {} was answered when another served", number));
  const auto answer = answers_.find(number);
  const bool is_ahead = answer != answers_.end() && answer->second.needed > durable_end();
  const bool is_undone = is_ahead || undone_.contains(number);
  if (call.was_decided_late() ? call.changed_something_late() : is_undone)
    report(Law::ownership,
           fmt::format("command {} was told what is not in the log by a deposed owner", number));
}

// It may know more already than anybody was told of.
void Judge::followed(const log::Frame& last,
                     const std::optional<log::CheckpointSpan>& checkpoint,
                     const engine::Engine& engine) {
  if (has_given_up() || durable_.empty() || durable_.back()->position != last.position) return;
  meet("a follower was compared");
  check_state(engine, checkpoint ? checkpoint->time : Instant());
}

}  // namespace mailrail::sim
