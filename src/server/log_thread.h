// LogThread: alone writes the log, one frame at a time, and prepares room ahead while there is none
// to write.
// It knows nothing of what is in a frame, and tells whoever gave it one what came of it.

#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "log/log_store.h"

namespace mailrail::server {

class LogThread {
 public:
  // `done` is called on the log thread after each append.
  LogThread(log::LogStore& log, std::function<void(const log::Appended&)> done);
  ~LogThread();

  void run();
  // The one before must be done.
  void append(log::SharedFrame frame);
  void stop();

 private:
  void loop();
  log::SharedFrame next_frame();

  log::LogStore& log_;
  std::function<void(const log::Appended&)> done_;
  std::mutex mutex_;
  std::condition_variable has_frame_;
  log::SharedFrame frame_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace mailrail::server
