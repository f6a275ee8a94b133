#include "server/follower.h"

#include <algorithm>
#include <utility>

#include "broker/replay.h"

namespace mailrail::server {

Result<std::unique_ptr<Follower>> Follower::open(const Options& options, Random& random) {
  std::unique_ptr<log::SharedLog> log = TRY(options.open_log());
  auto engine = std::make_unique<engine::Engine>(random.next(), options.strictness);
  std::unique_ptr<Follower> follower(new Follower(std::move(log), std::move(engine)));
  TRY(follower->replay(options));
  return follower;
}

Result<void> Follower::replay(const Options& options) {
  TRY(options.limits.expect_room_for(log_->space().unit_bytes));
  if (const auto span = log_->checkpoint()) last_time_ = span->time;
  return broker::replay(*log_, *engine_, [&](const log::Frame& frame) -> Result<void> {
    count(frame);
    if (options.is_unwanted()) return fail(errors::io, "mailrail stops.");
    return {};
  });
}

void Follower::count(const log::Frame& frame) {
  last_time_ = std::max(last_time_, frame.time);
  bytes_ += frame.payload.size();
}

Result<log::Followed> Follower::look() {
  const auto visit = [this](const log::Frame& frame) -> Result<void> {
    TRY(broker::replay(*log_, *engine_, frame));
    count(frame);
    return {};
  };
  last_look_ = TRY(log_->follow(visit));
  return last_look_;
}

Result<bool> Follower::take_over(const log::LogOwner& owner) {
  return log_->take_over(last_look_.lease, owner);
}

ReplayedLog Follower::give_up() {
  log::SharedLog* const shared = log_.get();
  return {.log = std::move(log_),
          .engine = std::move(engine_),
          .shared = shared,
          .last_time = last_time_,
          .bytes = bytes_};
}

}  // namespace mailrail::server
