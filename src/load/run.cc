#include "load/run.h"

#include <algorithm>
#include <utility>

namespace mailrail::load {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

// When nothing more comes, what has not come is lost; and when all has come, what comes yet is one
// too many.
constexpr auto patience = 10s;
constexpr auto linger = 250ms;
constexpr std::uint32_t filling_producers = 16;
constexpr int long_poll_seconds = 20;

void add_to(Verdict& sum, const Verdict& one) {
  sum.acknowledged += one.acknowledged;
  sum.received += one.received;
  sum.lost += one.lost;
  sum.repeated += one.repeated;
  sum.out_of_order += one.out_of_order;
  sum.overlapping += one.overlapping;
  sum.foreign += one.foreign;
  sum.examples.insert(sum.examples.end(), one.examples.begin(), one.examples.end());
}

}  // namespace

Run::Run(const Plan& plan, Watch watch)
    : plan_(plan),
      watch_(std::move(watch)),
      filling_{.sending = Sending::in_batches,
               .batch_size = plan.batch_size_before,
               .target = plan.target,
               .requests = plan.producing_by,
               .script = plan.script,
               .figures = filling_figures_,
               .messages_max = plan.messages_before},
      production_{.sending = plan.sending,
                  .batch_size = plan.batch_size,
                  .target = plan.target,
                  .requests = plan.producing_by,
                  .script = plan.script,
                  .figures = figures_,
                  .messages_max = plan.messages_max} {
  if (plan.consumers == 0) return;  // Nobody would tell a judge what came.
  for (const std::string& each : plan.queue_urls) {
    judges_.push_back(std::make_unique<Judge>(plan.order));
    filling_.judges.push_back(judges_.back().get());
    production_.judges.push_back(judges_.back().get());
    consumptions_.push_back(
        std::make_unique<Consumption>(Consumption{.queue_url = each,
                                                  .wait_seconds = long_poll_seconds,
                                                  .work = plan.work,
                                                  .visibility_timeout = plan.visibility_timeout,
                                                  .requests = plan.consuming_by,
                                                  .figures = figures_,
                                                  .judge = judges_.back().get()}));
  }
}

Result<void> Run::prepare() {
  if (plan_.messages_before == 0) return {};
  Loop loop;
  TRY(add_producers(loop, filling_, filling_producers));
  loop.run([this](Time) {
    const Loop::Tick told = watch_(progress());
    was_interrupted_ = told == Loop::Tick::enough;
    return told;
  });
  figures_.errors = filling_figures_.errors;
  figures_.first_error = filling_figures_.first_error;
  return {};
}

Result<void> Run::run() {
  if (!was_interrupted_) TRY(measure());
  if (was_interrupted_ || !has_given_up_) return {};
  for (const auto& each : consumptions_)
    if (each->answered > 0) each->judge->finish();
  return {};
}

Result<void> Run::measure() {
  Loop loop;
  TRY(add_producers(loop, production_, plan_.producers));
  TRY(add_consumers(loop));
  const Time start = Clock::now();
  figures_.window.from = start + plan_.warm_up;
  if (plan_.duration > 0ns) {
    figures_.window.until = figures_.window.from + plan_.duration;
    production_.ends_at = figures_.window.until;
  }
  if (plan_.per_second) production_.schedule = Schedule(start, *plan_.per_second);
  progressed_at_ = start;
  loop.run([this](Time now) { return tick(now); });
  ended_at_ = Clock::now();
  return {};
}

Result<void> Run::add_producers(Loop& loop, Production& production, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    roles_.push_back(std::make_unique<Producer>(production, Part{.number = i, .of = count}));
    TRY(loop.add(plan_.producing_at, *roles_.back()));
  }
  return {};
}

Result<void> Run::add_consumers(Loop& loop) {
  for (std::uint32_t i = 0; i < plan_.consumers; ++i) {
    roles_.push_back(std::make_unique<Consumer>(*consumptions_[i % consumptions_.size()]));
    TRY(loop.add(plan_.consuming_at, *roles_.back()));
  }
  return {};
}

Loop::Tick Run::tick(Time now) {
  if (watch_(progress()) == Loop::Tick::enough) {
    was_interrupted_ = true;
    return Loop::Tick::enough;
  }
  const std::uint64_t received = progress().received;
  if (std::exchange(received_before_, received) != received || production_.producing > 0)
    progressed_at_ = now;
  if (plan_.consumers == 0 || production_.producing > 0) return Loop::Tick::go_on;
  if (is_settled()) {
    if (!settled_at_) settled_at_ = now;
    return now - *settled_at_ >= linger ? Loop::Tick::enough : Loop::Tick::go_on;
  }
  if (may_still_come(now)) return Loop::Tick::go_on;
  has_given_up_ = true;
  return Loop::Tick::enough;
}

bool Run::is_settled() const {
  return std::ranges::all_of(judges_, [](const auto& each) { return each->outstanding() == 0; });
}

// What was not received by anybody may be missing only because nobody could ask for it.
bool Run::is_complete() const {
  return std::ranges::all_of(consumptions_, [this](const auto& each) {
    return each->judge->outstanding() == 0 || (has_given_up_ && each->answered > 0);
  });
}

// What went with a lost reply is shown again when its time is over.
bool Run::may_still_come(Time now) const {
  const bool somebody_waits = std::ranges::any_of(consumptions_, [](const auto& each) {
    return each->consuming > 0 && each->judge->outstanding() > 0;
  });
  if (!somebody_waits) return false;
  const bool some_are_hidden = figures_.errors > 0;
  return now - progressed_at_ < patience + (some_are_hidden ? plan_.visibility_timeout : 0s);
}

Progress Run::progress() const {
  Progress progress{.sent = filling_.acknowledged + production_.acknowledged};
  for (const auto& each : consumptions_) progress.received += each->received;
  return progress;
}

// By the clock where time has ended it, else until the last answer.
double Run::measured_seconds() const {
  const bool ended_by_time = production_.ends_at != Time::max() &&
                             production_.sent < production_.messages_max &&
                             !plan_.script.message_count();
  const Time last = std::max({figures_.sends.last, figures_.receives.last, figures_.deletes.last});
  const Time until = ended_by_time ? std::min(ended_at_, figures_.window.until) : last;
  return std::chrono::duration<double>(std::max(until, figures_.window.from) - figures_.window.from)
      .count();
}

Outcome Run::outcome() const {
  Outcome outcome{.figures = figures_,
                  .seconds = measured_seconds(),
                  .acknowledged = filling_.acknowledged + production_.acknowledged,
                  .unanswered = filling_.sent + production_.sent - filling_.acknowledged -
                                production_.acknowledged,
                  .received = progress().received,
                  .was_interrupted = was_interrupted_,
                  .is_complete = is_complete()};
  for (const auto& each : judges_) add_to(outcome.verdict, each->verdict());
  return outcome;
}

}  // namespace mailrail::load
