// mailrail_sim: runs seeds of the simulation, one line each. Exits 1 if a promise was broken.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sim/shared_simulation.h"
#include "sim/simulation.h"

namespace {

using mailrail::sim::SimulationReport;

struct Tally {
  std::uint64_t seeds = 0;
  std::uint64_t broken = 0;
  std::uint64_t messages = 0;
  std::uint64_t crashes = 0;
  std::uint64_t recoveries = 0;
  std::map<std::string, std::uint64_t> met = {};

  void add(const SimulationReport& report) {
    seeds += 1;
    broken += report.violation ? 1 : 0;
    messages += report.messages;
    crashes += report.crashes;
    recoveries += report.recoveries;
    for (const auto& [what, times] : report.met) met[what] += times;
  }

  void print(double seconds) const {
    for (const auto& [what, times] : met) fmt::print("{:8} times {}\n", times, what);
    fmt::print("{} seeds, {} crashes, {} recoveries, {} messages checked, {} broken\n", seeds,
               crashes, recoveries, messages, broken);
    fmt::print("{:.0f} seeds and {:.0f} crashes a minute\n",
               static_cast<double>(seeds) * 60 / seconds,
               static_cast<double>(crashes) * 60 / seconds);
  }
};

void print(const SimulationReport& report) {
  fmt::print("{} commands, {} answers, {} messages, {} crashes, {} disk steps, trace {:016x}{}\n",
             report.commands, report.answers, report.messages, report.crashes, report.disk_steps,
             report.trace, report.violation ? ", BROKEN: " + report.violation->what : "");
}

}  // namespace

int main(int count, char** arguments) {
  using mailrail::sim::all_damage;
  using mailrail::sim::SharedSimulation;
  using mailrail::sim::Simulation;
  using mailrail::sim::SimulationOptions;

  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::uint64_t steps = 1000;
  std::uint64_t seconds = 0;
  bool shows_story = false;
  bool is_quiet = false;
  bool comes_to_harm = false;
  std::string log = "file";
  CLI::App app(
      "Plays clients against power cuts, failing disks and databases: was any promise broken?",
      "mailrail_sim");
  app.add_option("--seed", seed, "the first seed")->capture_default_str();
  app.add_option("--seeds", seeds, "how many, counting up")->capture_default_str();
  app.add_option("--steps", steps, "what clients do in each")->capture_default_str();
  app.add_option("--seconds", seconds,
                 "run seeds until so much time is over, whatever --seeds says");
  app.add_option("--log", log, "file: one server and its disk; postgres: several and a database")
      ->check(CLI::IsMember({"file", "postgres"}))
      ->capture_default_str();
  app.add_flag("--damage", comes_to_harm,
               "end each run with damage to what was synced, of one kind after the other");
  app.add_flag("--quiet", is_quiet, "a line for a broken seed only");
  app.add_flag("--story", shows_story, "what led to a broken promise");
  CLI11_PARSE(app, count, arguments);

  const auto began = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  Tally tally;
  for (std::uint64_t each = seed;; ++each) {
    const bool goes_on =
        seconds > 0 ? elapsed() < static_cast<double>(seconds) : each < seed + seeds;
    if (!goes_on) break;
    SimulationOptions options{.seed = each, .steps = steps};
    if (comes_to_harm) options.damage = all_damage[each % std::size(all_damage)];
    // A failed CHECK ends the process: the seed is told before.
    if (!is_quiet) fmt::print("seed {}: ", each);
    std::fflush(stdout);
    const SimulationReport report =
        log == "file" ? Simulation(options).run() : SharedSimulation(options).run();
    if (is_quiet && report.violation) fmt::print("seed {}: ", each);
    if (!is_quiet || report.violation) print(report);
    if (shows_story) {
      for (const std::string& line : report.story) fmt::print("  {}\n", line);
    }
    tally.add(report);
  }
  tally.print(elapsed());
  return tally.broken == 0 ? 0 : 1;
}
