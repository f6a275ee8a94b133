#include "server/engine_thread.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <pthread.h>

#include "base/check.h"
#include "server/limits.h"
#include "server/told_again.h"

namespace mailrail::server {
namespace {

broker::Options counted_by(broker::Traffic& traffic, broker::Options options) {
  options.traffic = &traffic;
  return options;
}

}  // namespace

EngineThread::EngineThread(engine::Engine& engine,
                           Owned owned,
                           Clock& clock,
                           Random& random,
                           const broker::Options& options,
                           Hooks hooks,
                           std::chrono::microseconds gathering_max)
    : engine_(engine),
      clock_(clock),
      log_(owned.log),
      is_shared_(owned.shared != nullptr),
      disk_bytes_max_(options.housekeeping.disk_bytes_max),
      hooks_(std::move(hooks)),
      gathering_max_(gathering_max),
      traffic_(engine),
      broker_(engine, owned.log, random, *this, counted_by(traffic_, options)),
      log_thread_(
          owned.log,
          owned.shared,
          owned.ownership,
          {.append = [this] { frame_done(); },
           .chore = [this](broker::ChoreDone done) { chore_done(std::move(done)); },
           .failed = [this](const log::Appended& appended) { log_failed(appended); },
           .warned = [this](std::string sentence) { hooks_.warned(std::move(sentence)); }}) {
  broker_.turn(clock_.now(), {});
}

EngineThread::~EngineThread() { abandon(); }

void EngineThread::run() {
  log_thread_.run();
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "engine");
}

template <class Change>
void EngineThread::change_inbox(Change change) {
  bool must_wake = false;
  {
    const std::scoped_lock lock(mutex_);
    change(inbox_);
    must_wake = sleep_ != Sleep::awake && is_slept_out(sleep_);
    if (must_wake) sleep_ = Sleep::awake;
  }
  if (must_wake) wakeup_.post();
}

void EngineThread::submit(std::unique_ptr<broker::Call> call) {
  change_inbox([&](Inbox& inbox) {
    if (!is_closed_) inbox.calls.push_back(std::move(call));
  });
}

void EngineThread::submit(std::vector<std::unique_ptr<broker::Call>> calls) {
  change_inbox([&](Inbox& inbox) {
    if (is_closed_) return;
    inbox.calls.insert(inbox.calls.end(), std::make_move_iterator(calls.begin()),
                       std::make_move_iterator(calls.end()));
  });
}

void EngineThread::cancel(std::uint64_t call_id) {
  change_inbox([&](Inbox& inbox) { inbox.cancelled.push_back(call_id); });
}

void EngineThread::stop_waiting() {
  change_inbox([](Inbox& inbox) { inbox.stops_waiting = true; });
}

Result<void> EngineThread::stop(Ending ending) {
  change_inbox([&](Inbox& inbox) {
    inbox.ending = ending;
    is_closed_ = true;
  });
  join();
  if (failure_) return fail(errors::io, failure_->reason);
  return {};
}

void EngineThread::abandon() {
  change_inbox([this](Inbox& inbox) {
    inbox.is_abandoned = true;
    is_closed_ = true;
  });
  join();
}

void EngineThread::join() {
  if (!thread_.joinable()) return;
  thread_.join();
  log_thread_.stop();
}

void EngineThread::frame_done() {
  hooks_.committed(std::chrono::steady_clock::now() - frame_began_);
  change_inbox([](Inbox& inbox) { inbox.is_durable = true; });
}

void EngineThread::chore_done(broker::ChoreDone done) {
  change_inbox([&](Inbox& inbox) { inbox.chore = std::move(done); });
}

void EngineThread::log_failed(const log::Appended& appended) {
  change_inbox([&](Inbox& inbox) {
    inbox.is_abandoned = true;
    is_closed_ = true;
    failure_ = appended;
  });
  hooks_.log_failed(appended);
}

void EngineThread::release(std::unique_ptr<broker::Call> call,
                           std::vector<log::SharedFrame> frames) {
  leaving_.push_back(Leaving{.call = std::move(call), .frames = std::move(frames)});
}

void EngineThread::loop() {
  while (!is_over()) {
    Inbox inbox = next_inbox();
    if (inbox.is_abandoned) return;
    take(std::move(inbox));
    hand_out_frame();
    // Before any chore: a checkpoint that is finished lets go of segments, and what leaves now
    // holds those that its bodies are in.
    if (!leaving_.empty()) hooks_.deliver(std::exchange(leaving_, {}));
    hand_out_chore();
  }
}

void EngineThread::hand_out_frame() {
  if (ending_ == Ending::with_checkpoint && !is_finishing_ && broker_.is_idle()) {
    is_finishing_ = true;
    broker_.finish();
  }
  log::SharedFrame frame = broker_.take_frame();
  if (frame == nullptr) return;
  frame_began_ = std::chrono::steady_clock::now();
  log_thread_.append(std::move(frame));
}

void EngineThread::hand_out_chore() {
  std::optional<broker::Chore> chore = broker_.take_chore();
  if (!chore) return;
  if (!std::holds_alternative<broker::ReadBodies>(*chore)) {
    log_thread_.perform(*std::move(chore));
    return;
  }
  // Cold bodies may take the disk some time, and commits must not wait for it.
  hooks_.in_background([this, reads = std::make_shared<broker::Chore>(*std::move(chore))] {
    Result<broker::ChoreDone> done = broker::perform(*reads, log_);
    CHECK(done.has_value() && "reading bodies tells of each what failed");
    chore_done(*std::move(done));
  });
}

bool EngineThread::is_over() {
  if (!ending_ || !broker_.is_idle()) return false;
  return ending_ == Ending::without_checkpoint || (is_finishing_ && broker_.is_finished());
}

EngineThread::Inbox EngineThread::next_inbox() {
  std::unique_lock lock(mutex_);
  if (broker_.is_committing()) {
    // Where the last look found nothing, another one after some time would be for nothing, too.
    if (inbox_.empty() && is_calm_) sleep(lock, Sleep::until_mail, std::nullopt);
    sleep(lock, Sleep::until_more_than_calls, gathering_max_);
    is_calm_ = inbox_.calls.empty();
  }
  if (inbox_.empty()) sleep(lock, Sleep::until_mail, std::nullopt);
  return std::exchange(inbox_, {});
}

// Not longer than until the broker has something to do by itself.
void EngineThread::sleep(std::unique_lock<std::mutex>& lock,
                         Sleep sleep,
                         std::optional<std::chrono::microseconds> longest) {
  if (const std::optional<Instant> next = broker_.next_turn()) {
    const std::chrono::microseconds left = std::max(*next - clock_.now(), Duration(0));
    longest = longest ? std::min(*longest, left) : left;
  }
  std::optional<Semaphore::Clock::time_point> until;
  if (longest) until = Semaphore::Clock::now() + *longest;
  sleep_ = sleep;
  bool is_late = false;
  while (!is_late && !is_slept_out(sleep)) {
    lock.unlock();
    is_late = !wakeup_.wait(until);
    lock.lock();
  }
  sleep_ = Sleep::awake;
}

bool EngineThread::is_slept_out(Sleep sleep) const {
  return sleep == Sleep::until_more_than_calls ? inbox_.has_more_than_calls() : !inbox_.empty();
}

void EngineThread::take(Inbox inbox) {
  if (inbox.is_durable) broker_.durable();
  if (inbox.chore) {
    tell_of_postponed(*inbox.chore);
    broker_.chore_done(*std::move(inbox.chore));
  }
  // Before the turn, so that it leases nothing to who is gone; after it, for calls that came
  // together with their end.
  for (const std::uint64_t each : inbox.cancelled) broker_.cancel(each);
  const bool has_calls = !inbox.calls.empty();
  broker_.turn(clock_.now(), std::move(inbox.calls));
  if (has_calls) tell_of_limits();
  if (has_calls) tell_of_dropped();
  tell_of_unreadable();
  for (const std::uint64_t each : inbox.cancelled) broker_.cancel(each);
  if (inbox.stops_waiting || inbox.ending) broker_.stop_waiting();
  if (inbox.ending) ending_ = inbox.ending;
}

void EngineThread::tell_of_limits() {
  const std::optional<engine::Full> full = broker_.full();
  if (full && is_told_again(told_of_limits_, clock_.now())) hooks_.limit_reached(*full);
  if (full || !is_shared_) return;
  std::optional<std::string> near = warning_of(log_.space(), disk_bytes_max_);
  if (near && is_told_again(told_of_limits_, clock_.now())) hooks_.warned(*std::move(near));
}

void EngineThread::tell_of_dropped() {
  if (!engine_.has_dropped() || !is_told_again(told_of_dropped_, clock_.now())) return;
  hooks_.dropped(engine_.take_dropped());
}

void EngineThread::tell_of_unreadable() {
  for (const broker::Unreadable& each : broker_.take_unreadable()) {
    if (each.why.kind == &errors::corrupt) {
      hooks_.found_damaged(each);
    } else if (is_told_again(told_of_unmoved_, clock_.now())) {
      hooks_.could_not_move(each);
    }
  }
}

void EngineThread::tell_of_postponed(const broker::ChoreDone& done) {
  if (done.written != log::LogStore::Written::postponed) return;
  if (is_told_again(told_of_postponed_, clock_.now()))
    hooks_.checkpoint_postponed(done.why_postponed);
}

}  // namespace mailrail::server
