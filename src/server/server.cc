#include "server/server.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "admin/service.h"
#include "api/dispatch.h"
#include "api/room.h"
#include "broker/replay.h"
#include "http/server.h"
#include "log/file/file_log.h"
#include "log/posix_disk.h"
#include "server/engine_clock.h"
#include "server/engine_thread.h"
#include "server/frontend.h"
#include "server/loopback.h"
#include "server/machine_memory.h"
#include "server/read_back.h"
#include "server/webhooks.h"
#include "signing/signer.h"
#include "sns/service.h"
#include "sqs/service.h"

namespace mailrail::server {
namespace {

// A start this long after the last frame gives the operator time to look before messages expire.
constexpr Duration absence_max = 24h;
constexpr Duration retention_grace = 10min;

// The log grows by this many segments before the next checkpoint: 256 MiB, or 64 with small ones.
constexpr std::uint64_t log_units_per_round = 4;

Result<Limits> limits_for(const Options& options, const log::Disk& disk) {
  Limits limits{.memory_bytes_max = options.memory_bytes_max,
                .disk_bytes_max = options.disk_bytes_max};
  if (limits.memory_bytes_max == 0)
    limits.memory_bytes_max = default_memory_limit(machine_memory_bytes());
  const Volume volume = TRY(volume_of(disk));
  if (limits.disk_bytes_max == 0) {
    const VolumeShare share = TRY(share_of(volume, options.disk_percent));
    limits.disk_bytes_max = share.bytes;
    limits.disk_limit = share.limit;
  } else {
    TRY(expect_fits(limits.disk_bytes_max, volume));
  }
  return limits;
}

// Of what is not refused, but not what one expects of a disk either.
void warn_of(const log::FileSystem& file_system, const std::string& directory) {
  using Kind = log::FileSystem::Kind;
  if (file_system.kind == Kind::memory) {
    spdlog::warn(
        "the data directory {} is in memory ({}): everything in it is gone when the "
        "machine restarts. Choose a directory on a disk with --data DIR to keep it.",
        directory, file_system.name);
  }
  if (file_system.kind == Kind::fuse) {
    spdlog::warn(
        "the data directory {} is on a FUSE file system: whether it keeps what is synced "
        "is up to the program behind it. If that is a network's, choose a directory on a "
        "local disk with --data DIR.",
        directory);
  }
}

[[noreturn]] void end_process(std::string_view reason) {
  spdlog::critical("the log failed, nothing more is acknowledged: {} Restart mailrail to recover.",
                   reason);
  spdlog::default_logger()->flush();
  std::_Exit(1);
}

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

struct Server::Parts {
  SystemRandom random;
  std::unique_ptr<log::PosixDisk> disk;
  std::unique_ptr<log::FileLog> log;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<EngineClock> clock;
  std::array<api::Service, 3> services{sqs::service(), sns::service(), admin::service()};
  signing::Signer signer;
  std::unique_ptr<api::Dispatcher> dispatcher;
  std::unique_ptr<Frontend> frontend;  // Outlives the engine thread, whose calls hold its slots.
  std::unique_ptr<Webhooks> webhooks;  // Likewise.
  std::unique_ptr<EngineThread> engine_thread;
  std::unique_ptr<http::Server> http;
  Started started;

  // Before anything in it is read or written it is ours, and known to be of use.
  Result<void> take_directory(const Options& options) {
    disk = TRY(log::PosixDisk::open(options.data));
    TRY(disk->lock());
    started.file_system = disk->file_system();
    started.limits = TRY(limits_for(options, *disk));
    return {};
  }

  Result<void> take_port(const Options& options) {
    frontend = std::make_unique<Frontend>(started.limits, options.http_threads);
    const http::Options http_options{.host = options.host,
                                     .port = options.port,
                                     .threads = options.http_threads,
                                     .buffered_bytes_max = started.limits.request_bytes_max()};
    http = TRY(http::Server::open(http_options, *frontend));
    return {};
  }

  Result<void> recover(engine::Strictness strictness) {
    const auto begin = std::chrono::steady_clock::now();
    log = TRY(log::FileLog::open(*disk, random,
                                 {.segment_bytes = started.limits.segment_bytes(),
                                  .payload_bytes_max = started.limits.payload_bytes_max()}));
    engine = std::make_unique<engine::Engine>(random.next(), strictness);
    if (const Result<void> usable = use_log(); !usable) {
      // Left as it was found: after a clean stop damage is never taken for a torn write.
      if (log->recovered().last_stop == log::LastStop::clean) TRY(log->close());
      return usable;
    }
    started.recovered = log->recovered();
    started.queues = engine->queue_names().size();
    started.messages = engine->message_count();
    started.recovery_time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return {};
  }

  Result<void> use_log() {
    TRY(started.limits.expect_room_for(log->space().unit_bytes));
    return broker::replay(*log, *engine);
  }

  // In this order: the engine thread delivers to HTTP threads, and these submit calls, which it
  // drops once it has ended.
  void end_threads() {
    if (webhooks != nullptr) webhooks->stop();
    if (engine_thread != nullptr) engine_thread->stop();
    if (frontend != nullptr) frontend->stop_readers();
    http.reset();
  }

  // Each to those that asked.
  void deliver(std::vector<Leaving> leaving) {
    std::vector<Leaving> answers;
    for (Leaving& each : leaving) {
      if (Webhooks::is_for_it(each)) {
        webhooks->deliver(std::move(each));
      } else {
        answers.push_back(std::move(each));
      }
    }
    frontend->deliver(std::move(answers));
  }

  void start_webhooks() {
    webhooks->run({.log = *log,
                   .identity = engine->identity(),
                   .signer = signer,
                   .engine = *engine_thread,
                   .read = [this](Readers::Job job) { frontend->read(std::move(job)); },
                   .not_before = log->recovered().last_time.value_or(Instant{})});
  }

  void start_engine() {
    const Instant last = log->recovered().last_time.value_or(Instant{});
    clock = std::make_unique<EngineClock>(last);
    const Instant now = clock->now();
    if (last != Instant{} && now - last > absence_max) {
      engine->suspend_retention(now + retention_grace);
      spdlog::warn(
          "the last frame is {} hours old: no message is removed for its age for 10 minutes",
          std::chrono::duration_cast<std::chrono::hours>(now - last).count());
    }
    EngineThread::Hooks hooks{
        .deliver = [this](std::vector<Leaving> leaving) { deliver(std::move(leaving)); },
        .parked = [](const broker::Call& call) { Frontend::parked(call); },
        .in_background = [this](std::function<void()> job) { frontend->read(std::move(job)); },
        .log_failed = &end_process,
        .limit_reached =
            [](const engine::Full& full) { spdlog::warn("{}", api::sentence_about(full)); },
        .found_damaged =
            [this](const broker::Unreadable& found) {
              const engine::OldBody& message = found.message;
              if (message.publication) {
                raise_alarm(*log, DamagedPublication{.publication = *message.publication,
                                                     .body = message.body,
                                                     .why = found.why});
              } else {
                raise_alarm(*log, DamagedMessage{.queue = *found.queue,
                                                 .seq = message.seq,
                                                 .body = message.body,
                                                 .why = found.why});
              }
            },
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
            }};
    const broker::Options broker_options{
        .recent_bytes_max = started.limits.recent_bytes_max(),
        .memory_bytes_max = started.limits.memory_bytes_max,
        .housekeeping = {.log_bytes = log_units_per_round * log->space().unit_bytes,
                         .disk_bytes_max = started.limits.disk_bytes_max,
                         .replayed_bytes = log->recovered().bytes}};
    engine_thread = std::make_unique<EngineThread>(*engine, *log, *clock, random, broker_options,
                                                   std::move(hooks));
    dispatcher = std::make_unique<api::Dispatcher>(services, engine->identity(), signer, "http");
    load_signing_key();
  }

  // A log has a key if it has topics, unless it was lost in a damaged one or is older than keys.
  void load_signing_key() {
    if (const engine::SigningKey* key = engine->signing_key()) {
      const Result<void> loaded =
          signer.load({.private_key = key->private_key, .certificate = key->certificate});
      if (loaded) return;
      spdlog::warn("{} Notifications are signed by a new one from now on.", loaded.error().message);
    } else if (engine->topics().all().empty()) {
      return;  // The first topic brings it.
    }
    engine_thread->submit(std::make_unique<SetSigningKey>(signer.key().pair()));
  }
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() { parts_->end_threads(); }

Result<std::unique_ptr<Server>> Server::open(const Options& options) {
  if (!is_loopback(options.host)) {
    return fail(
        errors::unusable,
        fmt::format("mailrail does not listen on {}: it verifies no signatures yet, so it serves "
                    "loopback addresses only. Use --listen 127.0.0.1:{}.",
                    options.host, options.port));
  }
  auto parts = std::make_unique<Parts>();
  TRY(parts->take_directory(options));
  TRY(parts->take_port(options));  // Refused before a long recovery, not after it.
  TRY(parts->recover(options.strictness));
  warn_of(parts->started.file_system, options.data);
  parts->webhooks = std::make_unique<Webhooks>(options.webhook_addresses);
  parts->start_engine();
  parts->frontend->connect(*parts->dispatcher, parts->signer, *parts->log, *parts->http,
                           *parts->engine_thread);
  parts->engine_thread->run();
  parts->start_webhooks();
  parts->http->start();
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

const Started& Server::started() const { return parts_->started; }

std::uint16_t Server::port() const { return parts_->http->port(); }

void Server::begin_stop() {
  parts_->frontend->begin_shutdown();
  parts_->http->stop_accepting();
  parts_->webhooks->begin_stop();
  parts_->engine_thread->stop_waiting();
}

bool Server::is_drained(std::chrono::milliseconds patience) {
  return parts_->http->drain(patience) && parts_->webhooks->is_drained(patience);
}

Result<void> Server::finish_stop() {
  parts_->end_threads();
  return parts_->log->close();
}

}  // namespace mailrail::server
