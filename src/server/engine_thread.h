// EngineThread: drives the broker. The one thread that touches the engine's state, and the log
// thread beside it.
//
// Other threads hand it calls; it runs them in turns, gives filled frames to the log thread, and
// hands calls whose answers may leave to the Deliver function, in batches. When the log fails
// nothing that is held may be answered: it says why, and both threads end.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "broker/broker.h"
#include "broker/outbox.h"
#include "broker/traffic.h"
#include "engine/engine.h"
#include "log/log_store.h"
#include "server/log_thread.h"
#include "server/ownership.h"
#include "server/semaphore.h"

namespace mailrail::server {

// A call that leaves, and the recent frames of its bodies (null: the log has it).
struct Leaving {
  std::unique_ptr<broker::Call> call;
  std::vector<log::SharedFrame> frames;
};

class EngineThread final : private broker::Outbox {
 public:
  struct Hooks {
    std::function<void(std::vector<Leaving>)>
        deliver;  // On the engine thread: hand them on, do not work.
    std::function<void(const broker::Call&)> parked;  // On the engine thread.
    // On the engine thread: have it done by a thread that may wait for the disk.
    std::function<void(std::function<void()>)> in_background;
    // On the log thread: how long a frame took to become durable.
    std::function<void(std::chrono::nanoseconds)> committed;
    // On the log thread, once: nothing is delivered any more.
    std::function<void(const log::Appended&)> log_failed;
    // On the engine thread, now and then as long as calls are refused for it.
    std::function<void(const engine::Full&)> limit_reached;
    // On the engine thread: a message was found damaged when it was to be moved. It is marked, and
    // that is not durable yet.
    std::function<void(const broker::Unreadable&)> found_damaged;
    // On the engine thread, now and then: the disk failed to read one.
    std::function<void(const broker::Unreadable&)> could_not_move;
    // On the engine thread, now and then as long as there is no space for a checkpoint.
    std::function<void(std::string_view reason)> checkpoint_postponed;
    // On the engine thread, now and then: messages that full queues dropped since the last time.
    std::function<void(const std::map<engine::QueueName, std::uint64_t>&)> dropped;
    // On the log thread or this one, now and then: what comes near a limit of the log's place.
    std::function<void(std::string sentence)> warned;
  };

  // The log as its one thread sees it.
  struct Owned {
    log::LogStore& log;
    log::SharedLog* shared;  // The same, or null.
    Ownership& ownership;
  };

  // While a frame is on its way to the log, what comes has to wait for the next one anyway. So
  // calls gather for some time, instead of waking the thread one by one; one that has nothing to
  // wait for is answered later by so much.
  static constexpr std::chrono::microseconds gathering_max_usual{100};

  // Founds the engine if it is new. Call run() before anything else.
  EngineThread(engine::Engine& engine,
               Owned owned,
               Clock& clock,
               Random& random,
               const broker::Options& options,
               Hooks hooks,
               std::chrono::microseconds gathering_max = gathering_max_usual);
  ~EngineThread() override;

  void run();

  // For calls, in their decide().
  broker::Traffic& traffic() { return traffic_; }

  // Any thread.
  void submit(std::unique_ptr<broker::Call> call);
  void submit(std::vector<std::unique_ptr<broker::Call>> calls);
  void cancel(std::uint64_t call_id);
  // Long polls are answered from now on, whether there is something or not.
  void stop_waiting();

  // Makes everything durable, delivers what was held, takes a checkpoint if that is said, and ends
  // both threads. Calls submitted afterwards are dropped. The error says why the log failed, if it
  // did, now or before.
  enum class Ending : std::uint8_t { with_checkpoint, without_checkpoint };
  Result<void> stop(Ending ending);
  // Ends both threads at once: what is held is never answered.
  void abandon();

 private:
  struct Inbox {
    std::vector<std::unique_ptr<broker::Call>> calls;
    std::vector<std::uint64_t> cancelled;
    std::optional<broker::ChoreDone> chore;
    bool is_durable = false;
    bool stops_waiting = false;
    std::optional<Ending> ending = {};
    bool is_abandoned = false;

    bool has_more_than_calls() const {
      return !cancelled.empty() || chore || is_durable || stops_waiting || ending || is_abandoned;
    }
    bool empty() const { return calls.empty() && !has_more_than_calls(); }
  };

  void release(std::unique_ptr<broker::Call> call, std::vector<log::SharedFrame> frames) override;
  void drop(std::unique_ptr<broker::Call>) override {}
  void parked(const broker::Call& call) override { hooks_.parked(call); }

  void loop();
  Inbox next_inbox();
  // What ends its sleep. Nobody wakes it who has nothing of that for it, nor when it is awake.
  enum class Sleep : std::uint8_t { awake, until_mail, until_more_than_calls };
  bool is_slept_out(Sleep sleep) const;
  void sleep(std::unique_lock<std::mutex>& lock,
             Sleep sleep,
             std::optional<std::chrono::microseconds> longest);
  void take(Inbox inbox);
  void tell_of_limits();
  void tell_of_unreadable();
  void tell_of_dropped();
  void hand_out_frame();
  void hand_out_chore();
  void tell_of_postponed(const broker::ChoreDone& done);
  bool is_over();
  void frame_done();
  void chore_done(broker::ChoreDone done);
  void log_failed(const log::Appended& appended);
  void join();
  template <class Change>
  void change_inbox(Change change);

  engine::Engine& engine_;
  Clock& clock_;
  log::LogStore& log_;
  const bool is_shared_;
  const std::uint64_t disk_bytes_max_;  // Before that of a shared log is met, there is a warning.
  Hooks hooks_;
  const std::chrono::microseconds gathering_max_;
  broker::Traffic traffic_;
  broker::Broker broker_;
  LogThread log_thread_;
  std::vector<Leaving> leaving_;
  std::chrono::steady_clock::time_point frame_began_{};  // The log thread reads it meanwhile.
  std::optional<Instant> told_of_limits_;
  std::optional<Instant> told_of_unmoved_;
  std::optional<Instant> told_of_postponed_;
  std::optional<Instant> told_of_dropped_;
  std::optional<Ending> ending_;  // It is to end, in order.
  bool is_finishing_ = false;     // The last checkpoint is being taken.

  std::mutex mutex_;
  Semaphore wakeup_;
  Sleep sleep_ = Sleep::awake;
  bool is_calm_ = true;  // When it last looked, with a frame on its way, no call had come.
  Inbox inbox_;
  bool is_closed_ = false;
  std::optional<log::Appended> failure_;  // Under the mutex, like those above.
  std::thread thread_;
};

}  // namespace mailrail::server
