// seeded_bugs: makes mailrail do one thing wrong after the other and shows that the simulation
// notices each, within a number of seeds that is fixed.
//
// Prints the table of docs/testing.md. Exits 1 if something is not noticed, or if the same runs
// find anything when nothing is wrong. Each bug has a process of its own, because a failed CHECK
// ends it; that, too, is noticing.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/seeded_bug.h"
#include "sim/shared_simulation.h"
#include "sim/simulation.h"

namespace mailrail::sim {
namespace {

using What = Sabotage::What;

enum class Runs : std::uint8_t {
  usual,   // 1000 steps, everything may happen.
  small,   // 300 steps, the smallest segments and checkpoints.
  damage,  // Likewise, and what was synced is harmed at the end.
  brief,   // 80 steps, small: many ends shortly after a crash.
  shared,  // 500 steps of several nodes and one log.
};

constexpr std::uint64_t seeds_max(Runs runs) {
  if (runs == Runs::shared) return 200;
  return runs == Runs::brief ? 2000 : 120;
}

constexpr std::uint64_t steps_of(Runs runs) {
  if (runs == Runs::usual) return 1000;
  if (runs == Runs::shared) return 500;
  return runs == Runs::brief ? 80 : 300;
}

struct Bug {
  std::string_view what;
  Runs runs = Runs::usual;
  Sabotage::What sabotage = What::nothing;
  SeededBug seeded = SeededBug::none;
  std::set<Law> blind_to = {};
};

const Bug bugs[] = {
    {.what = "an answer leaves before its frame is appended",
     .sabotage = What::says_durable_before_append},
    {.what = "likewise, seen by what a crash takes back alone",
     .sabotage = What::says_durable_before_append,
     .blind_to = {Law::durability}},
    {.what = "a send is answered before it is durable", .sabotage = What::answers_sends_at_once},
    {.what = "likewise, seen by what a crash takes back alone",
     .sabotage = What::answers_sends_at_once,
     .blind_to = {Law::durability}},
    {.what = "a FIFO lease is not waited for", .sabotage = What::answers_fifo_receives_at_once},
    {.what = "likewise, seen by two consumers of one conversation alone",
     .sabotage = What::answers_fifo_receives_at_once,
     .blind_to = {Law::durability, Law::loss}},
    {.what = "files are not synced", .sabotage = What::skips_sync},
    {.what = "the directory is not synced", .sabotage = What::skips_directory_sync},
    {.what = "a sync that failed is tried again", .sabotage = What::retries_failed_sync},
    {.what = "a start forgets the last frame", .sabotage = What::forgets_last_frame},
    {.what = "a start forgets leases", .sabotage = What::forgets_leases},
    {.what = "likewise, seen by the ledger alone",
     .sabotage = What::forgets_leases,
     .blind_to = {Law::replay}},
    {.what = "a start forgets deletions", .sabotage = What::forgets_removals},
    {.what = "likewise, seen by the ledger alone",
     .sabotage = What::forgets_removals,
     .blind_to = {Law::replay}},
    {.what = "a start forgets which conversations are parked", .sabotage = What::forgets_parking},
    {.what = "likewise, seen by the ledger alone",
     .sabotage = What::forgets_parking,
     .blind_to = {Law::replay}},
    {.what = "a start forgets deduplication ids", .sabotage = What::forgets_deduplication},
    {.what = "likewise, seen by the ledger alone",
     .sabotage = What::forgets_deduplication,
     .blind_to = {Law::replay}},
    {.what = "a start trusts a clock that went back", .sabotage = What::trusts_the_clock},
    {.what = "stale receipt handles are believed", .sabotage = What::believes_stale_handles},
    {.what = "a wake-up is lost", .sabotage = What::loses_wake_ups},
    {.what = "who is to be asked when the next frame can follow is not",
     .seeded = SeededBug::forgets_deferred},
    {.what = "a message is given another's body", .sabotage = What::gives_another_body},
    {.what = "a checkpoint lacks its last slice", .sabotage = What::drops_last_slice},
    {.what = "a checkpoint's last sequence number is not taken over",
     .seeded = SeededBug::reuses_sequence_numbers},
    {.what = "a start forgets the tasks of a checkpoint", .seeded = SeededBug::forgets_move_tasks},
    {.what = "likewise, seen by the ledger alone",
     .seeded = SeededBug::forgets_move_tasks,
     .blind_to = {Law::replay}},
    {.what = "a start has the tasks of a checkpoint begin anew",
     .seeded = SeededBug::forgets_move_progress},
    {.what = "likewise, seen by the ledger alone",
     .seeded = SeededBug::forgets_move_progress,
     .blind_to = {Law::replay}},
    {.what = "a checkpoint's parked conversations are not taken over",
     .seeded = SeededBug::forgets_parked},
    {.what = "a parked conversation is emptied and no fact says that it goes on",
     .seeded = SeededBug::keeps_parking_of_emptied},
    {.what = "a queue's bounds hold nothing back", .seeded = SeededBug::ignores_bounds},
    {.what = "a publication is answered before it is durable",
     .sabotage = What::answers_publishes_at_once},
    {.what = "likewise, seen by what is durable of it alone",
     .sabotage = What::answers_publishes_at_once,
     .blind_to = {Law::durability}},
    {.what = "likewise, seen by what a crash takes back alone",
     .sabotage = What::answers_publishes_at_once,
     .blind_to = {Law::durability, Law::publications}},
    {.what = "a publication reaches its queues one after the other",
     .sabotage = What::publishes_in_parts},
    {.what = "likewise, seen by what a crash leaves of it alone",
     .sabotage = What::publishes_in_parts,
     .blind_to = {Law::facts}},
    {.what = "a start forgets what topics were told to deduplicate",
     .sabotage = What::forgets_topic_deduplication},
    {.what = "likewise, seen by the ledger alone",
     .sabotage = What::forgets_topic_deduplication,
     .blind_to = {Law::replay}},
    {.what = "a checkpoint's deduplication ids are not taken over",
     .seeded = SeededBug::forgets_deduplication},
    {.what = "likewise, seen by the ledger alone",
     .seeded = SeededBug::forgets_deduplication,
     .blind_to = {Law::replay}},
    {.what = "a checkpoint lacks the newest subscription",
     .seeded = SeededBug::sweeps_no_last_subscription},
    {.what = "likewise, seen by the ledger alone",
     .seeded = SeededBug::sweeps_no_last_subscription,
     .blind_to = {Law::replay}},
    {.what = "a changed subscription keeps its old filter", .seeded = SeededBug::keeps_old_filters},
    {.what = "a publication that one queue has already reaches none",
     .seeded = SeededBug::drops_all_for_a_duplicate},
    {.what = "a queue takes another conversation's publication for a duplicate",
     .seeded = SeededBug::deduplicates_across_groups},
    {.what = "a FIFO queue gets a publication once for each subscription",
     .seeded = SeededBug::delivers_duplicates},
    {.what = "a shared body is freed while a message still has it",
     .seeded = SeededBug::frees_shared_bodies_early},
    {.what = "the cleaner moves a shared body and messages look for it where it was",
     .seeded = SeededBug::leaves_shared_bodies},
    {.what = "the cleaner moves a shared body for one message alone",
     .seeded = SeededBug::moves_shared_bodies_for_one},
    {.what = "an endpoint is sent a message before its lease is durable",
     .seeded = SeededBug::sends_before_lease},
    {.what = "likewise, seen by what endpoints are sent alone",
     .seeded = SeededBug::sends_before_lease,
     .blind_to = {Law::durability}},
    {.what = "every attempt of a delivery counts as the first",
     .seeded = SeededBug::counts_no_attempts},
    {.what = "likewise, seen by what endpoints are sent alone",
     .seeded = SeededBug::counts_no_attempts,
     .blind_to = {Law::facts}},
    {.what = "an endpoint that does not answer is taken for one that took it",
     .seeded = SeededBug::takes_silence_for_success},
    {.what = "likewise, seen by what endpoints have answered alone",
     .seeded = SeededBug::takes_silence_for_success,
     .blind_to = {Law::facts}},
    {.what = "a delivery that is given up does not go to its dead-letter queue",
     .seeded = SeededBug::drops_given_up},
    {.what = "likewise, seen by what is durable of it alone",
     .seeded = SeededBug::drops_given_up,
     .blind_to = {Law::facts}},
    {.what = "an endpoint gets messages before it has confirmed",
     .seeded = SeededBug::publishes_to_pending},
    {.what = "likewise, seen by what endpoints are sent alone",
     .seeded = SeededBug::publishes_to_pending,
     .blind_to = {Law::facts, Law::publications}},
    {.what = "the cleaner frees too early: before bodies are elsewhere",
     .seeded = SeededBug::trims_too_early},
    {.what = "a checkpoint is named before the log is durable up to its end",
     .seeded = SeededBug::finishes_checkpoint_early},
    {.what = "segments are freed before the superblock is durable",
     .runs = Runs::small,
     .seeded = SeededBug::frees_before_superblock},
    {.what = "a checkpoint is not synced when it is finished",
     .seeded = SeededBug::leaves_checkpoint_unsynced},
    {.what = "a segment is recycled while a reader holds it",
     .seeded = SeededBug::recycles_held_segments},
    {.what = "the last frame is not written again after an unclean stop",
     .seeded = SeededBug::leaves_last_frame},
    {.what = "a torn frame is not zeroed",
     .runs = Runs::brief,
     .seeded = SeededBug::leaves_torn_frame},
    {.what = "the chain of frames is not checked",
     .runs = Runs::damage,
     .seeded = SeededBug::believes_any_chain},
    {.what = "a damaged body is shown",
     .runs = Runs::damage,
     .seeded = SeededBug::believes_any_payload},
    {.what = "an owner tells what it decided though another may own the log",
     .runs = Runs::shared,
     .sabotage = What::tells_without_certainty},
    {.what = "a new owner serves at once, though the one before was seen alive",
     .runs = Runs::shared,
     .sabotage = What::serves_at_once},
    {.what = "a new owner does not read the rest of the log",
     .runs = Runs::shared,
     .sabotage = What::reads_no_rest},
    {.what = "a take-over does not count the epoch up",
     .runs = Runs::shared,
     .sabotage = What::keeps_epoch},
    {.what = "a take-over is believed that a fail-over takes back",
     .runs = Runs::shared,
     .seeded = SeededBug::believes_seen_take_overs},
    {.what = "an append whose answer was lost is taken for durable",
     .runs = Runs::shared,
     .sabotage = What::takes_unknown_for_durable},
    {.what = "an append whose answer was lost is made again at the next position",
     .runs = Runs::shared,
     .sabotage = What::moves_unknown_appends},
    {.what = "an append does not look at the lease",
     .runs = Runs::shared,
     .sabotage = What::asks_no_lease},
    {.what = "a follower goes on behind a frame that is not in the log any more",
     .runs = Runs::shared,
     .seeded = SeededBug::follows_what_is_lost},
    {.what = "a deposed owner finishes its checkpoint",
     .runs = Runs::shared,
     .sabotage = What::finishes_when_deposed},
    {.what = "a deposed owner trims", .runs = Runs::shared, .sabotage = What::trims_when_deposed},
};

// In the order of Law.
constexpr std::string_view law_names[] = {
    "durability (I6)", "loss (I1, I2)",      "replay (I7)",      "facts (I2 to I5)",
    "bodies (I1)",     "publications (I10)", "deliveries (I11)", "conversations (I3)",
    "waiting (I9)",    "limits (I8)",        "damage",           "drain (I1, I9)",
    "ownership (I12)"};

SimulationOptions options_of(const Bug& bug, std::uint64_t seed) {
  SimulationOptions options{.seed = seed, .steps = steps_of(bug.runs)};
  options.sabotage = {.what = bug.sabotage, .blind_to = bug.blind_to};
  if (bug.runs != Runs::usual && bug.runs != Runs::shared) options.sizes = smallest_sizes();
  if (bug.runs == Runs::brief) options.end_one_in = 20;
  if (bug.runs == Runs::damage) options.damage = all_damage[seed % std::size(all_damage)];
  return options;
}

// Written by the bug's process as it goes on; the last one counts.
struct Progress {
  std::uint64_t seed = 0;
  std::uint64_t crashes = 0;
  std::uint64_t disk_steps = 0;
  bool is_over = false;
  bool is_broken = false;
  Law law = Law::facts;
};

void run(const Bug& bug, int out) {
  seeded_bug = bug.seeded;
  Progress progress;
  const auto tell = [&] { CHECK(write(out, &progress, sizeof progress) == sizeof progress); };
  for (std::uint64_t seed = 1; seed <= seeds_max(bug.runs) && !progress.is_broken; ++seed) {
    progress.seed = seed;
    tell();
    const SimulationOptions options = options_of(bug, seed);
    const SimulationReport report =
        bug.runs == Runs::shared ? SharedSimulation(options).run() : Simulation(options).run();
    progress.crashes += report.crashes;
    progress.disk_steps += report.disk_steps;
    progress.is_broken = report.violation.has_value();
    if (report.violation) progress.law = report.violation->law;
  }
  progress.is_over = true;
  tell();
}

Progress run_apart(const Bug& bug) {
  int pipe_ends[2];
  CHECK(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(std::freopen("/dev/null", "w", stderr) != nullptr);  // A CHECK has its say there.
    run(bug, pipe_ends[1]);
    _exit(0);
  }
  close(pipe_ends[1]);
  Progress last;
  for (Progress next; read(pipe_ends[0], &next, sizeof next) == sizeof next;) last = next;
  close(pipe_ends[0]);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  return last;
}

int main_of_all() {
  bool all_noticed = true;
  bool all_sound = true;
  fmt::print("| what is done wrong | noticed by | seed | crashes | steps of the disk |\n");
  fmt::print("| --- | --- | --- | --- | --- |\n");
  for (const Bug& bug : bugs) {
    const Progress noticed = run_apart(bug);
    const bool is_noticed = noticed.is_broken || !noticed.is_over;
    const std::string_view by = noticed.is_broken ? law_names[static_cast<std::size_t>(noticed.law)]
                                : is_noticed      ? std::string_view("a failed CHECK")
                                                  : std::string_view("**nothing**");
    fmt::print("| {} | {} | {} | {} | {} |\n", bug.what, by, noticed.seed, noticed.crashes,
               noticed.disk_steps);
    std::fflush(stdout);
    all_noticed = all_noticed && is_noticed;
  }
  for (const Runs runs : {Runs::usual, Runs::small, Runs::damage, Runs::brief, Runs::shared}) {
    const Progress sound = run_apart({.what = "nothing", .runs = runs});
    const bool is_sound = sound.is_over && !sound.is_broken;
    if (!is_sound) fmt::print("With nothing wrong seed {} found something.\n", sound.seed);
    all_sound = all_sound && is_sound;
  }
  const auto count =
      std::ranges::count_if(bugs, [](const Bug& bug) { return bug.blind_to.empty(); });
  fmt::print(
      "\n{} bugs, at most {} seeds each ({} for brief runs, {} for several nodes); the same seeds "
      "{} "
      "when nothing is wrong.\n",
      count, seeds_max(Runs::usual), seeds_max(Runs::brief), seeds_max(Runs::shared),
      all_sound ? "pass" : "do not all pass");
  return all_noticed && all_sound ? 0 : 1;
}

}  // namespace
}  // namespace mailrail::sim

int main() { return mailrail::sim::main_of_all(); }
