#include "server/log_thread.h"

#include <utility>

#include "base/check.h"

namespace mailrail::server {
namespace {

constexpr Duration warnings_interval = 1min;

}  // namespace

LogThread::LogThread(log::LogStore& log, log::SharedLog* shared, Ownership& ownership, Done done)
    : log_(log), shared_(shared), ownership_(ownership), done_(std::move(done)) {}

LogThread::~LogThread() { stop(); }

void LogThread::run() {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "log");
}

void LogThread::append(log::SharedFrame frame) {
  {
    const std::scoped_lock lock(mutex_);
    CHECK(work_.frame == nullptr);
    work_.frame = std::move(frame);
  }
  wakeup_.post();
}

void LogThread::perform(broker::Chore chore) {
  {
    const std::scoped_lock lock(mutex_);
    CHECK(!work_.chore);
    work_.chore = std::move(chore);
  }
  wakeup_.post();
}

void LogThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stops_ = true;
  }
  wakeup_.post();
  thread_.join();
}

void LogThread::loop() {
  for (;;) {
    const Work work = next_work();
    if (work.empty() || !perform_now(work)) return;
  }
}

// False if the log failed.
bool LogThread::perform_now(const Work& work) {
  log::Appended appended{log::Outcome::durable};
  if (work.frame != nullptr) {
    appended = append_now(*work.frame);
    if (appended.outcome == log::Outcome::durable) done_.append();
  } else if (work.is_renewal) {
    appended = renew_now();
  } else {
    Result<broker::ChoreDone> chore = broker::perform(*work.chore, log_);
    if (chore) {
      done_.chore(*std::move(chore));
    } else {
      appended = {log::Outcome::failed, std::move(chore.error().message)};
    }
  }
  if (appended.outcome == log::Outcome::durable) {
    look_for_warnings();
    return true;
  }
  ownership_.ended();
  done_.failed(appended);
  return false;
}

log::Appended LogThread::append_now(const log::Frame& frame) {
  ownership_.begins();
  log::Appended appended = log_.append(frame);
  if (appended.outcome != log::Outcome::durable) return appended;
  ownership_.succeeded();
  // One that took long says nothing of now, and what it made durable is to be told.
  return ownership_.is_valid() ? appended : renew_now();
}

log::Appended LogThread::renew_now() {
  ownership_.begins();
  log::Appended renewed = shared_->renew();
  if (renewed.outcome == log::Outcome::durable) ownership_.succeeded();
  return renewed;
}

void LogThread::look_for_warnings() {
  if (shared_ == nullptr) return;
  if (warned_at_ != Duration{} && ownership_.now() - warned_at_ < warnings_interval) return;
  warned_at_ = ownership_.now();
  for (std::string& each : shared_->warnings()) done_.warned(std::move(each));
}

bool LogThread::is_renewal_due() const {
  return ownership_.is_leased() && ownership_.next_renewal() <= ownership_.now();
}

// One piece of it; none when it is time to stop.
LogThread::Work LogThread::next_work() {
  std::unique_lock lock(mutex_);
  bool has_more_to_prepare = true;
  while (work_.empty() && !stops_ && !is_renewal_due()) {
    std::optional<Semaphore::Clock::time_point> renews_at;
    if (ownership_.is_leased())
      renews_at = Semaphore::Clock::now() + (ownership_.next_renewal() - ownership_.now());
    lock.unlock();
    if (has_more_to_prepare) {
      has_more_to_prepare = log_.prepare_ahead();
    } else {
      wakeup_.wait(renews_at);
    }
    lock.lock();
  }
  return take_work();
}

LogThread::Work LogThread::take_work() {
  if (work_.frame != nullptr) return {.frame = std::exchange(work_.frame, nullptr), .chore = {}};
  if (!stops_ && is_renewal_due()) return {.frame = nullptr, .is_renewal = true, .chore = {}};
  return {.frame = nullptr, .chore = std::exchange(work_.chore, std::nullopt)};
}

}  // namespace mailrail::server
