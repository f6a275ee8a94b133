// Lookout: a thread that looks at everything every so often: for the forecast of when the disk or
// the memory is full, and for the line of metrics that CloudWatch reads on stdout, if options ask
// for that.
//
// It looks by a snapshot like any scrape. One look is under way at a time; if it takes longer than
// the interval the next is left out.

#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "log/log_store.h"
#include "metrics/emf.h"
#include "server/engine_thread.h"
#include "server/measures.h"

namespace mailrail::server {

class Lookout {
 public:
  // What it works with, all of which outlives it; so must it the looks that it began, which end
  // with the readers.
  struct Parts {
    const log::LogStore& log;
    EngineThread& engine;
    Measures& measures;
  };
  explicit Lookout(const Parts& parts);
  ~Lookout() { stop(); }

  void run();
  void stop();

 private:
  void loop();
  void look();
  void saw(Instant at, const metrics::Snapshot& seen);

  const Parts parts_;
  metrics::EmfWriter emf_;
  std::atomic<bool> is_looking_ = false;

  std::mutex mutex_;
  std::condition_variable stops_now_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace mailrail::server
