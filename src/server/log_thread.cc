#include "server/log_thread.h"

#include <utility>

#include "base/check.h"

namespace mailrail::server {

LogThread::LogThread(log::LogStore& log, std::function<void(const log::Appended&)> done)
    : log_(log), done_(std::move(done)) {}

LogThread::~LogThread() { stop(); }

void LogThread::run() {
  thread_ = std::thread([this] { loop(); });
}

void LogThread::append(log::SharedFrame frame) {
  const std::scoped_lock lock(mutex_);
  CHECK(frame_ == nullptr);
  frame_ = std::move(frame);
  has_frame_.notify_one();
}

void LogThread::stop() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stops_ = true;
  }
  has_frame_.notify_one();
  thread_.join();
}

void LogThread::loop() {
  while (const log::SharedFrame frame = next_frame()) done_(log_.append(*frame));
}

// Null when it is time to stop.
log::SharedFrame LogThread::next_frame() {
  std::unique_lock lock(mutex_);
  bool has_more_to_prepare = true;
  while (frame_ == nullptr && !stops_) {
    if (has_more_to_prepare) {
      lock.unlock();
      has_more_to_prepare = log_.prepare_ahead();
      lock.lock();
    } else {
      has_frame_.wait(lock);
    }
  }
  return std::exchange(frame_, nullptr);
}

}  // namespace mailrail::server
