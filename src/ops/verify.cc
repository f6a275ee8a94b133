#include "ops/verify.h"

#include <fmt/format.h>

#include "base/size.h"
#include "log/salvage_command.h"
#include "ops/findings_text.h"
#include "ops/state.h"

namespace mailrail::ops {

Result<Verified> verify(log::Disk& disk, std::uint64_t hash_seed, Progress& progress) {
  const auto examination = TRY(Examination::run(disk, hash_seed, progress));
  Verified verified{
      .inspected = examination->inspected(),
      .facts = examination->facts(),
      .records = examination->records(),
      .queues = examination->engine().queue_names().size(),
      .messages = examination->engine().message_count() + examination->replay().lost().size(),
      .body_bytes = examination->engine().live_bytes().total()};
  verified.findings = examination->findings();
  for (const auto& [key, lost] : examination->replay().lost()) {
    verified.findings.add({.what = fmt::format("message {} has no body: the segment is not there",
                                               engine::sequence_number(lost.seq))});
  }
  if (!examination->engine().is_founded()) return verified;
  TRY(visit_state(examination->engine(),
                  [&](const engine::CheckpointRecord& record) -> Result<void> {
                    const auto* kept = std::get_if<engine::KeptMessages>(&record);
                    if (kept == nullptr) return {};
                    for (const engine::KeptMessage& each : kept->messages) {
                      const ReadBody body = examination->read(kept->queue, each);
                      if (!body.sent || each.is_damaged)
                        verified.findings.add(examination->damage_of(body));
                    }
                    return {};
                  }));
  for (const log::Damage& each : examination->unreadable()) verified.findings.add(each);
  return verified;
}

std::string text_of(const Verified& verified, const std::string& directory) {
  std::string text = fmt::format("{}\n", directory);
  text += text_of(verified.inspected, verified.facts, verified.records);
  text += fmt::format("  {:<12}{}, {}, {}\n", "state", counted(verified.queues, "queue"),
                      counted(verified.messages, "message"), size_text(verified.body_bytes));
  if (verified.is_whole())
    return text + "\nWhole: all of it can be read, and a server starts on it.\n";
  text += fmt::format("\nDamaged, {}:\n", counted(verified.findings.count, "finding"));
  text += text_of(verified.findings);
  return text +
         fmt::format("\nWhat can be read is saved by: {}\n", log::salvage_command(directory));
}

}  // namespace mailrail::ops
