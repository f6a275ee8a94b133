#include "sim/node.h"

#include <algorithm>

#include <fmt/format.h>

#include "broker/replay.h"

namespace mailrail::sim {
namespace {

constexpr Duration silence_min = 4s;
constexpr int looks_min = 3;
constexpr std::uint64_t skew_max = 3000;  // Of wall clocks, in milliseconds.

}  // namespace

// --- Following.

void Node::start() {
  const Busy busy(is_busy_);
  const Result<void> begun = begin();
  if (begun) return;
  log_.reset();
  if (begun.error().kind != &errors::unreachable)
    world_.process.judge.report(Law::loss, "the log cannot be opened: " + begun.error().message);
}

Result<void> Node::begin() {
  const Process::World& world = world_.process;
  log_ = TRY(log::PostgresLog::open(world_.databases, world_.log));
  engine_ = std::make_unique<engine::Engine>(world.random.next(), world.strictness);
  frames_.clear();
  TRY(broker::replay(*log_, *engine_, [&](const log::Frame& each) -> Result<void> {
    frames_.push_back(each);
    return {};
  }));
  is_taking_over_ = false;
  sign_.reset();
  return {};
}

void Node::crash() {
  process_.reset();
  log_.reset();
  reign_.reset();
  inbox_.clear();
  is_taking_over_ = false;
  is_asleep_ = false;
}

std::optional<log::Followed> Node::follow() {
  const auto followed = log_->follow([&](const log::Frame& frame) {
    frames_.push_back(frame);
    return broker::replay(*log_, *engine_, frame);
  });
  if (followed && !followed->is_void) return *followed;
  if (followed) world_.process.judge.meet("a follower had to begin again");
  const bool is_lost = followed || followed.error().kind != &errors::unreachable;
  if (!followed && is_lost)
    world_.process.judge.report(Law::loss,
                                "the log cannot be followed: " + followed.error().message);
  if (is_lost) crash();
  return std::nullopt;
}

void Node::look() {
  const Busy busy(is_busy_);
  const std::optional<log::Followed> followed = follow();
  if (!followed) return;
  see(*followed);
  if (followed->behind == 0 && !frames_.empty())
    world_.process.judge.followed(frames_.back(), log_->checkpoint(), *engine_);
}

// An owner that showed it began to before it could be seen.
void Node::see(const log::Followed& followed) {
  Sign sign{.lease = followed.lease, .log_end = followed.log_end};
  looks_ = sign_ == sign ? looks_ + 1 : 1;
  if (sign_ == sign) return;
  sign_ = std::move(sign);
  seen_at_ = world_.clock;
}

bool Node::may_take_over() const {
  if (!is_follower() || !sign_) return false;
  if (!sign_->lease.owner) return true;
  return world_.clock - seen_at_ >= silence_min && looks_ >= looks_min;
}

// --- Taking over.

void Node::take_over() {
  if (!sign_) return;
  const Busy busy(is_busy_);
  Judge& judge = world_.process.judge;
  const Result<bool> taken =
      log_->take_over(sign_->lease, {.node = name_, .address = name_ + ":4566"});
  if (!taken && taken.error().kind != &errors::unreachable)
    return judge.report(Law::loss, "the log cannot be taken over: " + taken.error().message);
  if (!taken) return judge.meet("a take-over did not come to its end");
  if (!*taken) return judge.meet("a take-over came too late");
  judge.note(fmt::format("{} has taken over", name_));
  is_taking_over_ = true;
  serves_at_.reset();
  epoch_ = log_->epoch();
  reign_ = std::make_unique<Reign>(world_.clock);
  world_.took_over(*this);
  read_rest();
}

// An owner that has appended something since the last look may tell what is in the log for a while.
void Node::read_rest() {
  const Sabotage::What what = world_.process.sabotage.what;
  for (std::uint64_t behind = what == Sabotage::What::reads_no_rest ? 0 : 1; behind > 0;) {
    const std::optional<log::Followed> followed = follow();
    if (!followed) return;
    behind = followed->behind;
    const bool was_alive = followed->log_end != sign_->log_end;
    if (was_alive && !serves_at_ && what != Sabotage::What::serves_at_once) {
      serves_at_ = world_.clock + Reign::certain_for;
      world_.process.judge.meet("an owner had shown a sign of life when it was deposed");
    }
  }
  if (!serves_at_ || *serves_at_ <= world_.clock) serve();
}

void Node::serve() {
  Process::Recovered recovered{.log = nullptr,
                               .engine = std::move(engine_),
                               .frames = std::move(frames_),
                               .last = Instant{}};
  if (const auto checkpoint = log_->checkpoint()) recovered.last = checkpoint->time;
  for (const log::Frame& each : recovered.frames) {
    recovered.last = std::max(recovered.last, each.time);
    recovered.replayed_bytes += each.payload.size();
  }
  recovered.log = std::move(log_);
  is_taking_over_ = false;
  const Instant wall = world_.clock + Duration(world_.process.random.below(skew_max));
  world_.serves(*this);
  process_ = Process::start(world_.process, std::move(recovered), *reign_, wall);
  turned_at_ = world_.clock;
}

// --- Serving.

void Node::step() {
  if (is_down()) return start();
  const Busy busy(is_busy_);
  if (is_taking_over_) return read_rest();
  if (!is_owner()) return;
  turn();
  process_->work();
  end_if_failed();
}

void Node::turn() {
  std::vector<std::unique_ptr<broker::Call>> calls;
  for (Command& each : std::exchange(inbox_, {})) {
    calls.push_back(std::make_unique<SimCall>(std::move(each), world_.process.judge,
                                              world_.process.sabotage, *reign_));
  }
  const Duration passed = world_.clock - turned_at_;
  turned_at_ = world_.clock;
  process_->turn(process_->now() + passed, std::move(calls));
}

void Node::end_if_failed() {
  if (!process_->has_failed()) return;
  Judge& judge = world_.process.judge;
  judge.note(fmt::format("{} has failed", name_));
  judge.meet(process_->was_fenced() ? "an owner was fenced" : "an owner lost its database");
  if (process_->was_fenced() && epoch_ == world_.database.newest_epoch())
    judge.report(Law::ownership, name_ + " was fenced although nobody has taken over");
  crash();
}

void Node::finish() {
  const Busy busy(is_busy_);
  turn();
  process_->finish();
  end_if_failed();
}

std::optional<log::Space> Node::stop() {
  const Busy busy(is_busy_);
  turn();
  const bool has_stopped = process_->stop();
  const log::Space space = process_->log().space();
  crash();
  if (!has_stopped) return std::nullopt;
  world_.process.judge.meet("an owner gave the log back");
  return space;
}

}  // namespace mailrail::sim
