#include "broker/chore.h"

namespace mailrail::broker {
namespace {

Result<ChoreDone> perform_one(const ReadBodies& chore, log::LogStore& log) {
  ChoreDone done;
  for (const engine::OldBody& old : chore.bodies)
    done.bodies.push_back({.old = old, .bytes = log.read(old.body.position, old.body.length)});
  return done;
}

Result<ChoreDone> perform_one(const WriteCheckpoint& chore, log::LogStore& log) {
  if (chore.is_first) TRY(log.begin_checkpoint());
  return ChoreDone{.written = TRY(log.write_checkpoint(chore.run.payload, chore.run.count))};
}

Result<ChoreDone> perform_one(const FinishCheckpoint& chore, log::LogStore& log) {
  TRY(log.finish_checkpoint(chore.finished));
  return ChoreDone{};
}

}  // namespace

Result<ChoreDone> perform(const Chore& chore, log::LogStore& log) {
  return std::visit([&](const auto& each) { return perform_one(each, log); }, chore);
}

}  // namespace mailrail::broker
