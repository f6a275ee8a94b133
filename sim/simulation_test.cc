// The simulation over a few seeds, a power cut at every step of short runs, and proof that it would
// notice.

#include "sim/simulation.h"

#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace mailrail::sim {
namespace {

using What = Sabotage::What;

testing::AssertionResult keeps_every_promise(const SimulationReport& report) {
  if (!report.violation) return testing::AssertionSuccess();
  testing::AssertionResult result = testing::AssertionFailure() << report.violation->what;
  for (const std::string& line : report.story) result << "\n" << line;
  return result;
}

TEST(Simulation, DoesTheSameForTheSameSeed) {
  const SimulationReport one = Simulation({.seed = 7, .steps = 300}).run();
  const SimulationReport two = Simulation({.seed = 7, .steps = 300}).run();

  EXPECT_EQ(one.trace, two.trace);
  EXPECT_EQ(one.disk_steps, two.disk_steps);
  EXPECT_NE(one.trace, Simulation({.seed = 8, .steps = 300}).run().trace);
}

// What is never met is never judged.
TEST(Simulation, MeetsWhatItIsFor) {
  std::map<std::string, std::uint64_t> met;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const SimulationReport report = Simulation({.seed = seed, .steps = 1000}).run();
    EXPECT_TRUE(keeps_every_promise(report));
    EXPECT_GT(report.messages, 50u);
    EXPECT_GT(report.answers, report.commands / 3);
    met["crashes"] += report.crashes;
    for (const auto& [what, times] : report.met) met[what] += times;
  }

  for (const char* what :
       {"crashes", "a body was read back", "a frame in flight survived a crash",
        "a frame in flight was lost", "a frame was full", "a handle had expired",
        "a lease was given back", "a receive attempt was repeated", "a send was refused at a limit",
        "the disk was full for some time", "a receive had too much to set aside",
        "a send was a duplicate", "a start found the clock a day ahead",
        "a start found the clock behind", "a torn frame was put aside", "a waiting call was woken",
        "dead letters were moved", "the disk was slow"}) {
    EXPECT_GE(met[what], 3u) << what;
  }
}

TEST(Simulation, KeepsEveryPromiseWithAPowerCutAtEveryStep) {
  for (const Unsynced leaves : all_unsynced) {
    for (std::uint64_t seed = 1; seed <= MAILRAIL_SIM_CUT_SEEDS; ++seed) {
      for (std::uint64_t step = 1;; ++step) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << ", step " << step << ", unsynced "
                                        << static_cast<int>(leaves));
        const SimulationReport report =
            Simulation({.seed = seed, .steps = 60, .cut_at = step, .cut_leaves = leaves}).run();
        ASSERT_TRUE(keeps_every_promise(report));
        if (report.crashes == 0) break;  // The run ended before.
      }
    }
  }
}

// Each line a seed and a number of steps, which failed once.
TEST(Simulation, KeepsEveryPromiseThatItOnceBroke) {
  std::ifstream seeds(MAILRAIL_SIM_SEEDS);
  ASSERT_TRUE(seeds.is_open());
  for (std::string line; std::getline(seeds, line);) {
    if (line.empty() || line[0] == '#') continue;
    SimulationOptions options;
    ASSERT_EQ(std::sscanf(line.c_str(), "%lu %lu", &options.seed, &options.steps), 2) << line;
    EXPECT_TRUE(keeps_every_promise(Simulation(options).run())) << line;
  }
}

// --- Sabotage: what is done wrong, and by which law it is noticed.

struct Case {
  std::string name;
  What what;
  Law noticed_as;
  std::set<Law> blind_to = {};
};

class SabotageIsNoticed : public testing::TestWithParam<Case> {};

TEST_P(SabotageIsNoticed, WithinFortySeeds) {
  const Case& tried = GetParam();
  std::optional<Violation> noticed;

  for (std::uint64_t seed = 1; seed <= 40 && !noticed; ++seed) {
    noticed = Simulation({.seed = seed,
                          .steps = 1000,
                          .sabotage = {.what = tried.what, .blind_to = tried.blind_to}})
                  .run()
                  .violation;
  }

  ASSERT_TRUE(noticed);
  EXPECT_EQ(noticed->law, tried.noticed_as) << noticed->what;
}

INSTANTIATE_TEST_SUITE_P(
    Seeds,
    SabotageIsNoticed,
    testing::Values(
        Case{"AnswersBeforeTheAppend", What::says_durable_before_append, Law::durability},
        Case{"AnswersBeforeTheAppendAsLoss",
             What::says_durable_before_append,
             Law::loss,
             {Law::durability}},
        Case{"ForgetsToSync", What::skips_sync, Law::loss},
        Case{"AnswersSendsAtOnce", What::answers_sends_at_once, Law::durability},
        Case{"AnswersSendsAtOnceAsLoss", What::answers_sends_at_once, Law::loss, {Law::durability}},
        Case{"AnswersFifoReceivesAtOnce", What::answers_fifo_receives_at_once, Law::durability},
        Case{"AnswersFifoReceivesAtOnceAsTwoConsumers",
             What::answers_fifo_receives_at_once,
             Law::conversations,
             {Law::durability, Law::loss}},
        Case{"ForgetsTheLastFrame", What::forgets_last_frame, Law::replay},
        Case{"ForgetsTheLastFrameByTheLedger", What::forgets_last_frame, Law::facts, {Law::replay}},
        Case{"ForgetsLeases", What::forgets_leases, Law::replay},
        Case{"ForgetsLeasesByTheLedger", What::forgets_leases, Law::facts, {Law::replay}},
        Case{"ForgetsRemovals", What::forgets_removals, Law::replay},
        Case{"ForgetsRemovalsByTheLedger", What::forgets_removals, Law::facts, {Law::replay}},
        Case{"ForgetsDeduplication", What::forgets_deduplication, Law::replay},
        Case{"ForgetsDeduplicationByTheLedger",
             What::forgets_deduplication,
             Law::facts,
             {Law::replay}},
        Case{"BelievesStaleHandles", What::believes_stale_handles, Law::facts},
        Case{"LosesWakeUps", What::loses_wake_ups, Law::waiting},
        Case{"GivesAnotherBody", What::gives_another_body, Law::bodies}),
    [](const auto& tried) { return tried.param.name; });

}  // namespace
}  // namespace mailrail::sim
