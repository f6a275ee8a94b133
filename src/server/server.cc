#include "server/server.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "admin/service.h"
#include "api/call_slots.h"
#include "auth/authenticator.h"
#include "auth/key_file.h"
#include "broker/replay.h"
#include "console/front_desk.h"
#include "console/sessions.h"
#include "http/server.h"
#include "log/file/file_log.h"
#include "log/posix_disk.h"
#include "server/engine_clock.h"
#include "server/key_watch.h"
#include "server/loopback.h"
#include "server/machine_memory.h"
#include "server/measures.h"
#include "server/node_name.h"
#include "server/ownership.h"
#include "server/progress.h"
#include "server/self_view.h"
#include "server/steward.h"
#include "server/switchboard.h"
#include "server/term.h"
#include "server/test_api.h"
#include "server/waiting_room.h"
#include "sns/service.h"
#include "sqs/service.h"
#include "sts/service.h"

namespace mailrail::server {
namespace {

// More than the HTTP server lets connections in: they are refused there first.
constexpr std::size_t calls_max = 16'384;

// Of a log that is not on a volume.
constexpr std::uint64_t default_shared_bytes_max = std::uint64_t{10} << 30;

Result<Limits> limits_for(const Options& options, const log::Disk& disk) {
  Limits limits{.memory_bytes_max = options.memory_bytes_max,
                .disk_bytes_max = options.disk_bytes_max};
  if (limits.memory_bytes_max == 0)
    limits.memory_bytes_max = default_memory_limit(machine_memory_bytes());
  if (options.shared_log) {
    if (limits.disk_bytes_max == 0) limits.disk_bytes_max = default_shared_bytes_max;
    return limits;
  }
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

[[noreturn]] void end_process(const log::Appended& failed) {
  spdlog::critical("the log failed, nothing more is acknowledged: {} Restart mailrail to recover.",
                   failed.reason);
  spdlog::default_logger()->flush();
  std::_Exit(1);
}

// Calls that are handed on to the owner of a shared log take one each.
std::size_t descriptors_for(const Options& options) {
  const std::size_t usual = http::Options().descriptors_besides;
  return options.shared_log ? usual + forwarded_max : usual;
}

// Whoever reaches it from elsewhere has shown who he is, unless that was given up in so many words.
Result<void> expect_closed(const Options& options, const Started& started) {
  if (started.keys || serves_loopback_only(options) ||
      options.without_keys == WithoutKeys::anything)
    return {};
  const std::string place =
      options.key_file.empty() ? "--data " + options.data : "--keys " + options.key_file;
  return fail(
      errors::unusable,
      fmt::format("mailrail does not listen on {} without keys: whoever reaches it could do "
                  "everything. Make one with: mailrail key create --role admin {}. Or listen on "
                  "127.0.0.1, or say --insecure.",
                  open_place(options), place));
}

// A file that somebody has named holds keys: without it the door would stand open.
Result<void> expect_there(const std::string& key_file) {
  if (auth::stamp_of(key_file)) return {};
  return fail(errors::unusable,
              fmt::format("There is no key file {}. Make it with: mailrail key create --role admin "
                          "--keys {}",
                          key_file, key_file));
}

// For the paths that only another server has.
void refuse_own_path(http::Server& http, http::ExchangeId exchange, const http::Request& request) {
  const bool is_standby = api::path_of(request).starts_with("/_mailrail/standby/");
  http.answer(
      exchange,
      http::text_response(
          404, is_standby ? "This server keeps its log in a directory, and has no standby.\n"
                          : "There is nothing at this path. Those for tests are there when "
                            "the server was started with --test-api.\n"));
}

// A door of its own keeps administration from all others, and so does a network.
bool is_administration_apart(const Options& options) {
  const auto is_apart = [](const http::Listener& each) { return each.door == http::Door::all; };
  return !serves_loopback_only(options) || std::ranges::any_of(options.edge.listeners, is_apart);
}

std::vector<http::Listener> listeners_of(const Options& options) {
  std::vector<http::Listener> listeners = options.edge.listeners;
  listeners.insert(listeners.begin(), {.host = options.host,
                                       .port = options.port,
                                       .door = http::Door::data,
                                       .socket = options.edge.socket});
  if (is_administration_apart(options)) return listeners;
  for (http::Listener& each : listeners) each.door = http::Door::all;
  return listeners;
}

std::string authority(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Gate::Options gate_of(const Options& options, const http::Server& http) {
  using Reach = Gate::Options::Reach;
  Gate::Options gate{.reach = serves_loopback_only(options) ? Reach::machine : Reach::network,
                     .host_names = options.edge.host_names};
  // Other nodes ask it by that name.
  if (options.shared_log && !options.shared_log->advertised.empty()) {
    const std::string& advertised = options.shared_log->advertised;
    gate.host_names.push_back(advertised.substr(0, advertised.rfind(':')));
  }
  const std::vector<http::Listener>& listeners = options.edge.listeners;
  for (std::size_t i = 0; i < listeners.size() && gate.admin_place.empty(); ++i) {
    if (listeners[i].door == http::Door::all)
      gate.admin_place = authority(listeners[i].host, http.port(i + 1));
  }
  return gate;
}

}  // namespace

bool serves_loopback_only(const Options& options) {
  const auto is_local = [](const http::Listener& each) { return is_loopback(each.host); };
  return is_loopback(options.host) && std::ranges::all_of(options.edge.listeners, is_local);
}

const std::string& open_place(const Options& options) {
  const auto is_open = [](const http::Listener& each) { return !is_loopback(each.host); };
  const auto found = std::ranges::find_if(options.edge.listeners, is_open);
  const bool is_first = !is_loopback(options.host) || found == options.edge.listeners.end();
  return is_first ? options.host : found->host;
}

struct Server::Parts {
  SystemRandom random;
  std::array<api::Service, 4> services{sqs::service(), sns::service(), sts::service(),
                                       admin::service()};
  Started started;
  std::unique_ptr<KeyWatch> key_watch;
  std::unique_ptr<auth::Authenticator> authenticator;
  std::unique_ptr<log::PosixDisk> disk;
  std::unique_ptr<api::CallSlots> slots;  // These outlive a term, which uses them.
  std::unique_ptr<Ownership> ownership;
  std::unique_ptr<Measures> measures;
  SystemRandom tokens;
  std::unique_ptr<console::Sessions> sessions;
  std::unique_ptr<console::FrontDesk> front_desk;
  std::unique_ptr<Switchboard> switchboard;
  std::unique_ptr<WaitingRoom> waiting_room;
  std::unique_ptr<Term> term;        // Over a directory,
  std::unique_ptr<Steward> steward;  // or over a shared log.
  std::unique_ptr<http::Tls> tls;
  std::unique_ptr<TestApi> test_api;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<SelfView> view;

  // The HTTP threads ask the term, and give readers back what they wait for.
  ~Parts() {
    if (term != nullptr) term->abandon();
    if (steward != nullptr) steward->abandon();
    http.reset();
  }

  Result<void> take_keys(const Options& options) {
    std::string file = options.key_file.empty() ? fmt::format("{}/{}", options.data, key_file_name)
                                                : options.key_file;
    if (!options.key_file.empty()) TRY(expect_there(options.key_file));
    key_watch = TRY(KeyWatch::open(std::move(file), options.given_keys));
    authenticator = std::make_unique<auth::Authenticator>(
        key_watch->keys(), &wall_time, [this] { key_watch->look(); }, options.customs.home);
    if (const auto ring = key_watch->keys().ring()) started.keys = ring->keys().size();
    TRY(expect_closed(options, started));
    key_watch->start();
    return {};
  }

  // Before anything in it is read or written it is ours, and known to be of use.
  Result<void> take_directory(const Options& options) {
    disk = TRY(log::PosixDisk::open(options.data));
    TRY(disk->lock());
    started.file_system = disk->file_system();
    started.limits = TRY(limits_for(options, *disk));
    return {};
  }

  Result<void> take_ports(const Options& options) {
    if (options.edge.tls) tls = TRY(http::Tls::open(*options.edge.tls));
    slots = std::make_unique<api::CallSlots>(calls_max, started.limits.request_bytes_max());
    sessions = std::make_unique<console::Sessions>(
        console::Sessions::Parts{
            .authenticator = *authenticator, .now = &wall_time, .random = tokens},
        options.console);
    switchboard = std::make_unique<Switchboard>(
        options.http_threads, services,
        [this](const http::Request& request) { return front_desk->answer(request); });
    measures = std::make_unique<Measures>(
        options.metrics, options.http_threads,
        Measures::Place{.limits = started.limits,
                        .disk = options.shared_log ? nullptr : disk.get()});
    const http::Options http_options{.listeners = listeners_of(options),
                                     .tls = tls.get(),
                                     .threads = options.http_threads,
                                     .connections_max = options.edge.connections_max,
                                     .descriptors_besides = descriptors_for(options),
                                     .buffered_bytes_max = started.limits.request_bytes_max(),
                                     .addresses = options.edge.addresses};
    http = TRY(http::Server::open(http_options, *switchboard));
    view = std::make_unique<SelfView>(options, started, *http, *measures);
    sessions->name_cookie_after(http->port());
    front_desk = std::make_unique<console::FrontDesk>(
        *sessions, *view, options.console,
        console::FrontDesk::Place{
            .data_port = is_administration_apart(options) ? http->port() : std::uint16_t{0},
            .account = options.customs.home.account,
            .region = options.customs.home.region});
    return {};
  }

  // Calls that come from now on wait until there is a term.
  void open_waiting_room(const Options& options) {
    waiting_room =
        std::make_unique<WaitingRoom>(*http, services, started.limits.request_bytes_max());
    switchboard->connect(*http, gate_of(options, *http), *waiting_room, {});
    http->start();
  }

  Result<ReplayedLog> recover(const Options& options) {
    const auto begin = std::chrono::steady_clock::now();
    std::unique_ptr<log::FileLog> log =
        TRY(log::FileLog::open(*disk, random,
                               {.segment_bytes = started.limits.segment_bytes(),
                                .payload_bytes_max = started.limits.payload_bytes_max()}));
    auto engine = std::make_unique<engine::Engine>(random.next(), options.strictness);
    if (const Result<void> usable = replay(*log, *engine, options); !usable) {
      // Left as it was found: after a clean stop damage is never taken for a torn write.
      if (log->recovered().last_stop == log::LastStop::clean) TRY(log->close());
      return std::unexpected(usable.error());
    }
    started.recovered = log->recovered();
    started.queues = engine->queue_names().size();
    started.messages = engine->message_count();
    started.recovery_time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    measures->recovered(started.recovery_time);
    return ReplayedLog{.log = std::move(log),
                       .engine = std::move(engine),
                       .last_time = started.recovered.last_time.value_or(Instant{}),
                       .bytes = started.recovered.bytes};
  }

  Result<void> replay(log::FileLog& log, engine::Engine& engine, const Options& options) const {
    TRY(started.limits.expect_room_for(log.space().unit_bytes));
    Progress progress(log.next_position());
    return broker::replay(log, engine, [&](const log::Frame& frame) -> Result<void> {
      if (const std::optional<std::uint32_t> percent = progress.reached(frame.position)) {
        waiting_room->tell_percent(*percent);
        if (options.recovering) options.recovering(*percent);
      }
      return {};
    });
  }

  // Returns when it is known whether this server owns the log.
  Result<void> share_log(const Options& options) {
    const SharedLogOptions& shared = *options.shared_log;
    started.node = TRY(node_name(*disk, random));
    ownership = std::make_unique<Ownership>(shared.times);
    started.address =
        shared.advertised.empty() ? authority(options.host, http->port()) : shared.advertised;
    Steward::Options steward_options{
        .open_log = TRY(shared.connect(*disk, started.limits.recent_bytes_max())),
        .log_name = shared.name,
        .self = {.node = started.node, .address = started.address},
        .limits = started.limits,
        .webhook_addresses = options.webhook_addresses,
        .customs = options.customs,
        .strictness = options.strictness,
        .times = shared.times,
        .looks_after = shared.looks_after,
        .scheme = tls == nullptr ? "http" : "https",
        .ca_file = options.edge.ca_file,
        .is_administration_apart = is_administration_apart(options)};
    steward = std::make_unique<Steward>(Steward::Parts{.http = *http,
                                                       .switchboard = *switchboard,
                                                       .slots = *slots,
                                                       .services = services,
                                                       .keys = key_watch->keys(),
                                                       .authenticator = *authenticator,
                                                       .sessions = *sessions,
                                                       .random = random,
                                                       .ownership = *ownership,
                                                       .measures = *measures,
                                                       .view = *view},
                                        std::move(steward_options));
    switchboard->connect(*http, gate_of(options, *http), steward->first_handler(),
                         [this](http::ExchangeId exchange, const http::Request& request) {
                           steward->take_request(exchange, request);
                         });
    http->start();
    return steward->begin();
  }

  Result<void> serve(const Options& options, ReplayedLog held) {
    ownership = std::make_unique<Ownership>();
    term = std::make_unique<Term>(Term::Parts{.http = *http,
                                              .slots = *slots,
                                              .services = services,
                                              .authenticator = *authenticator,
                                              .sessions = *sessions,
                                              .random = random,
                                              .ownership = *ownership,
                                              .measures = *measures,
                                              .view = *view},
                                  Term::Options{.limits = started.limits,
                                                .webhook_addresses = options.webhook_addresses,
                                                .customs = options.customs,
                                                .log_failed = &end_process},
                                  std::move(held));
    if (options.has_test_api)
      test_api = std::make_unique<TestApi>(TestApi::Parts{
          .http = *http, .slots = *slots, .authenticator = *authenticator, .term = *term});
    term->run();
    if (options.prepare) {
      TRY(options.prepare([this](http::Request request) {
        return http->ask(term->handler(), std::move(request));
      }));
    }
    switchboard->switch_to(term->handler(),
                           [this](http::ExchangeId exchange, const http::Request& request) {
                             if (test_api != nullptr) return test_api->take(exchange, request);
                             refuse_own_path(*http, exchange, request);
                           });
    switchboard->on_each_thread(
        [this](std::uint32_t thread) { waiting_room->let_in(thread, *switchboard); });
    return {};
  }
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(const Options& options) {
  auto parts = std::make_unique<Parts>();
  TRY(parts->take_keys(options));
  TRY(parts->take_directory(options));
  TRY(parts->take_ports(options));  // Refused before a long recovery, not after it.
  if (options.shared_log) {
    TRY(parts->share_log(options));
    return std::unique_ptr<Server>(new Server(std::move(parts)));
  }
  parts->open_waiting_room(options);
  ReplayedLog held = TRY(parts->recover(options));
  warn_of(parts->started.file_system, options.data);
  TRY(parts->serve(options, std::move(held)));
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

const Started& Server::started() const { return parts_->started; }

std::uint16_t Server::port(std::size_t listener) const { return parts_->http->port(listener); }

void Server::look_after_certificate() {
  if (parts_->tls == nullptr) return;
  const Result<http::Tls::Look> looked = parts_->tls->look();
  if (!looked) {
    spdlog::error("{} New connections still get the certificate before.", looked.error().message);
  } else if (*looked == http::Tls::Look::renewed) {
    spdlog::info("new connections get the certificate that has been renewed");
  }
}

void Server::reload_certificate() {
  if (parts_->tls == nullptr) return;
  if (const Result<void> loaded = parts_->tls->reload(); !loaded) {
    spdlog::error("{} New connections still get the certificate before.", loaded.error().message);
  } else {
    spdlog::info("new connections get the certificate that was read again");
  }
}

const http::Tls* Server::tls() const { return parts_->tls.get(); }

void Server::feel_pulse(std::function<void()> beat) {
  if (parts_->steward != nullptr) return parts_->steward->feel_pulse(std::move(beat));
  parts_->term->feel_pulse(std::move(beat));
}

LogStatus Server::log_status() const { return parts_->steward->status(); }

void Server::begin_stop() {
  parts_->http->stop_accepting();
  if (parts_->steward != nullptr) return parts_->steward->begin_stop();
  parts_->term->begin_stop();
}

bool Server::is_drained(std::chrono::milliseconds patience) {
  if (parts_->steward != nullptr) return parts_->steward->is_drained(patience);
  return parts_->http->drain(patience) && parts_->term->is_drained(patience);
}

Result<void> Server::finish_stop() {
  if (parts_->steward != nullptr) return parts_->steward->finish_stop();
  const auto flush = [this] { parts_->switchboard->flush(); };
  TRY(parts_->term->settle(EngineThread::Ending::with_checkpoint, flush));
  flush();
  return parts_->term->close();
}

}  // namespace mailrail::server
