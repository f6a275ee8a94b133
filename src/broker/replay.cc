#include "broker/replay.h"

#include "engine/fact_codec.h"

namespace mailrail::broker {

Result<void> replay(log::LogStore& log, engine::Engine& engine) {
  TRY(log.scan_checkpoint([&](std::string_view payload, std::uint32_t) {
    return engine::decode_records(
        payload, [&](const engine::CheckpointRecord& record) { engine.restore(record); });
  }));
  if (const auto span = log.checkpoint()) engine.restored_through(span->end);
  return log.scan([&](const log::Frame& frame) {
    return engine::decode_facts(
        frame.payload, [&](const engine::Fact& fact, engine::FactPlace place) {
          engine.apply(fact, {.position = frame.position + place.offset, .length = place.length});
        });
  });
}

}  // namespace mailrail::broker
