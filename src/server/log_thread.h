// LogThread: alone writes the log, one frame at a time. While there is none to write it does the
// chores of housekeeping and prepares room ahead.
// It knows nothing of what is in a frame, and tells whoever gave it work what came of it.

#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "broker/chore.h"
#include "log/log_store.h"

namespace mailrail::server {

class LogThread {
 public:
  // Called on the log thread, after each append and each chore.
  struct Done {
    std::function<void(const log::Appended&)> append;
    std::function<void(Result<broker::ChoreDone>)> chore;
  };
  LogThread(log::LogStore& log, Done done);
  ~LogThread();

  void run();
  // The one before must be done.
  void append(log::SharedFrame frame);
  // Likewise.
  void perform(broker::Chore chore);
  void stop();

 private:
  struct Work {
    log::SharedFrame frame;              // First.
    std::optional<broker::Chore> chore;  // If there is no frame.

    bool empty() const { return frame == nullptr && !chore; }
  };

  void loop();
  Work next_work();

  log::LogStore& log_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  Work work_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace mailrail::server
