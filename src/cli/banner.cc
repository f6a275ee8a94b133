#include "cli/banner.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/size.h"

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

std::string durability_line(const log::FileSystem& file_system) {
  using Kind = log::FileSystem::Kind;
  if (file_system.kind == Kind::memory) {
    return fmt::format(
        "NONE: the data directory is in memory ({}), all is gone when the machine restarts",
        file_system.name);
  }
  if (file_system.kind == Kind::fuse)
    return "fdatasync before every answer, for what that is worth on this FUSE file system";
  return "on disk (fdatasync) before every answer";
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

}  // namespace

std::string banner(const server::Options& options,
                   const server::Started& started,
                   std::uint16_t port) {
  const bool is_ipv6 = options.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + options.host + "]" : options.host;
  const std::string endpoint = fmt::format("http://{}:{}", host, port);
  std::string text = fmt::format("mailrail {}\n\n", MAILRAIL_VERSION);
  const auto line = [&](std::string_view name, std::string_view value) {
    text += fmt::format("  {:<13}{}\n", name, value);
  };
  line("endpoint", endpoint);
  line("data", options.data);
  line("recovered", recovery_line(started));
  line("durability", durability_line(started.file_system));
  line("limits", limits_line(options, started.limits));
  if (options.strictness == engine::Strictness::aws)
    line("strict",
         "as AWS, 60 seconds between two purges, and before a deleted name is used again; from "
         "topics a queue takes what its policy allows");
  line("credentials", "any: this server listens on loopback only");
  text +=
      fmt::format("\n  Try: aws --endpoint-url {} sqs create-queue --queue-name hello\n", endpoint);
  return text;
}

}  // namespace mailrail::cli
