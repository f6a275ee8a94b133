// LogThread: alone writes the log, one frame at a time. While there is none to write it does the
// chores of housekeeping, prepares room ahead, and shows those who share the log that its owner
// lives.
//
// It knows nothing of what is in a frame, and tells whoever gave it work what came of it. When the
// log fails it says so once and does nothing more.

#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "broker/chore.h"
#include "log/log_store.h"
#include "log/shared_log.h"
#include "server/ownership.h"
#include "server/semaphore.h"

namespace mailrail::server {

class LogThread {
 public:
  // Called on the log thread, after each append and each chore.
  struct Done {
    std::function<void()> append;
    std::function<void(broker::ChoreDone)> chore;
    std::function<void(const log::Appended&)> failed;
    // Again and again while it is so: what comes near a limit of the place that the log is kept in.
    std::function<void(std::string sentence)> warned;
  };
  // `shared` is the same log if its ownership is leased, else null.
  LogThread(log::LogStore& log, log::SharedLog* shared, Ownership& ownership, Done done);
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
    bool is_renewal = false;             // If there is no frame.
    std::optional<broker::Chore> chore;  // If there is neither.

    bool empty() const { return frame == nullptr && !is_renewal && !chore; }
  };

  void loop();
  Work next_work();
  Work take_work();
  bool is_renewal_due() const;
  bool perform_now(const Work& work);
  log::Appended append_now(const log::Frame& frame);
  log::Appended renew_now();
  void look_for_warnings();

  log::LogStore& log_;
  log::SharedLog* const shared_;
  Ownership& ownership_;
  Duration warned_at_{};  // When warnings were last asked for.
  Done done_;
  std::mutex mutex_;
  Semaphore wakeup_;
  Work work_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace mailrail::server
