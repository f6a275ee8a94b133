#include "server/self_view.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/check.h"
#include "server/engine_clock.h"

namespace mailrail::server {
namespace {

std::string name_of(const log::FileSystem& file_system) {
  return file_system.name.empty() ? "local" : std::string(file_system.name);
}

std::string name_of(log::LastStop stop) {
  switch (stop) {
    case log::LastStop::none:
      return "none";
    case log::LastStop::clean:
      return "clean";
    case log::LastStop::unclean:
      return "unclean";
  }
  CHECK(false);
}

std::string listen_address(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::uint64_t open_files_max() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

std::map<std::string, std::string> settings_of(const Options& options) {
  std::map<std::string, std::string> settings;
  const auto tell = [&](const char* name, bool is_on) {
    if (is_on) settings[name] = "true";
  };
  tell("aws-strict", options.strictness == engine::Strictness::aws);
  tell("test-api", options.has_test_api);
  tell("tls", options.edge.tls.has_value());
  tell("loopback-only", serves_loopback_only(options));
  tell("admin-listen", std::ranges::any_of(options.edge.listeners, [](const http::Listener& each) {
         return each.door == http::Door::all;
       }));
  return settings;
}

api::ServerReport known_of(const Options& options, const http::Server& http) {
  api::ServerReport report{.version = MAILRAIL_VERSION,
                           .started = wall_time(),
                           .listen = listen_address(options.host, http.port()),
                           .data_directory = options.data,
                           .file_system = {},
                           .database = {},
                           .node = {},
                           .connections_max = options.edge.connections_max,
                           .open_files_max = open_files_max(),
                           .last_stop = {},
                           .settings = settings_of(options)};
  if (options.shared_log) report.database = options.shared_log->name;
  return report;
}

}  // namespace

std::string durability_of(const log::FileSystem* files) {
  if (files == nullptr) return "committed in the database before every answer";
  using Kind = log::FileSystem::Kind;
  if (files->kind == Kind::memory) {
    return fmt::format(
        "NONE: the data directory is in memory ({}), all is gone when the machine restarts",
        files->name);
  }
  if (files->kind == Kind::fuse)
    return "fdatasync before every answer, for what that is worth on this FUSE file system";
  return "on disk (fdatasync) before every answer";
}

SelfView::SelfView(const Options& options,
                   const Started& started,
                   const http::Server& http,
                   const Measures& measures)
    : started_(started), http_(http), measures_(measures), known_(known_of(options, http)) {}

api::ServerReport SelfView::report() const {
  const log::Recovered& recovered = started_.recovered;
  api::ServerReport report = known_;
  report.now = wall_time();
  report.file_system = name_of(started_.file_system);
  report.durability = durability_of(known_.database ? nullptr : &started_.file_system);
  if (!started_.node.empty()) report.node = started_.node;
  report.connections = http_.connections();
  report.last_stop = name_of(recovered.last_stop);
  report.recovered_messages = started_.messages;
  report.recovered_frames = recovered.frames;
  report.torn_frames = recovered.torn_frames;
  report.recovery_time = started_.recovery_time;
  const Measures::Outlook outlook = measures_.outlook();
  report.until_disk_full = outlook.until_disk_full;
  report.until_memory_full = outlook.until_memory_full;
  report.slow_commit = outlook.slow_commit;
  if (started_.keys) report.settings["keys"] = std::to_string(*started_.keys);
  return report;
}

}  // namespace mailrail::server
