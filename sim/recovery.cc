#include "sim/recovery.h"

#include <utility>
#include <variant>

#include "engine/fact_codec.h"
#include "log/file/file_log.h"

namespace mailrail::sim {
namespace {

using What = Sabotage::What;

void apply(engine::Engine& engine, const engine::Fact& fact, const engine::Body& place, What what) {
  if (what == What::forgets_leases && std::holds_alternative<engine::Leased>(fact)) return;
  if (what == What::forgets_parking && std::holds_alternative<engine::ConversationParked>(fact))
    return;
  if (what == What::forgets_removals && std::holds_alternative<engine::Removed>(fact)) return;
  if (what == What::forgets_deduplication) {
    if (const auto* sent = std::get_if<engine::Sent>(&fact)) {
      engine::Sent forgotten = *sent;
      forgotten.deduplication_key = {};
      return engine.apply(forgotten, place);
    }
  }
  if (what == What::forgets_topic_deduplication) {
    if (const auto* published = std::get_if<engine::Published>(&fact)) {
      engine::Published forgotten = *published;
      forgotten.message.deduplication_key = {};
      return engine.apply(forgotten, place);
    }
  }
  engine.apply(fact, place);
}

Result<void> apply(engine::Engine& engine, const log::Frame& frame, What what) {
  return engine::decode_facts(frame.payload, [&](const engine::Fact& fact,
                                                 engine::FactPlace place) {
    apply(engine, fact, {.position = frame.position + place.offset, .length = place.length}, what);
  });
}

Result<std::vector<log::Frame>> replay(log::LogStore& log, engine::Engine& engine, What what) {
  TRY(log.scan_checkpoint([&](std::string_view payload, std::uint32_t) {
    return engine::decode_records(
        payload, [&](const engine::CheckpointRecord& record) { engine.restore(record); });
  }));
  if (const auto span = log.checkpoint()) engine.restored_through(span->end);
  std::vector<log::Frame> frames;
  TRY(log.scan([&](const log::Frame& frame) -> Result<void> {
    frames.push_back(frame);
    return {};
  }));
  const bool forgets_last = what == What::forgets_last_frame && frames.size() > 1;
  for (std::size_t i = 0; i + (forgets_last ? 1 : 0) < frames.size(); ++i)
    TRY(apply(engine, frames[i], what));
  return frames;
}

}  // namespace

Result<Process::Recovered> recover(log::Disk& disk, const Process::World& world) {
  std::unique_ptr<log::FileLog> log = TRY(log::FileLog::open(disk, world.random, world.sizes.log));
  auto engine = std::make_unique<engine::Engine>(world.random.next(), world.strictness);
  std::vector<log::Frame> frames = TRY(replay(*log, *engine, world.sabotage.what));
  if (log->recovered().torn_frames > 0) world.judge.meet("a torn frame was put aside");
  const Instant last = log->recovered().last_time.value_or(Instant{});
  const std::uint64_t bytes = log->recovered().bytes;
  return Process::Recovered{.log = std::move(log),
                            .engine = std::move(engine),
                            .frames = std::move(frames),
                            .last = last,
                            .replayed_bytes = bytes};
}

}  // namespace mailrail::sim
