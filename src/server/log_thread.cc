#include "server/log_thread.h"

#include <utility>

#include "base/check.h"

namespace mailrail::server {

LogThread::LogThread(log::LogStore& log, Done done) : log_(log), done_(std::move(done)) {}

LogThread::~LogThread() { stop(); }

void LogThread::run() {
  thread_ = std::thread([this] { loop(); });
}

void LogThread::append(log::SharedFrame frame) {
  const std::scoped_lock lock(mutex_);
  CHECK(work_.frame == nullptr);
  work_.frame = std::move(frame);
  has_work_.notify_one();
}

void LogThread::perform(broker::Chore chore) {
  const std::scoped_lock lock(mutex_);
  CHECK(!work_.chore);
  work_.chore = std::move(chore);
  has_work_.notify_one();
}

void LogThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stops_ = true;
  }
  has_work_.notify_one();
  thread_.join();
}

void LogThread::loop() {
  for (;;) {
    Work work = next_work();
    if (work.empty()) return;
    if (work.frame != nullptr) {
      done_.append(log_.append(*work.frame));
    } else {
      done_.chore(broker::perform(*std::exchange(work.chore, std::nullopt), log_));
    }
  }
}

// One piece of it; none when it is time to stop.
LogThread::Work LogThread::next_work() {
  std::unique_lock lock(mutex_);
  bool has_more_to_prepare = true;
  while (work_.empty() && !stops_) {
    if (has_more_to_prepare) {
      lock.unlock();
      has_more_to_prepare = log_.prepare_ahead();
      lock.lock();
    } else {
      has_work_.wait(lock);
    }
  }
  if (work_.frame != nullptr) return {.frame = std::exchange(work_.frame, nullptr), .chore = {}};
  return {.frame = nullptr, .chore = std::exchange(work_.chore, std::nullopt)};
}

}  // namespace mailrail::server
