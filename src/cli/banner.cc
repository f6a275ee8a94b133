#include "cli/banner.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/size.h"
#include "server/self_view.h"

namespace mailrail::cli {
namespace {

std::string recovery_line(const server::Started& started) {
  const log::Recovered& recovered = started.recovered;
  if (recovered.last_stop == log::LastStop::none) return "new";
  std::string line =
      fmt::format("{} messages in {} queues, {} frames read in {} ms, last stop {}",
                  started.messages, started.queues, recovered.frames, started.recovery_time.count(),
                  recovered.last_stop == log::LastStop::clean ? "clean" : "unclean");
  if (recovered.torn_frames > 0) {
    line += fmt::format("\n               {} torn, never acknowledged frame trimmed, kept as {}",
                        recovered.torn_frames, recovered.torn_copy);
  }
  return line;
}

std::string limits_line(const server::Options& options, const server::Limits& limits) {
  std::string both = fmt::format("memory {}, disk {}", size_text(limits.memory_bytes_max),
                                 size_text(limits.disk_bytes_max));
  switch (limits.disk_limit) {
    case server::DiskLimit::said:
      return both;
    case server::DiskLimit::share_of_volume:
      return fmt::format("{} ({} % of the volume)", both, options.disk_percent);
    case server::DiskLimit::left_on_volume:
      return fmt::format("{} (what others have left of the volume)", both);
    case server::DiskLimit::none:
      return fmt::format("memory {}, disk: none, this file system tells no size (say --disk-limit)",
                         size_text(limits.memory_bytes_max));
  }
  CHECK(false);
}

std::string role_line(const server::LogStatus& status) {
  using server::Role;
  switch (status.role) {
    case Role::owner:
      return fmt::format("owner of the log (epoch {}), {} messages in {} queues", status.epoch,
                         status.messages, status.queues);
    case Role::standby:
      return fmt::format("standby: {} at {} owns the log (epoch {}) and gets all calls",
                         status.owner.node, status.owner.address, status.epoch);
    case Role::out_of_reach:
      return fmt::format("none yet, calls get 503: {}", status.why);
    case Role::starting:
      break;
  }
  CHECK(false);
}

std::string authority(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}:{}", is_ipv6 ? "[" + host + "]" : host, port);
}

std::string url_of(const server::Options& options, const std::string& host, std::uint16_t port) {
  return fmt::format("{}://{}", options.edge.tls ? "https" : "http", authority(host, port));
}

std::string endpoint_of(const server::Options& options, std::uint16_t port) {
  return url_of(options, options.host, port);
}

// Where administration is answered.
std::string console_line(const server::Options& options, std::uint16_t port) {
  for (const http::Listener& each : options.edge.listeners) {
    if (each.door == http::Door::all) return url_of(options, each.host, each.port) + "/";
  }
  if (server::serves_loopback_only(options)) return endpoint_of(options, port) + "/";
  return "nowhere: say --admin-listen";
}

std::string credentials_line(const server::Options& options,
                             const std::optional<std::size_t>& keys) {
  if (keys)
    return fmt::format("{} {}", *keys,
                       *keys == 1 ? "key, with which all requests are signed"
                                  : "keys, with one of which every request is signed");
  if (server::serves_loopback_only(options)) return "any: this server listens on loopback only";
  return "ANY: whoever reaches this server may do everything (--insecure)";
}

// Lines of a name and a value.
class Page {
 public:
  Page() : text_(fmt::format("mailrail {}\n\n", MAILRAIL_VERSION)) {}

  void line(std::string_view name, std::string_view value) {
    text_ += fmt::format("  {:<13}{}\n", name, value);
  }

  void lines_of_edge(const server::EdgeOptions& edge) {
    for (const http::Listener& each : edge.listeners) {
      line(each.door == http::Door::all ? "operators" : "also",
           fmt::format("at {}", authority(each.host, each.port)));
    }
    if (edge.tls) line("tls", fmt::format("with {}", edge.tls->certificate));
  }

  // What every server says.
  std::string finish(const server::Options& options,
                     const std::optional<std::size_t>& keys,
                     const std::string& endpoint) {
    if (options.strictness == engine::Strictness::aws)
      line("strict",
           "as AWS, 60 seconds between two purges, and before a deleted name is used again; from "
           "topics a queue takes what its policy allows");
    line("credentials", credentials_line(options, keys));
    text_ += fmt::format("\n  Try: aws --endpoint-url {} sqs create-queue --queue-name hello\n",
                         endpoint);
    return std::move(text_);
  }

 private:
  std::string text_;
};

}  // namespace

std::string banner(const server::Options& options,
                   const server::Started& started,
                   std::uint16_t port) {
  const std::string endpoint = endpoint_of(options, port);
  Page page;
  page.line("endpoint", endpoint);
  page.line("console", console_line(options, port));
  page.lines_of_edge(options.edge);
  page.line("data", options.data);
  page.line("recovered", recovery_line(started));
  page.line("durability", server::durability_of(&started.file_system));
  page.line("limits", limits_line(options, started.limits));
  return page.finish(options, started.keys, endpoint);
}

std::string banner(const server::Options& options,
                   const server::Started& started,
                   const server::LogStatus& status,
                   std::uint16_t port) {
  const std::string endpoint = endpoint_of(options, port);
  Page page;
  page.line("endpoint", endpoint);
  page.line("console", console_line(options, port));
  page.lines_of_edge(options.edge);
  page.line("log", options.shared_log->name);
  page.line("node", fmt::format("{}, reached by others at {}", started.node, started.address));
  page.line("role", role_line(status));
  page.line("data", fmt::format("{}, a cache only", options.data));
  page.line("durability", server::durability_of(nullptr));
  page.line("limits", fmt::format("memory {}, the log's share of the database {}",
                                  size_text(started.limits.memory_bytes_max),
                                  size_text(started.limits.disk_bytes_max)));
  return page.finish(options, started.keys, endpoint);
}

}  // namespace mailrail::cli
