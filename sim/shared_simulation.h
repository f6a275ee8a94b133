// SharedSimulation: several nodes, one log in a database, clients and bad luck, from one seed.
//
// Nodes crash, sleep longer than any lease and wake up in the middle of their work, take over, give
// the log back; the database loses sessions, answers late, restarts and fails over. While one node
// waits for the database, others get on. In half of the runs nodes take over by the clock, as
// standbys do, and then a deposed owner tells nobody anything; in the others at any moment, and
// nothing is lost all the same. At the end the faults stop and everything must come out.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/random.h"
#include "sim/careless_database.h"
#include "sim/clients.h"
#include "sim/drain.h"
#include "sim/judge.h"
#include "sim/node.h"
#include "sim/sim_postgres.h"
#include "sim/simulation.h"

namespace mailrail::sim {

class SharedSimulation final : private Served {
 public:
  explicit SharedSimulation(const SimulationOptions& options);

  SimulationReport run();

 private:
  bool is_alive() override;
  Instant now() const override;
  void ask(std::vector<Command> commands) override;
  void pass(Duration time) override;
  void finish() override;
  std::vector<std::unique_ptr<SimCall>> take_answered() override;

  Node::World world();
  void step();
  void elsewhere();
  void trouble();
  void go_on();
  void go_on(Node& node);
  void read_answers();
  void take_over(Node& node);
  void took_over(Node& by);
  void serves(const Node& by);
  void calm_down();
  bool find_owner();
  void drain();
  void compare_followers();
  Node& any_node() { return *nodes_[random_.below(nodes_.size())]; }
  Node* owner() const;
  bool is_by_clock() const { return options_.seed % 2 == 0; }
  bool is_over() const { return judge_.violation().has_value(); }
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }

  SimulationOptions options_;
  SeededRandom random_;         // Of the clients and of what befalls nodes.
  SeededRandom server_random_;  // What nodes themselves draw, and when their threads get on.
  SimPostgres database_;
  CarelessDatabases careless_databases_;
  Judge judge_;
  Clients clients_;
  Instant clock_;
  std::vector<std::unique_ptr<Node>> nodes_;
  bool has_faults_ = true;
  bool is_elsewhere_ = false;
  SimulationReport report_;
};

}  // namespace mailrail::sim
