// Node: one of several servers with one log in a database. It follows the log, takes it over, and
// serves as its owner until it fails, stops, or learns that another has taken over.
//
// The real PostgresLog, engine and broker. While the database makes it wait, others get on; it may
// sleep at any of these moments for as long as they like, and wakes up in the middle of its work.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/postgres/postgres_log.h"
#include "sim/process.h"
#include "sim/reign.h"
#include "sim/sim_postgres.h"

namespace mailrail::sim {

class Node {
 public:
  // What all nodes have in common.
  struct World {
    Process::World process;
    SimPostgres& database;
    log::postgres::Databases& databases;  // The same, perhaps by way of somebody careless.
    log::PostgresLogOptions log;
    const Instant& clock;                  // Goes on while a node sleeps.
    std::function<void(Node&)> took_over;  // No older owner owns the log any more.
    std::function<void(Node&)> serves;     // And tells what is in it.
  };

  Node(const World& world, std::string name) : world_(world), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  bool is_down() const { return log_ == nullptr && process_ == nullptr; }
  bool is_follower() const { return log_ != nullptr && !is_taking_over_; }
  bool is_owner() const { return process_ != nullptr; }
  bool reigns() const { return is_owner() && !reign_->is_over(); }
  std::uint64_t epoch() const { return epoch_; }  // Of its last reign.
  bool is_asleep() const { return is_asleep_; }
  // Neither asleep nor waiting for the database.
  bool is_free() const { return !is_busy_ && !is_asleep_; }

  // While it is free:

  void start();
  void crash();
  // Gets on: time passes, and what is under way goes on.
  void step();
  void look();
  void take_over();
  // All that was begun is done.
  void finish();
  // Gives the log back, and says what that takes. Nothing if that failed on the way.
  std::optional<log::Space> stop();

  // At any time:

  void sleep() { is_asleep_ = true; }
  void wake() { is_asleep_ = false; }
  void ask(Command command) { inbox_.push_back(std::move(command)); }
  void depose() {
    if (reign_) reign_->end();
  }
  void succeed() {
    if (reign_) reign_->succeed();
  }
  // Has it seen no sign of life for so long that the owner, if there is one, tells nothing?
  bool may_take_over() const;

  Process& process() { return *process_; }

 private:
  class Busy {
   public:
    explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
    ~Busy() { flag_ = false; }

   private:
    bool& flag_;
  };
  struct Sign {
    log::Lease lease;
    Position log_end;

    friend bool operator==(const Sign&, const Sign&) = default;
  };

  Result<void> begin();
  std::optional<log::Followed> follow();
  void see(const log::Followed& followed);
  void read_rest();
  void serve();
  void turn();
  void end_if_failed();

  World world_;
  std::string name_;
  bool is_busy_ = false;
  bool is_asleep_ = false;

  // Until it serves.
  std::unique_ptr<log::PostgresLog> log_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<log::Frame> frames_;  // From the checkpoint on.
  std::optional<Sign> sign_;        // Of an owner's life, the last one seen,
  Instant seen_at_{};               // when first,
  int looks_ = 0;                   // and how often since.
  bool is_taking_over_ = false;
  std::optional<Instant> serves_at_;  // Not before.

  std::unique_ptr<Reign> reign_;
  std::unique_ptr<Process> process_;
  std::uint64_t epoch_ = 0;
  Instant turned_at_{};
  std::vector<Command> inbox_;
};

}  // namespace mailrail::sim
