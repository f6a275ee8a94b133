#include "sim/simulation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "signing/signing_testing.h"
#include "sim/describe.h"
#include "sim/recovery.h"

namespace mailrail::sim {
namespace {

// Copies of torn frames, and the superblock.
constexpr std::uint64_t beside_the_log_bytes = 2 << 20;

Careless carelessness_of(const Sabotage& sabotage) {
  switch (sabotage.what) {
    case Sabotage::What::skips_sync:
      return Careless::file_syncs;
    case Sabotage::What::skips_directory_sync:
      return Careless::directory_syncs;
    case Sabotage::What::retries_failed_sync:
      return Careless::failed_syncs;
    default:
      return Careless::nothing;
  }
}

engine::Strictness strictness_of(std::uint64_t seed) {
  return seed % 4 == 3 ? engine::Strictness::aws : engine::Strictness::lenient;
}

// The seeds that failed once keep theirs.
Habit habit_of(std::uint64_t seed) {
  if (seed % 8 == 0 || seed % 16 < 4) return Habit::filling;
  const std::uint64_t kind = seed % 16;
  return kind == 7 || kind == 10 || kind == 11 || kind == 13 ? Habit::redriving : Habit::mixed;
}

// Of all habits, and with either limit.
Topics topics_of(std::uint64_t seed) {
  const bool is_some = seed % 16 == 7 || seed % 16 >= 9 || seed % 32 == 18;
  return is_some ? Topics::some : Topics::none;
}

// Of a quarter of all, which publish, too.
Pushes pushes_of(std::uint64_t seed) {
  const std::uint64_t kind = seed % 16;
  const bool is_some = kind == 9 || kind == 12 || kind == 14 || kind == 15;
  return is_some ? Pushes::some : Pushes::none;
}

// Whether the harm is to the last frame.
bool excuses(const Harm& harm, const log::Frame* last) {
  namespace format = log::format;
  if (last == nullptr) return false;
  const std::uint64_t segment = format::segment_of(last->position);
  const std::uint64_t begin = format::offset_of(last->position) - sizeof(format::FrameHeader);
  const std::uint64_t end = begin + format::frame_extent(last->payload.size());
  return harm.name == format::segment_name(format::SegmentKind::log, segment) &&
         harm.offset < end && harm.offset + harm.bytes > begin;
}

// Whether the log's last file is another: that of the last frame, or a later one, which has none
// yet where the other may have some.
bool is_end_another(const Harm& harm, Damage damage, const log::Frame* last) {
  namespace format = log::format;
  const auto segment = format::segment_named(format::SegmentKind::log, harm.name);
  if (last == nullptr || !segment) return false;
  const std::uint64_t last_segment = format::segment_of(last->position);
  if (damage == Damage::older_file) return *segment == last_segment;
  return damage == Damage::other_future && *segment >= last_segment;
}

}  // namespace

Simulation::Simulation(const SimulationOptions& options)
    : options_(options),
      random_(options.seed),
      server_random_(options.seed + 1'000'000'007),
      disk_(options.seed),
      careless_disk_(disk_, carelessness_of(options.sabotage)),
      judge_(options.sabotage.blind_to, strictness_of(options.seed)),
      clients_(random_, habit_of(options.seed), topics_of(options.seed), pushes_of(options.seed)),
      wall_(first_day) {
  if (pushes_of(options.seed) == Pushes::some) {
    signer_.load(signing::test_key_pair()).value();
    endpoints_.emplace(options.seed + 2'000'000'011, judge_);
  }
  if (!options_.cut_at) plan_limits();
}

SimulationReport Simulation::run() {
  for (std::uint64_t i = 0; i < options_.steps && !is_over(); ++i) {
    steps_done_ = i;
    if (process_ == nullptr) start();
    if (process_ != nullptr) step();
    if (process_ != nullptr && process_->has_failed() && !is_disk_to_blame())
      judge_.report(Law::limits, "the disk failed although nothing was wrong with it");
    if (is_down()) crash();
  }
  has_faults_ = false;
  if (endpoints_) endpoints_->calm_down();
  empty_disk();
  plan_fault();
  if (options_.damage) {
    if (!is_over()) come_to_harm();
  } else {
    while (!is_over() && !drain()) {
    }
  }
  report_.violation = judge_.violation();
  report_.trace = judge_.trace();
  report_.met = judge_.met();
  if (is_over()) report_.story = judge_.story();
  report_.disk_steps = disk_.steps();
  return report_;
}

bool Simulation::is_alive() {
  if (is_down()) crash();
  return process_ != nullptr;
}

bool Simulation::is_down() const {
  return !disk_.has_power() || (process_ != nullptr && process_->has_failed());
}

// --- What clients do.

void Simulation::step() {
  if (!options_.cut_at && chance(options_.end_one_in)) return crash();
  if (!options_.cut_at && chance(options_.end_one_in)) {
    stop();
    return;
  }
  if (!options_.cut_at && chance(600)) fill_disk();
  if (chance(4)) {
    pass(clients_.pause(judge_.ledger(), process_->now()));
  } else {
    std::vector<Command> commands;
    const std::uint64_t count = clients_.together();
    while (commands.size() < count || clients_.has_plan())
      commands.push_back(clients_.next(judge_.ledger()));
    if (chance(30)) process_->give_up(commands.front().number - random_.below(8));
    ask(std::move(commands));
  }
  process_->work();
  read_answers();
}

void Simulation::ask(std::vector<Command> commands) {
  std::vector<std::unique_ptr<broker::Call>> calls;
  for (Command& each : commands) {
    judge_.submitted(each, process_->now());
    report_.commands += 1;
    calls.push_back(std::make_unique<SimCall>(std::move(each), judge_, options_.sabotage, reign_));
  }
  process_->turn(process_->now(), std::move(calls));
}

void Simulation::pass(Duration time) {
  wall_ += time;
  process_->turn(process_->now() + time, {});
}

void Simulation::read_answers() {
  for (const auto& each : process_->take_answered()) {
    report_.answers += 1;
    report_.messages += each->reply().received.messages.size();
    clients_.told(each->command(), each->reply());
  }
  if (!endpoints_) return;
  for (Token& each : endpoints_->take_tokens()) clients_.told(std::move(each));
}

// --- What becomes of the server.

Result<std::unique_ptr<Process>> Simulation::start_process() {
  std::optional<Webhooks::World> webhooks;
  if (endpoints_) webhooks.emplace(*endpoints_, signer_, server_random_, judge_);
  const Process::World world{.random = server_random_,
                             .judge = judge_,
                             .sabotage = options_.sabotage,
                             .sizes = options_.sizes,
                             .strictness = strictness_of(options_.seed),
                             .webhooks = webhooks};
  return Process::start(world, TRY(recover(careless_disk_, world)), reign_, wall_);
}

void Simulation::start() {
  plan_fault();
  auto started = start_process();
  if (started) {
    report_.recoveries += 1;
    process_ = *std::move(started);
    return;
  }
  if (!is_disk_to_blame())
    judge_.report(Law::loss, "the log cannot be opened: " + started.error().message);
  crash();
}

void Simulation::plan_fault() {
  if (options_.cut_at) return disk_.inject(*options_.cut_at, Fault::power_cut);
  if (!has_faults_) return disk_.forget_fault();
  constexpr Fault faults[] = {Fault::power_cut, Fault::power_cut, Fault::io_error, Fault::no_space,
                              Fault::sync_failure};
  const Fault fault = faults[random_.below(std::size(faults))];
  const std::uint64_t soon = 1 + random_.below(std::uint64_t{1} << (3 + random_.below(9)));
  if (chance(2)) return disk_.inject(disk_.steps() + soon, fault);
  disk_.inject_at_change(disk_.changes() + soon / 4 + 1, fault);
}

// Some runs have little disk or little memory.
void Simulation::plan_limits() {
  broker::Options& options = options_.sizes.broker;
  if (clients_.habit() == Habit::filling) {  // Housekeeping has more to do, in larger steps.
    options.housekeeping.moved_bytes = 8 << 10;
    options.housekeeping.sweep = {.messages_max = 400, .bytes_max = 32 << 10};
  }
  if (options_.seed % 8 == 2) {
    log::FileLogOptions& log = options_.sizes.log;
    log.segment_bytes = 512 << 10;  // Little is left of each when it is sealed.
    log.payload_bytes_max = 32 << 10;
    log.zeroed_step_bytes = 4 << 10;
    options.housekeeping.disk_bytes_max = (9 + random_.below(3)) * log.segment_bytes;
  }
  if (options_.seed % 8 == 3) options.memory_bytes_max = (20 + random_.below(40)) << 10;
  if (clients_.habit() == Habit::redriving && options_.seed % 8 == 3)
    options.memory_bytes_max += 20 << 10;  // For the tasks that queues remember.
  empty_disk();
}

// Somebody else has filled it, for some time: the server may fail and be started more than once.
void Simulation::fill_disk() {
  judge_.meet("the disk was full for some time");
  is_disk_full_ = true;
  disk_.limit(disk_.bytes() + random_.below(300 << 10));
}

void Simulation::empty_disk() {
  is_disk_full_ = false;
  const std::uint64_t limit = options_.sizes.broker.housekeeping.disk_bytes_max;
  const bool is_limited = limit != ~std::uint64_t{0};
  disk_.limit(is_limited ? limit + beside_the_log_bytes : std::uint64_t{1} << 40);
}

// The process ends without warning, and the machine perhaps with it. Nobody knows how long it takes
// to be back, and a machine's clock may be anywhere after that.
void Simulation::crash() {
  judge_.note(fmt::format("crash at step {} of the disk", disk_.steps()));
  report_.crashes += 1;
  if (clients_.has_tokens()) judge_.meet("a crash came between a token and its use");
  process_.reset();
  if (is_disk_full_ && chance(4)) empty_disk();
  const Unsynced left =
      options_.cut_at ? options_.cut_leaves : all_unsynced[random_.below(std::size(all_unsynced))];
  if (!disk_.has_power() || chance(2)) disk_.restart(left);
  back_up();
  if (chance(2)) wall_ += Duration(random_.below(chance(8) ? 600'000 : 3000));
  if (chance(8)) wall_ -= Duration(random_.below(3'600'000));
}

// False if the server died on the way.
bool Simulation::stop() {
  if (!process_->stop()) {
    crash();
    return false;
  }
  process_.reset();
  back_up();
  return true;
}

// --- Damage to what was synced.

void Simulation::back_up() {
  const bool is_time = backup_.empty() && steps_done_ >= options_.steps / 2;
  if (options_.damage && is_time && disk_.has_power()) backup_ = files_of(disk_);
}

void Simulation::come_to_harm() {
  while (process_ == nullptr && !is_over()) start();
  if (is_over()) return;
  process_->finish();
  process_->turn(process_->now(), {});
  process_->finish();
  const bool is_clean = chance(2) && stop();
  process_.reset();
  disk_.restart(Unsynced::survives);

  const Files future =
      *options_.damage == Damage::other_future && !backup_.empty()
          ? other_future(backup_, judge_.ledger(), options_.sizes.log, random_.next())
          : Files();
  const bool is_future = *options_.damage == Damage::other_future;
  const std::optional<Harm> harmed =
      harm(disk_, *options_.damage, is_future ? future : backup_, random_);
  if (!harmed) return judge_.meet("nothing could be harmed");
  judge_.note(
      fmt::format("{} bytes at {} of {} were harmed", harmed->bytes, harmed->offset, harmed->name));
  if (!is_clean && is_end_another(*harmed, *options_.damage, judge_.last_frame()))
    return judge_.meet("the log's last file was another");
  if (!is_clean && excuses(*harmed, judge_.last_frame())) judge_.excuse_last_frame();
  auto started = start_process();
  if (!started) return judge_.refused(started.error(), disk_.directory());
  judge_.meet("a start found nothing that it needs damaged");
  process_ = *std::move(started);
  if (!judge_.has_given_up()) read_everything();
}

void Simulation::read_everything() {
  for (const auto& [id, queue] : judge_.ledger().queues()) {
    for (const auto& [seq, message] : queue.messages)
      judge_.check_kept(id, seq, process_->read(message.place));
  }
}

// Consumers that receive and delete, until nothing is left. False if the server did not live to the
// end of it.
bool Simulation::drain() {
  if (process_ == nullptr) start();
  if (process_ != nullptr) process_->finish();
  if (!Drain(*this, clients_, judge_).run()) return false;
  if (is_over()) return true;
  const bool has_stopped = process_->stop();
  judge_.drained(process_->engine());
  if (has_stopped) {
    judge_.emptied(process_->log().space());
    process_.reset();
  } else {
    crash();
  }
  for (start(); !is_over() && process_ == nullptr;) start();
  return true;
}

}  // namespace mailrail::sim
