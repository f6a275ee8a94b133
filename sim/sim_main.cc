// mailrail_sim: runs seeds of the simulation, one line each. Exits 1 if a promise was broken.

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sim/simulation.h"

int main(int count, char** arguments) {
  using mailrail::sim::Simulation;
  using mailrail::sim::SimulationReport;

  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::uint64_t steps = 1000;
  bool shows_story = false;
  CLI::App app("Plays clients against power cuts and failing disks: was any promise broken?",
               "mailrail_sim");
  app.add_option("--seed", seed, "the first seed")->capture_default_str();
  app.add_option("--seeds", seeds, "how many, counting up")->capture_default_str();
  app.add_option("--steps", steps, "what clients do in each")->capture_default_str();
  app.add_flag("--story", shows_story, "what led to a broken promise");
  CLI11_PARSE(app, count, arguments);

  std::uint64_t failed = 0;
  std::uint64_t messages = 0;
  std::uint64_t crashes = 0;
  std::map<std::string, std::uint64_t> met;
  for (std::uint64_t each = seed; each < seed + seeds; ++each) {
    fmt::print("seed {}: ", each);
    std::fflush(stdout);  // A failed CHECK ends the process: the seed is told before.
    const SimulationReport report = Simulation({.seed = each, .steps = steps}).run();
    fmt::print("{} commands, {} answers, {} messages, {} crashes, {} disk steps, trace {:016x}{}\n",
               report.commands, report.answers, report.messages, report.crashes, report.disk_steps,
               report.trace, report.violation ? ", BROKEN: " + report.violation->what : "");
    if (shows_story) {
      for (const std::string& line : report.story) fmt::print("  {}\n", line);
    }
    failed += report.violation ? 1 : 0;
    messages += report.messages;
    crashes += report.crashes;
    for (const auto& [what, times] : report.met) met[what] += times;
  }
  fmt::print("{} seeds, {} crashes, {} messages, {} broken\n", seeds, crashes, messages, failed);
  for (const auto& [what, times] : met) fmt::print("{:8} times {}\n", times, what);
  return failed == 0 ? 0 : 1;
}
