#include "admin/server_description.h"

#include <utility>

namespace mailrail::admin {
namespace {

std::int64_t number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

Share share(std::uint64_t used, std::uint64_t limit) {
  return {.used = number(used), .limit = number(limit)};
}

DescribedLog described_log(const engine::ServerUse& use) {
  DescribedLog log{.end = number(use.log_end.value()),
                   .durable_end = number(use.durable_end.value()),
                   .checkpoint_timestamp = {},
                   .log_bytes = number(use.log_bytes),
                   .checkpoint_bytes = number(use.checkpoint_bytes),
                   .spare_bytes = number(use.spare_bytes)};
  if (use.last_checkpoint) log.checkpoint_timestamp = unix_ms(*use.last_checkpoint);
  return log;
}

// Nothing while it keeps up.
std::optional<std::int64_t> clock_behind(Instant engine_time, Instant wall_time) {
  if (engine_time <= wall_time) return std::nullopt;
  return (engine_time - wall_time).count();
}

std::optional<std::int64_t> backup_age(const api::Context& context) {
  if (context.snapshots == nullptr) return std::nullopt;
  const auto since = context.snapshots->since_last();
  if (!since) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(*since).count();
}

}  // namespace

api::Asked<DescribeServer::Decided> DescribeServer::decide(engine::Engine& engine,
                                                           engine::Turn& turn,
                                                           Prepared&) {
  Decided decided{.now = turn.now,
                  .queues = engine.queue_names().size(),
                  .messages = engine.message_count(),
                  .topics = engine.topics().all().size(),
                  .subscriptions = engine.topics().subscriptions().size()};
  if (turn.surroundings != nullptr) decided.use = turn.surroundings->use();
  return decided;
}

Result<DescribeServerOutput> DescribeServer::finish(const Decided& decided,
                                                    const Prepared&,
                                                    const api::Context& context,
                                                    const api::Bodies&) {
  const engine::ServerUse& use = decided.use;
  api::ServerReport report =
      context.server == nullptr ? api::ServerReport() : context.server->report();
  const auto seconds = [](const std::optional<Duration>& time) -> std::optional<std::int64_t> {
    if (!time) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(*time).count();
  };
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(report.now - report.started);
  return Output{.version = std::move(report.version),
                .started_timestamp = unix_ms(report.started),
                .uptime = uptime.count(),
                .timestamp = unix_ms(decided.now),
                .listen = std::move(report.listen),
                .data_directory = std::move(report.data_directory),
                .file_system = std::move(report.file_system),
                .database = std::move(report.database),
                .node = std::move(report.node),
                .role = context.handed_on_by.empty() ? "owner" : "standby",
                .asked_node = context.handed_on_by.empty() ? std::nullopt
                                                           : std::optional(context.handed_on_by),
                .durability = std::move(report.durability),
                .memory = share(use.memory_bytes, use.memory_bytes_max),
                .disk = share(use.disk_bytes, use.disk_bytes_max),
                .connections = share(report.connections, report.connections_max),
                .open_files_max = number(report.open_files_max),
                .disk_full_in = seconds(report.until_disk_full),
                .memory_full_in = seconds(report.until_memory_full),
                .slow_commit = report.slow_commit
                                   ? std::optional(std::int64_t{report.slow_commit->count()})
                                   : std::nullopt,
                .clock_behind = clock_behind(decided.now, report.now),
                .backup_age = backup_age(context),
                .waiting_receives = number(use.waiting),
                .queues = number(decided.queues),
                .messages = number(decided.messages),
                .topics = number(decided.topics),
                .subscriptions = number(decided.subscriptions),
                .log = described_log(use),
                .recovery = {.last_stop = std::move(report.last_stop),
                             .messages = number(report.recovered_messages),
                             .frames = number(report.recovered_frames),
                             .torn_frames = number(report.torn_frames),
                             .milliseconds = report.recovery_time.count()},
                .settings = std::move(report.settings)};
}

}  // namespace mailrail::admin
