#include "admin/backups.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "admin/errors.h"
#include "admin/limits.h"
#include "log/snapshot.h"
#include "sqs/errors.h"

namespace mailrail::admin {
namespace {

Result<log::Snapshots*> snapshots_of(const api::Context& context) {
  if (context.snapshots != nullptr) return context.snapshots;
  return fail(
      errors::backup_not_supported,
      "This server keeps its log in a database. Back that up with the database's own tools, "
      "or copy it into a directory with mailrail move-log.");
}

std::string id_text(std::uint64_t id) { return fmt::format("{:016x}", id); }

// An id that is none names no backup.
std::uint64_t id_of(const std::string& text) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
  const bool is_id = text.size() == 16 && error == std::errc() && end == text.data() + text.size();
  return is_id ? id : 0;
}

}  // namespace

api::Asked<BeginBackup::Decided> BeginBackup::decide(engine::Engine&,
                                                     engine::Turn& turn,
                                                     Prepared&) {
  return turn.random.next() | 1;  // Never 0, which is no id.
}

Result<BeginBackupOutput> BeginBackup::finish(const Decided& id,
                                              const Prepared&,
                                              const api::Context& context,
                                              const api::Bodies&) {
  log::Snapshots* snapshots = TRY(snapshots_of(context));
  log::Snapshots::Begun begun = TRY(snapshots->begin(id));
  Output output{.backup_id = id_text(begun.id), .journal = {std::move(begun.snapshot.journal)}};
  for (const log::SnapshotFile& each : begun.snapshot.files) {
    output.files.push_back({.name = each.name,
                            .bytes = static_cast<std::int64_t>(each.bytes),
                            .length = static_cast<std::int64_t>(each.length),
                            .salt = id_text(each.salt),
                            .is_final = each.is_final});
  }
  return output;
}

Result<ReadBackupOutput> ReadBackup::finish(const Decided&,
                                            const Prepared& prepared,
                                            const api::Context& context,
                                            const api::Bodies&) {
  const int bytes_max = prepared.bytes.value_or(limits::backup_bytes_max);
  if (bytes_max < 1 || bytes_max > limits::backup_bytes_max) {
    return sqs::errors::invalid_parameter(
        {"Bytes", std::to_string(bytes_max)},
        fmt::format("It must be between 1 and {}", limits::backup_bytes_max));
  }
  if (prepared.offset < 0)
    return sqs::errors::invalid_parameter({"Offset", std::to_string(prepared.offset)},
                                          "It must be 0 or more");
  log::Snapshots* snapshots = TRY(snapshots_of(context));
  std::string bytes = TRY(snapshots->read(id_of(prepared.backup_id), prepared.name,
                                          static_cast<std::uint64_t>(prepared.offset),
                                          static_cast<std::size_t>(bytes_max)));
  return Output{.data = {std::move(bytes)}};
}

Result<Nothing> EndBackup::finish(const Decided&,
                                  const Prepared& prepared,
                                  const api::Context& context,
                                  const api::Bodies&) {
  log::Snapshots* snapshots = TRY(snapshots_of(context));
  TRY(snapshots->end(id_of(prepared.backup_id)));
  return Output{};
}

}  // namespace mailrail::admin
