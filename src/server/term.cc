#include "server/term.h"

#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/room.h"
#include "server/own_calls.h"
#include "server/read_back.h"

namespace mailrail::server {
namespace {

constexpr std::size_t reader_threads = 2;

// A start this long after the last frame gives the operator time to look before messages expire.
constexpr Duration absence_max = 24h;
constexpr Duration retention_grace = 10min;

// The log grows by this many segments before the next checkpoint: 256 MiB, or 64 with small ones.
constexpr std::uint64_t log_units_per_round = 4;

class SetSigningKey final : public broker::Call {
 public:
  explicit SetSigningKey(const signing::KeyPair& pair) : Call(0), pair_(pair) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    engine.set_signing_key(turn, pair_.private_key, pair_.certificate);
    return {};
  }

 private:
  signing::KeyPair pair_;
};

}  // namespace

Term::Term(const Parts& parts, Options options, ReplayedLog held)
    : parts_(parts),
      options_(std::move(options)),
      held_(std::move(held)),
      clock_(held_.last_time),
      readers_(reader_threads),
      webhooks_(options_.webhook_addresses,
                parts.ownership.is_leased() ? &parts.ownership : nullptr) {
  if (auto* source = dynamic_cast<log::SnapshotSource*>(held_.log.get()))
    snapshots_ = std::make_unique<log::Snapshots>(*source);
  make_engine_thread();
  dispatcher_ = std::make_unique<api::Dispatcher>(
      api::Dispatcher::Parts{.services = parts_.services,
                             .identity = held_.engine->identity(),
                             .signer = signer_,
                             .snapshots = snapshots_.get(),
                             .traffic = &engine_thread_->traffic(),
                             .key_rates = &key_rates_,
                             .server = &parts_.view,
                             .customs = options_.customs});
  live_console_ = std::make_unique<LiveConsole>(LiveConsole::Parts{.http = parts_.http,
                                                                   .dispatcher = *dispatcher_,
                                                                   .sessions = parts_.sessions,
                                                                   .ownership = parts_.ownership,
                                                                   .engine = *engine_thread_},
                                                fmt::format("{:016x}", parts_.random.next()));
  frontend_ = std::make_unique<Frontend>(Frontend::Parts{.authenticator = parts_.authenticator,
                                                         .sessions = parts_.sessions,
                                                         .dispatcher = *dispatcher_,
                                                         .signer = signer_,
                                                         .log = *held_.log,
                                                         .http = parts_.http,
                                                         .slots = parts_.slots,
                                                         .ownership = parts_.ownership,
                                                         .engine = *engine_thread_,
                                                         .readers = readers_,
                                                         .measures = parts_.measures,
                                                         .live = *live_console_},
                                         options_.limits);
  lookout_ = std::make_unique<Lookout>(
      Lookout::Parts{.log = *held_.log, .engine = *engine_thread_, .measures = parts_.measures});
  load_signing_key();
}

Term::~Term() { abandon(); }

void Term::run() {
  engine_thread_->run();
  lookout_->run();
  live_console_->run();
  webhooks_.run({.log = *held_.log,
                 .identity = held_.engine->identity(),
                 .signer = signer_,
                 .engine = *engine_thread_,
                 .read = [this](Readers::Job job) { readers_.add(std::move(job)); },
                 .not_before = held_.last_time});
}

void Term::feel_pulse(std::function<void()> beat) {
  engine_thread_->submit(std::make_unique<Pulse>(std::move(beat)));
}

void Term::begin_stop() {
  frontend_->begin_shutdown();
  webhooks_.begin_stop();
  engine_thread_->stop_waiting();
}

// In this order: the engine thread delivers to webhooks and HTTP threads, which give readers what
// they cannot read themselves, and all of these submit calls, which it drops once it has ended.
Result<void> Term::settle(EngineThread::Ending ending, const std::function<void()>& flush) {
  webhooks_.stop();
  lookout_->stop();
  live_console_->stop();
  const Result<void> stopped = engine_thread_->stop(ending);
  flush();
  readers_.stop();
  return stopped;
}

void Term::abandon() {
  webhooks_.stop();
  lookout_->stop();
  live_console_->stop();
  engine_thread_->abandon();
  readers_.stop();
}

void Term::make_engine_thread() {
  const Instant last = held_.last_time;
  const Instant now = clock_.now();
  if (last != Instant{} && now - last > absence_max) {
    held_.engine->suspend_retention(now + retention_grace);
    spdlog::warn("the last frame is {} hours old: no message is removed for its age for 10 minutes",
                 std::chrono::duration_cast<std::chrono::hours>(now - last).count());
  }
  const broker::Options broker_options{
      .recent_bytes_max = options_.limits.recent_bytes_max(),
      .memory_bytes_max = options_.limits.memory_bytes_max,
      .housekeeping = {.log_bytes = log_units_per_round * held_.log->space().unit_bytes,
                       .disk_bytes_max = options_.limits.disk_bytes_max,
                       .replayed_bytes = held_.bytes}};
  engine_thread_ = std::make_unique<EngineThread>(
      *held_.engine,
      EngineThread::Owned{.log = *held_.log, .shared = held_.shared, .ownership = parts_.ownership},
      clock_, parts_.random, broker_options, hooks());
}

EngineThread::Hooks Term::hooks() {
  return {.deliver = [this](std::vector<Leaving> leaving) { deliver(std::move(leaving)); },
          .parked = [](const broker::Call& call) { Frontend::parked(call); },
          .in_background = [this](std::function<void()> job) { readers_.add(std::move(job)); },
          .committed = [this](std::chrono::nanoseconds took) { parts_.measures.committed(took); },
          .log_failed = options_.log_failed,
          .limit_reached =
              [](const engine::Full& full) { spdlog::warn("{}", api::sentence_about(full)); },
          .found_damaged = [this](const broker::Unreadable& found) { raise_alarm_about(found); },
          .could_not_move =
              [](const broker::Unreadable& found) {
                spdlog::warn(
                    "the front of the log stays, and the log grows, until the disk can read it: {}",
                    found.why.message);
              },
          .checkpoint_postponed =
              [](std::string_view reason) {
                spdlog::warn(
                    "there is no space for a checkpoint, it is tried again and the log grows "
                    "meanwhile: {}",
                    reason);
              },
          .dropped =
              [](const std::map<engine::QueueName, std::uint64_t>& dropped) {
                for (const auto& [queue, messages] : dropped)
                  spdlog::warn("the queue {}/{}/{} is full: its {} oldest messages were dropped",
                               queue.region, queue.account, queue.name, messages);
              },
          .warned = [](const std::string& sentence) { spdlog::warn("{}", sentence); }};
}

// Each to those that asked.
void Term::deliver(std::vector<Leaving> leaving) {
  std::vector<Leaving> answers;
  for (Leaving& each : leaving) {
    if (Webhooks::is_for_it(each)) {
      webhooks_.deliver(std::move(each));
    } else if (LiveConsole::is_for_it(each)) {
      live_console_->deliver(std::move(each));
    } else {
      answers.push_back(std::move(each));
    }
  }
  frontend_->deliver(std::move(answers));
}

void Term::raise_alarm_about(const broker::Unreadable& found) {
  const engine::OldBody& message = found.message;
  if (message.publication) {
    raise_alarm(*held_.log,
                DamagedPublication{
                    .publication = *message.publication, .body = message.body, .why = found.why});
  } else {
    raise_alarm(
        *held_.log,
        DamagedMessage{
            .queue = *found.queue, .seq = message.seq, .body = message.body, .why = found.why});
  }
}

// A log has a key if it has topics, unless it was lost in a damaged one or is older than keys.
void Term::load_signing_key() {
  if (const engine::SigningKey* key = held_.engine->signing_key()) {
    const Result<void> loaded =
        signer_.load({.private_key = key->private_key, .certificate = key->certificate});
    if (loaded) return;
    spdlog::warn("{} Notifications are signed by a new one from now on.", loaded.error().message);
  } else if (held_.engine->topics().all().empty()) {
    return;  // The first topic brings it.
  }
  engine_thread_->submit(std::make_unique<SetSigningKey>(signer_.key().pair()));
}

}  // namespace mailrail::server
