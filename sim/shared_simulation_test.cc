// Several nodes and one log, over a few seeds.

#include "sim/shared_simulation.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "sim/simulation_testing.h"

namespace mailrail::sim {
namespace {

TEST(SharedSimulation, DoesTheSameForTheSameSeed) {
  const SimulationReport one = SharedSimulation({.seed = 7, .steps = 200}).run();
  const SimulationReport two = SharedSimulation({.seed = 7, .steps = 200}).run();

  EXPECT_EQ(one.trace, two.trace);
  EXPECT_EQ(one.disk_steps, two.disk_steps);
  EXPECT_NE(one.trace, SharedSimulation({.seed = 8, .steps = 200}).run().trace);
}

constexpr const char* everything[] = {"a checkpoint was taken",
                                      "a deposed owner told something",
                                      "a fail-over lost what was not confirmed",
                                      "a follower had to begin again",
                                      "a follower was compared",
                                      "a frame in flight survived a crash",
                                      "a frame in flight was lost",
                                      "a frame was durable when its owner was deposed",
                                      "a late statement came to nothing",
                                      "a late statement was carried out",
                                      "a start found a checkpoint",
                                      "a statement was lost",
                                      "a take-over came too late",
                                      "an answer was lost",
                                      "an owner gave the log back",
                                      "an owner had shown a sign of life when it was deposed",
                                      "an owner lost its database",
                                      "an owner was deposed in its sleep",
                                      "an owner was deposed while it waited",
                                      "an owner was fenced",
                                      "bodies were moved",
                                      "the database failed over",
                                      "the database was away",
                                      "the database was started again"};

// What is never met is never judged.
TEST(SharedSimulation, MeetsWhatItIsFor) {
  constexpr std::uint64_t seeds_min = 10;
  constexpr std::uint64_t seeds_max = 60;
  std::map<std::string, std::uint64_t> met;
  const auto has_met = [&](const char* what) { return met[what] >= 3; };
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    if (seed > seeds_min && std::ranges::all_of(everything, has_met)) break;
    const SimulationReport report = SharedSimulation({.seed = seed, .steps = 500}).run();
    EXPECT_TRUE(keeps_every_promise(report)) << "seed " << seed;
    EXPECT_GT(report.answers, report.commands / 4);
    for (const auto& [what, times] : report.met) met[what] += times;
  }

  for (const char* what : everything) EXPECT_TRUE(has_met(what)) << what << ": " << met[what];
}

// Each line a seed and a number of steps, which failed once.
TEST(SharedSimulation, KeepsEveryPromiseThatItOnceBroke) {
  std::ifstream seeds(MAILRAIL_SIM_SHARED_SEEDS);
  ASSERT_TRUE(seeds.is_open());
  for (std::string line; std::getline(seeds, line);) {
    if (line.empty() || line[0] == '#') continue;
    SimulationOptions options;
    ASSERT_EQ(std::sscanf(line.c_str(), "%lu %lu", &options.seed, &options.steps), 2) << line;
    EXPECT_TRUE(keeps_every_promise(SharedSimulation(options).run())) << line;
  }
}

}  // namespace
}  // namespace mailrail::sim
