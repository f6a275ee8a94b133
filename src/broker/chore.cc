#include "broker/chore.h"

#include <string>
#include <utility>
#include <vector>

#include "engine/read_back.h"

namespace mailrail::broker {
namespace {

// What is copied must be whole: its old place is given up. The log may have verified less.
Result<std::string> verified(Result<std::string> bytes, const engine::OldBody& old) {
  if (bytes) TRY(engine::read_sent(*bytes, old));
  return bytes;
}

Result<ChoreDone> perform_one(const ReadBodies& chore, log::LogStore& log) {
  std::vector<log::LogStore::Stretch> stretches;
  for (const engine::OldBody& each : chore.bodies)
    stretches.push_back({.position = each.body.position, .length = each.body.length});
  std::vector<Result<std::string>> read = log.read_all(stretches);
  ChoreDone done;
  for (std::size_t i = 0; i < chore.bodies.size(); ++i) {
    const engine::OldBody& old = chore.bodies[i];
    done.bodies.push_back({.old = old, .bytes = verified(std::move(read[i]), old)});
  }
  return done;
}

Result<ChoreDone> perform_one(const WriteCheckpoint& chore, log::LogStore& log) {
  if (chore.is_first) TRY(log.begin_checkpoint());
  ChoreDone done{.written = TRY(log.write_checkpoint(chore.run.payload, chore.run.count))};
  if (done.written == log::LogStore::Written::postponed) done.why_postponed = log.why_postponed();
  return done;
}

Result<ChoreDone> perform_one(const FinishCheckpoint& chore, log::LogStore& log) {
  TRY(log.finish_checkpoint(chore.finished));
  return ChoreDone{};
}

Result<ChoreDone> perform_one(const Trim& chore, log::LogStore& log) {
  return ChoreDone{.has_more = TRY(log.trim(chore.bytes_max))};
}

}  // namespace

Result<ChoreDone> perform(const Chore& chore, log::LogStore& log) {
  return std::visit([&](const auto& each) { return perform_one(each, log); }, chore);
}

}  // namespace mailrail::broker
