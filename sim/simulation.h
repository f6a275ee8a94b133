// Simulation: a server, its disk, its clients and its bad luck, from one seed.
//
// Clients ask for random things while the power goes, the disk fails, the process is killed or
// stopped, and the clock is found elsewhere; after each the server starts again on the same disk
// and the run goes on. At the end the faults stop and everything must come out. One thread, no
// clock of its own: the same options do the same thing every time, step by step.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "sim/careless_disk.h"
#include "sim/clients.h"
#include "sim/damage.h"
#include "sim/drain.h"
#include "sim/judge.h"
#include "sim/process.h"
#include "sim/sabotage.h"
#include "sim/sim_disk.h"

namespace mailrail::sim {

struct SimulationOptions {
  std::uint64_t seed = 1;
  std::uint64_t steps = 1000;  // Of the clients.
  // One power cut at exactly this step of the disk, counted from 1, and no other fault.
  std::optional<std::uint64_t> cut_at = {};
  Unsynced cut_leaves = Unsynced::vanishes;
  // Before a step the process is killed one time in so many, and stopped as often.
  std::uint64_t end_one_in = 400;
  Sizes sizes = usual_sizes();
  // At the end, instead of draining: the server is stopped or killed, the disk harmed so, and what
  // a start makes of it is judged.
  std::optional<Damage> damage = {};
  Sabotage sabotage = {};
};

struct SimulationReport {
  std::optional<Violation> violation;
  std::deque<std::string> story = {};  // What led to it.
  std::uint64_t trace = 0;             // Equal for equal runs.
  std::uint64_t commands = 0;
  std::uint64_t answers = 0;
  std::uint64_t messages = 0;  // Told to clients.
  std::uint64_t crashes = 0;
  std::uint64_t recoveries = 0;
  std::uint64_t disk_steps = 0;
  std::map<std::string, std::uint64_t> met = {};  // What happened how often.
};

class Simulation final : private Served {
 public:
  explicit Simulation(const SimulationOptions& options);

  SimulationReport run();

 private:
  void step();
  bool is_alive() override;
  Instant now() const override { return process_->now(); }
  void ask(std::vector<Command> commands) override;
  void pass(Duration time) override;
  void finish() override { process_->finish(); }
  std::vector<std::unique_ptr<SimCall>> take_answered() override {
    return process_->take_answered();
  }
  void read_answers();

  bool is_down() const;
  Result<std::unique_ptr<Process>> start_process();
  void start();
  void plan_fault();
  void plan_limits();
  void fill_disk();
  void empty_disk();
  bool is_disk_to_blame() const { return disk_.has_met_fault() || is_disk_full_; }
  void crash();
  bool stop();
  bool drain();
  void back_up();
  void come_to_harm();
  void read_everything();
  bool is_over() const { return judge_.violation().has_value(); }
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }

  SimulationOptions options_;
  SeededRandom random_;         // Of the clients and their luck.
  SeededRandom server_random_;  // What the server itself draws, and when its threads get on.
  SimDisk disk_;
  CarelessDisk careless_disk_;
  Judge judge_;
  Clients clients_;
  signing::Signer signer_;
  std::optional<Endpoints> endpoints_;
  Reign reign_;
  std::unique_ptr<Process> process_;
  Instant wall_;
  bool has_faults_ = true;
  std::uint64_t steps_done_ = 0;
  Files backup_;               // Of about the middle of the run, if its end is to be damage.
  bool is_disk_full_ = false;  // By what others have written.
  SimulationReport report_;
};

}  // namespace mailrail::sim
