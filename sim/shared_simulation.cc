#include "sim/shared_simulation.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/describe.h"

namespace mailrail::sim {
namespace {

using What = Sabotage::What;

constexpr int rounds_max = 2000;         // Until some node owns the log, with nothing in its way.
constexpr std::uint64_t slices_max = 5;  // In which a longer time passes.

Unfenced unfenced_of(const Sabotage& sabotage) {
  switch (sabotage.what) {
    case What::asks_no_lease:
      return Unfenced::inserts;
    case What::keeps_epoch:
      return Unfenced::take_overs;
    case What::finishes_when_deposed:
      return Unfenced::checkpoints;
    case What::trims_when_deposed:
      return Unfenced::trims;
    default:
      return Unfenced::nothing;
  }
}

engine::Strictness strictness_of(std::uint64_t seed) {
  return seed % 8 < 6 ? engine::Strictness::lenient : engine::Strictness::aws;
}

Habit habit_of(std::uint64_t seed) {
  constexpr Habit all[] = {Habit::mixed, Habit::mixed, Habit::redriving, Habit::filling};
  return all[seed / 2 % 4];
}

Topics topics_of(std::uint64_t seed) { return seed / 8 % 2 == 0 ? Topics::some : Topics::none; }

}  // namespace

SharedSimulation::SharedSimulation(const SimulationOptions& options)
    : options_(options),
      random_(options.seed),
      server_random_(options.seed + 1'000'000'007),
      database_(options.seed + 2'000'000'011, unfenced_of(options.sabotage)),
      careless_databases_(database_, options_.sabotage),
      judge_(options.sabotage.blind_to, strictness_of(options.seed)),
      clients_(random_, habit_of(options.seed), topics_of(options.seed)),
      clock_(first_day) {
  if (!is_by_clock()) judge_.allow_promotion_at_any_time();
  const std::uint64_t count = 2 + random_.below(2);
  for (std::uint64_t i = 1; i <= count; ++i)
    nodes_.push_back(std::make_unique<Node>(world(), fmt::format("node-{}", i)));
  database_.be_unlucky(options.seed % 5 == 0 ? 0 : 15 + random_.below(100));
  database_.meanwhile([this] { elsewhere(); });
}

Node::World SharedSimulation::world() {
  const log::FileLogOptions& sizes = options_.sizes.log;
  return {.process = {.random = server_random_,
                      .judge = judge_,
                      .sabotage = options_.sabotage,
                      .sizes = options_.sizes,
                      .strictness = strictness_of(options_.seed),
                      .webhooks = {}},
          .database = database_,
          .databases = careless_databases_,
          .log = {.layout = {.partition_bytes = sizes.segment_bytes,
                             .payload_bytes_max = sizes.payload_bytes_max},
                  // Every second run asks the database each time.
                  .cache_bytes_max = options_.seed % 2 == 0 ? 0 : sizes.segment_bytes},
          .clock = clock_,
          .took_over = [this](Node& by) { took_over(by); },
          .serves = [this](Node& by) { serves(by); }};
}

SimulationReport SharedSimulation::run() {
  for (std::uint64_t i = 0; i < options_.steps && !is_over(); ++i) {
    step();
    if (database_.complaint()) judge_.report(Law::ownership, *database_.complaint());
  }
  if (!is_over()) drain();
  if (database_.complaint()) judge_.report(Law::ownership, *database_.complaint());
  report_.violation = judge_.violation();
  report_.trace = judge_.trace();
  report_.met = judge_.met();
  for (const auto& [what, times] : database_.met()) report_.met[what] += times;
  if (is_over()) report_.story = judge_.story();
  report_.disk_steps = database_.statements();
  return std::move(report_);
}

// --- What clients do, and what befalls them all.

void SharedSimulation::step() {
  if (chance(4)) {
    pass(clients_.pause(judge_.ledger(), now()));
  } else if (owner() != nullptr) {
    std::vector<Command> commands;
    const std::uint64_t count = clients_.together();
    while (commands.size() < count || clients_.has_plan())
      commands.push_back(clients_.next(judge_.ledger()));
    ask(std::move(commands));
  }
  trouble();
  go_on();
  read_answers();
}

// While a node waits for the database. Rare moments come from rare moments: then more happens.
void SharedSimulation::elsewhere() {
  if (is_elsewhere_ || !has_faults_ || is_over()) return;
  if (!chance(database_.has_unconfirmed() ? 4 : 80)) return;
  is_elsewhere_ = true;
  judge_.meet("others got on while a node waited");
  const std::uint64_t steps = 1 + random_.below(chance(4) ? 60 : 8);
  for (std::uint64_t i = 0; i < steps && !is_over(); ++i) step();
  is_elsewhere_ = false;
}

void SharedSimulation::trouble() {
  if (chance(database_.has_unconfirmed() ? 20 : 1000)) database_.fail_over();
  Node& node = any_node();
  if (chance(30)) node.wake();
  if (chance(120) && !node.is_asleep()) {
    node.sleep();
    judge_.meet("a node fell asleep");
  }
  if (!node.is_free()) return;
  if (chance(200) && !node.is_down()) {
    judge_.note(node.name() + " crashes");
    report_.crashes += 1;
    return node.crash();
  }
  if (chance(300) && node.is_owner() && !node.stop()) report_.crashes += 1;
  if (!is_by_clock() && chance(60) && node.is_follower()) take_over(node);
}

void SharedSimulation::go_on() {
  for (const auto& each : nodes_) {
    if (each->is_free() && !chance(3)) go_on(*each);
  }
}

void SharedSimulation::go_on(Node& node) {
  if (!node.is_follower()) return node.step();
  node.look();
  const bool is_due = is_by_clock() ? node.may_take_over() : node.may_take_over() && chance(4);
  if (is_due) take_over(node);
}

// Now and then it cannot know that it has, and what it did may be taken back.
void SharedSimulation::take_over(Node& node) {
  const bool is_doubtful = has_faults_ && chance(10);
  if (is_doubtful) database_.inject(SimPostgres::Mishap::lost_after);
  node.take_over();
  if (is_doubtful && chance(2)) database_.fail_over();
}

// Most go to the owner; a node that was deposed and does not know gets some, too.
void SharedSimulation::ask(std::vector<Command> commands) {
  for (Command& each : commands) {
    Node* to = owner();
    Node& other = any_node();
    if (to == nullptr || (has_faults_ && other.is_owner() && chance(2))) to = &other;
    if (!to->is_owner()) continue;
    judge_.submitted(each, now());
    report_.commands += 1;
    to->ask(std::move(each));
  }
}

// As long as it takes nobody does nothing: owners renew, followers look.
void SharedSimulation::pass(Duration time) {
  const auto slices = static_cast<std::int64_t>(time > 1s ? slices_max : 1);
  for (std::int64_t i = 0; i < slices && !is_over(); ++i) {
    clock_ += time / slices;
    for (const auto& each : nodes_) {
      if (each->is_free()) go_on(*each);
    }
  }
}

void SharedSimulation::read_answers() {
  for (const auto& each : take_answered()) {
    report_.answers += 1;
    report_.messages += each->reply().received.messages.size();
    clients_.told(each->command(), each->reply());
  }
}

std::vector<std::unique_ptr<SimCall>> SharedSimulation::take_answered() {
  std::vector<std::unique_ptr<SimCall>> answered;
  for (const auto& each : nodes_) {
    if (each->is_owner())
      std::ranges::move(each->process().take_answered(), std::back_inserter(answered));
  }
  return answered;
}

// --- Who owns the log.

Node* SharedSimulation::owner() const {
  const auto found = std::ranges::find_if(nodes_, [](const auto& each) { return each->reigns(); });
  return found == nodes_.end() ? nullptr : found->get();
}

Instant SharedSimulation::now() const {
  Node* reigning = owner();
  return reigning == nullptr ? clock_ : reigning->process().now();
}

// Another may have done it once more before this one hears that it has.
void SharedSimulation::took_over(Node& by) {
  report_.recoveries += 1;
  for (const auto& each : nodes_) {
    if (each->epoch() > by.epoch()) by.depose();
    if (each->epoch() >= by.epoch()) continue;
    if (each->reigns() && each->is_asleep()) judge_.meet("an owner was deposed in its sleep");
    if (each->reigns() && !each->is_free() && !each->is_asleep())
      judge_.meet("an owner was deposed while it waited");
    each->depose();
  }
}

void SharedSimulation::serves(const Node& by) {
  for (const auto& each : nodes_) {
    if (each->epoch() < by.epoch()) each->succeed();
  }
}

// --- The end.

void SharedSimulation::calm_down() {
  has_faults_ = false;
  database_.be_unlucky(0);
  database_.settle();
  for (const auto& each : nodes_) each->wake();
}

bool SharedSimulation::is_alive() { return owner() != nullptr; }

bool SharedSimulation::find_owner() {
  for (int round = 0; round < rounds_max && !is_over(); ++round) {
    if (owner() != nullptr) return true;
    pass(1s);
  }
  judge_.report(Law::drain, "no node takes the log over");
  return false;
}

void SharedSimulation::finish() {
  if (owner() != nullptr) owner()->finish();
}

void SharedSimulation::drain() {
  calm_down();
  do {
    if (!find_owner()) return;
    finish();
  } while (!Drain(*this, clients_, judge_).run());
  if (is_over() || owner() == nullptr) return;
  Node& last = *owner();
  last.finish();
  const std::optional<log::Space> space = last.stop();
  if (!space) return judge_.report(Law::drain, "an owner cannot stop");
  judge_.emptied(*space);
  if (!find_owner()) return;
  judge_.drained(owner()->process().engine());
  compare_followers();
}

void SharedSimulation::compare_followers() {
  pass(2s);
  pass(1s);  // Who learned only then that it is deposed starts again.
  for (const auto& each : nodes_) {
    if (each->is_down()) judge_.report(Law::drain, each->name() + " does not start");
  }
}

}  // namespace mailrail::sim
