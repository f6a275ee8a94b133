#include "sim/process.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace mailrail::sim {
namespace {

constexpr int turns_max = 10'000;   // At one instant; a server that wants more is stuck.
constexpr Duration nap_max = 100s;  // A server that was away for longer finds all of it at once.
constexpr Duration absence_max = 24h;
constexpr Duration retention_grace = 10min;

using What = Sabotage::What;

}  // namespace

Sizes usual_sizes() {
  return {.log = {.segment_bytes = 192 << 10,
                  .payload_bytes_max = 64 << 10,
                  .zeroed_step_bytes = 8 << 10},
          .broker = {.recent_bytes_max = 16 << 10,
                     .frame_bytes_max = 64 << 10,
                     .call_bytes_max = 24 << 10,
                     .housekeeping = {.log_bytes = 100 << 10,
                                      .moved_bytes = 2 << 10,
                                      .sweep = {.messages_max = 5, .bytes_max = 400}}}};
}

Sizes smallest_sizes() {
  return {.log = {.segment_bytes = 64 << 10,
                  .payload_bytes_max = 32 << 10,
                  .zeroed_step_bytes = 4 << 10},
          .broker = {.recent_bytes_max = 1 << 10,
                     .frame_bytes_max = 32 << 10,
                     .call_bytes_max = 24 << 10,
                     .housekeeping = {.log_bytes = 12 << 10,
                                      .moved_bytes = 1 << 10,
                                      .sweep = {.messages_max = 20, .bytes_max = 4000}}}};
}

Process::Process(const World& world, Recovered recovered, Reign& reign)
    : world_(world),
      reign_(reign),
      log_(std::move(recovered.log)),
      engine_(std::move(recovered.engine)) {
  broker::Options options = world_.sizes.broker;
  options.housekeeping.replayed_bytes = recovered.replayed_bytes;
  broker::Outbox& outbox = *this;
  broker_ = std::make_unique<broker::Broker>(*engine_, *log_, world_.random, outbox, options);
  log_thread_ =
      std::make_unique<LogThread>(*log_, world_.random, world_.judge, world_.sabotage, reign_);
}

std::unique_ptr<Process> Process::start(const World& world,
                                        Recovered recovered,
                                        Reign& reign,
                                        Instant wall) {
  const Instant last = recovered.last;
  const Instant now = world.sabotage.what == What::trusts_the_clock ? wall : std::max(wall, last);
  if (wall < last) world.judge.meet("a start found the clock behind");
  const bool was_absent = last != Instant{} && now - last > absence_max;
  const Instant retention_starts = was_absent ? now + retention_grace : Instant{};
  if (was_absent) world.judge.meet("a start found the clock a day ahead");
  recovered.engine->suspend_retention(retention_starts);
  if (!reign.is_over())
    world.judge.recovered(recovered.frames, recovered.log->checkpoint(), *recovered.engine,
                          retention_starts);
  auto process = std::unique_ptr<Process>(new Process(world, std::move(recovered), reign));
  process->now_ = now;
  process->turn(now, {});
  if (world.webhooks)
    process->webhooks_.emplace(*world.webhooks, process->engine_->identity(), *process->log_);
  return process;
}

// A server in time takes a turn whenever one is due on the way, a late one finds all of it at once.
void Process::turn(Instant now, std::vector<std::unique_ptr<broker::Call>> calls) {
  open_calls_ += calls.size();
  std::ranges::move(std::exchange(own_calls_, {}), std::back_inserter(calls));
  const bool is_late = now - now_ > nap_max || world_.random.below(4) == 0;
  if (!is_late) turn_while_due(now - 1ms);
  turn_once(now, std::move(calls));
  turn_while_due(now);
  if (has_failed() || reign_.is_over()) return;
  // A server decides nothing until the disk is ready for it.
  if (!broker_->has_room()) return world_.judge.meet("a frame was full");
  if (!broker_->takes_calls()) return world_.judge.meet("calls waited for housekeeping");
  using Commit = Judge::Commit;
  world_.judge.quiet(*engine_, broker_->is_committing() ? Commit::under_way : Commit::none, now_);
}

std::optional<Instant> Process::next_due() const {
  const std::optional<Instant> broker = broker_->next_turn();
  const std::optional<Instant> webhooks = webhooks_ ? webhooks_->next_due(now_) : std::nullopt;
  if (!broker || !webhooks) return broker ? broker : webhooks;
  return std::min(*broker, *webhooks);
}

void Process::turn_while_due(Instant by) {
  for (int turns = 0; !has_failed(); ++turns) {
    const std::optional<Instant> next = next_due();
    if (!next || *next > by) return;
    if (*next > now_) turns = 0;
    if (turns > turns_max) return world_.judge.report(Law::drain, "the server is never idle");
    turn_once(std::max(*next, now_), {});
  }
}

void Process::turn_once(Instant now, std::vector<std::unique_ptr<broker::Call>> calls) {
  now_ = std::max(now_, now);
  if (log_thread_->take_news(now_)) broker_->durable();
  if (auto done = log_thread_->take_chore_news()) broker_->chore_done(*std::move(done));
  if (!reign_.is_over()) world_.judge.turn_begins();
  if (webhooks_) {
    webhooks_->advance(now_);
    std::ranges::move(webhooks_->take_calls(), std::back_inserter(calls));
  }
  // Half of the turns have only the calls of clients: what is shown by any call that happens to
  // follow would else never be missed.
  if (!reign_.is_over() && world_.random.below(2) == 0)
    calls.push_back(std::make_unique<Probe>(world_.judge, reign_));
  broker_->turn(now_, std::move(calls));
  if (log::SharedFrame frame = broker_->take_frame()) {
    if (!reign_.is_over()) world_.judge.frame_taken(frame, *engine_);
    log_thread_->take(std::move(frame), now_);
    if (world_.sabotage.what == What::says_durable_before_append) {
      broker_->durable();
      log_thread_->finish();
      log_thread_->take_news(now_);
    }
  }
  if (auto chore = broker_->take_chore()) log_thread_->take(*std::move(chore));
  if (reign_.is_over()) return;
  world_.judge.takes(log_->space(), engine_->committed_bytes(),
                     {.disk_bytes_max = world_.sizes.broker.housekeeping.disk_bytes_max,
                      .memory_bytes_max = world_.sizes.broker.memory_bytes_max});
}

void Process::work() {
  log_thread_->work(now_);
  log_thread_->work(now_);
  if (!readings_.empty() && world_.random.below(3) == 0) read_next();
  if (webhooks_ && webhooks_->is_reading() && world_.random.below(3) == 0)
    webhooks_->read_next(now_);
  tell_untold();
}

void Process::finish() {
  log_thread_->finish();
  while (!readings_.empty()) read_next();
  while (webhooks_ && webhooks_->is_reading()) webhooks_->read_next(now_);
  tell_untold();
}

void Process::give_up(std::uint64_t call) {
  given_up_.insert(call);
  broker_->cancel(call);
}

bool Process::stop() {
  turn(now_, {});
  if (webhooks_) webhooks_->stop(now_);
  broker_->stop_waiting();
  int turns = 0;
  const auto goes_on = [&](bool is_done) {
    if (turns == turns_max) world_.judge.report(Law::drain, "the server does not come to its end");
    return !has_failed() && !is_done && turns++ < turns_max;
  };
  const auto has_more = [&] {
    return !own_calls_.empty() || !readings_.empty() || !untold_.empty() ||
           (webhooks_ && (webhooks_->has_calls() || webhooks_->is_reading()));
  };
  while (goes_on(broker_->is_idle() && !has_more())) {
    turn_once(now_, std::exchange(own_calls_, {}));
    finish();
  }
  if (has_failed() || turns > turns_max) return false;
  broker_->finish();
  while (goes_on(broker_->is_finished() && broker_->is_idle())) {
    turn_once(now_, {});
    finish();
  }
  if (has_failed() || turns > turns_max || !log_->close()) return false;
  if (open_calls_ > 0)
    world_.judge.report(Law::drain, "the server stopped without answering every call");
  return true;
}

// --- Answers that leave.

void Process::release(std::unique_ptr<broker::Call> call, std::vector<log::SharedFrame> frames) {
  if (call->id() == 0) return;  // A probe.
  if (auto* own = dynamic_cast<CourierCall*>(call.get())) {
    (void)call.release();
    return webhooks_->release(std::unique_ptr<CourierCall>(own), std::move(frames), now_);
  }
  auto answered = std::unique_ptr<SimCall>(static_cast<SimCall*>(call.release()));
  const Command& command = answered->command();
  const bool is_judged = !reign_.is_over();
  if (command.action == Action::give_back && !is_judged) return;
  if (command.action == Action::give_back) return world_.judge.released(command, answered->reply());
  if (given_up_.erase(command.number) > 0) return give_back(*answered);
  if (is_judged) world_.judge.released(command, answered->reply());
  Reading reading{.call = std::move(answered), .frames = std::move(frames), .holds = {}};
  for (std::size_t i = 0; i < reading.frames.size(); ++i) {
    if (reading.frames[i] == nullptr)
      reading.holds.push_back(log_->hold(reading.call->bodies()[i].position));
  }
  if (reading.holds.empty()) return answer(std::move(reading));
  readings_.push_back(std::move(reading));
}

void Process::read_next() {
  Reading reading = std::move(readings_.front());
  readings_.pop_front();
  answer(std::move(reading));
}

void Process::answer(Reading reading) {
  SimCall& call = *reading.call;
  if (given_up_.erase(call.id()) > 0) return give_back(call);
  std::vector<Result<std::string>> bodies;
  for (std::size_t i = 0; i < reading.frames.size(); ++i) {
    const std::size_t from = world_.sabotage.what == What::gives_another_body ? 0 : i;
    bodies.push_back(read(call.bodies()[from], reading.frames[from]));
    // The client is told of an error inside the server; its messages come back.
    const bool is_damaged = !bodies.back() && bodies.back().error().kind == &errors::corrupt;
    // What a deposed owner looks for may have been trimmed.
    if (!bodies.back() && (!is_damaged || reign_.is_over())) return lose(call);
  }
  for (std::size_t i = 0; i < bodies.size() && !call.was_decided_late(); ++i)
    world_.judge.check_body(call.reply().received.messages[i], bodies[i]);
  if (!tells() || !untold_.empty()) return untold_.push_back(std::move(reading.call));
  tell(std::move(reading.call));
}

void Process::tell_untold() {
  while (!untold_.empty() && tells()) {
    tell(std::move(untold_.front()));
    untold_.pop_front();
  }
}

void Process::tell(std::unique_ptr<SimCall> call) {
  if (reign_.is_over()) world_.judge.told_by_deposed(*call, reign_);
  open_calls_ -= 1;
  answered_.push_back(std::move(call));
}

bool Process::keeps_silent() const { return world_.sabotage.what != What::tells_without_certainty; }

// Nobody sees its answer.
void Process::lose(const SimCall& call) {
  open_calls_ -= 1;
  if (!reign_.is_over()) world_.judge.lost(call.command());
}

Result<std::string> Process::read(const engine::Body& body, const log::SharedFrame& frame) const {
  if (frame == nullptr) world_.judge.meet("a body was read back");
  if (frame == nullptr) return log_->read(body.position, body.length);
  return frame->payload.substr(body.position.value() - frame->position.value(), body.length);
}

void Process::give_back(const SimCall& call) {
  lose(call);
  if (call.reply().received.is_repeatable) return;
  for (const engine::ReceivedMessage& each : call.reply().received.messages) {
    Command command{.number = call.id() | std::uint64_t{1} << 63 | each.seq.value() << 32,
                    .action = Action::give_back,
                    .queue = call.command().queue,
                    .handle = each.handle()};
    world_.judge.meet("a lease was given back");
    own_calls_.push_back(
        std::make_unique<SimCall>(std::move(command), world_.judge, world_.sabotage, reign_));
  }
}

void Process::drop(std::unique_ptr<broker::Call> call) {
  given_up_.erase(call->id());
  lose(static_cast<SimCall&>(*call));
}

void Process::parked(const broker::Call& call) {
  if (const auto* own = dynamic_cast<const CourierCall*>(&call)) {
    if (own->command()) world_.judge.parked(*own->command(), own->reply().queue);
    return;
  }
  const auto& waiting = static_cast<const SimCall&>(call);
  if (!reign_.is_over()) world_.judge.parked(waiting.command(), waiting.reply().queue);
}

}  // namespace mailrail::sim
