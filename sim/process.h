// Process: one life of the simulated server, from its start on a log to its end, whichever that is.
//
// The real log, engine and broker, driven as the server's threads drive them, but by one thread
// that decides when which of them gets on. An append may take many turns, its success may be heard
// of late, bodies may be read back when much has happened since, and the log may fail it at any
// step.

#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "broker/broker.h"
#include "log/file/file_log.h"
#include "log/log_store.h"
#include "sim/judge.h"
#include "sim/log_thread.h"
#include "sim/reign.h"
#include "sim/sabotage.h"
#include "sim/sim_call.h"
#include "sim/webhooks.h"

namespace mailrail::sim {

// How large everything is, and what the server may take.
struct Sizes {
  log::FileLogOptions log;
  broker::Options broker;
};

// Small, so that a run crosses many segments and has many checkpoints, which take many turns.
Sizes usual_sizes();
// As small as can be, so that a run of a few steps has all of that.
Sizes smallest_sizes();

class Process final : private broker::Outbox {
 public:
  // What all lives have in common.
  struct World {
    Random& random;
    Judge& judge;
    const Sabotage& sabotage;
    const Sizes& sizes;
    engine::Strictness strictness;
    std::optional<Webhooks::World> webhooks;  // Where endpoints are delivered to.
  };

  // What a life begins with: a log, and the engine that was made from it.
  struct Recovered {
    std::unique_ptr<log::LogStore> log;
    std::unique_ptr<engine::Engine> engine;
    std::vector<log::Frame> frames;    // From the log's checkpoint on.
    Instant last;                      // The time of its end.
    std::uint64_t replayed_bytes = 0;  // Since the checkpoint.
  };

  // The engine's time goes on from the later of `wall` and the log's end.
  static std::unique_ptr<Process> start(const World& world,
                                        Recovered recovered,
                                        Reign& reign,
                                        Instant wall);

  // Lets time pass up to `now`, as it comes due, and then asks the calls.
  void turn(Instant now, std::vector<std::unique_ptr<broker::Call>> calls);
  // The log thread gets on with what it has, perhaps.
  void work();
  // The log thread and the readers do all that they have.
  void finish();
  // The client of that call is gone.
  void give_up(std::uint64_t call);
  // False if the log failed on the way.
  bool stop();

  Instant now() const { return now_; }
  bool has_failed() const { return log_thread_->has_failed(); }
  bool was_fenced() const { return log_thread_->was_fenced(); }
  bool tells() const { return reign_.is_certain() || !keeps_silent(); }
  const engine::Engine& engine() const { return *engine_; }
  const log::LogStore& log() const { return *log_; }
  const broker::Broker& broker() const { return *broker_; }
  Result<std::string> read(const engine::Body& body) const {
    return log_->read(body.position, body.length);
  }
  // Answers that clients have read since last asked.
  std::vector<std::unique_ptr<SimCall>> take_answered() { return std::exchange(answered_, {}); }

 private:
  // An answer whose bodies are not all in memory.
  struct Reading {
    std::unique_ptr<SimCall> call;
    std::vector<log::SharedFrame> frames;
    std::vector<log::Hold> holds;
  };

  Process(const World& world, Recovered recovered, Reign& reign);
  void release(std::unique_ptr<broker::Call> call, std::vector<log::SharedFrame> frames) override;
  void drop(std::unique_ptr<broker::Call> call) override;
  void parked(const broker::Call& call) override;

  std::optional<Instant> next_due() const;
  void turn_while_due(Instant by);
  void turn_once(Instant now, std::vector<std::unique_ptr<broker::Call>> calls);
  void read_next();
  void answer(Reading reading);
  void tell(std::unique_ptr<SimCall> call);
  void tell_untold();
  bool keeps_silent() const;
  void lose(const SimCall& call);
  Result<std::string> read(const engine::Body& body, const log::SharedFrame& frame) const;
  void give_back(const SimCall& call);

  World world_;
  Reign& reign_;
  std::unique_ptr<log::LogStore> log_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<LogThread> log_thread_;
  std::optional<Webhooks> webhooks_;
  Instant now_{};

  std::deque<Reading> readings_;
  std::vector<std::unique_ptr<broker::Call>> own_calls_;  // For the next turn.
  std::deque<std::unique_ptr<SimCall>> untold_;           // Until it is certain who owns the log.
  std::vector<std::unique_ptr<SimCall>> answered_;
  std::set<std::uint64_t> given_up_;
  std::size_t open_calls_ = 0;
};

}  // namespace mailrail::sim
