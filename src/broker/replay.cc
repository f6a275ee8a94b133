#include "broker/replay.h"

#include <fmt/format.h>

#include "engine/checkpoint.h"
#include "engine/fact_codec.h"
#include "engine/limits.h"

namespace mailrail::broker {
namespace {

constexpr std::string_view in_checkpoint = "in its checkpoint";

std::unexpected<Error> damaged(const log::LogStore& log, const log::FoundDamage& damage) {
  return std::unexpected(log.error_about(damage));
}

// What cannot be decoded is damaged, unless it was written by who knew more.
template <class Refuse>
std::unexpected<Error> refuse_undecodable(const Error& why, Refuse refuse) {
  if (why.kind != &errors::of_later_version) return refuse(why.message);
  return fail(errors::unusable,
              fmt::format("The log has {}, which this mailrail does not know: a newer one wrote "
                          "them. Use that one, or a newer one still.",
                          why.message));
}

bool is_possible(Instant time) {
  return unix_ms(time) >= 0 && unix_ms(time) <= engine::instant_ms_max;
}

std::string impossible(Instant time) { return fmt::format("its time is {} ms", unix_ms(time)); }

Result<void> restore(engine::Engine& engine,
                     const log::LogStore& log,
                     std::string_view payload,
                     std::uint32_t count) {
  std::uint32_t records = 0;
  std::string_view objection;
  const auto refuse = [&](std::string_view what) {
    return damaged(log, {.where = in_checkpoint, .what = what});
  };
  const auto decoded = engine::decode_records(payload, [&](const engine::CheckpointRecord& record) {
    ++records;
    if (objection.empty()) objection = engine.objection_to(record);
    if (objection.empty()) engine.restore(record);
  });
  if (!objection.empty()) return refuse(objection);
  if (!decoded) return refuse_undecodable(decoded.error(), refuse);
  if (records != count)
    return refuse(fmt::format("a part has {} records and says {}", records, count));
  return {};
}

}  // namespace

Result<void> replay(const log::LogStore& log, engine::Engine& engine, const log::Frame& frame) {
  std::uint32_t facts = 0;
  std::string_view objection;
  Position objectionable;
  const auto refuse = [&](Position position, std::string_view what) {
    const std::string where = "at " + log.place(position);
    return damaged(log, {.where = where, .what = what});
  };
  if (!is_possible(frame.time)) return refuse(frame.position, impossible(frame.time));
  const auto decoded =
      engine::decode_facts(frame.payload, [&](const engine::Fact& fact, engine::FactPlace place) {
        ++facts;
        if (!objection.empty()) return;
        const engine::Body body{.position = frame.position + place.offset, .length = place.length};
        objection = engine.objection_to(fact, body);
        objectionable = body.position;
        if (objection.empty()) engine.apply(fact, body);
      });
  if (!objection.empty()) return refuse(objectionable, objection);
  if (!decoded) {
    return refuse_undecodable(decoded.error(),
                              [&](std::string_view what) { return refuse(frame.position, what); });
  }
  if (facts != frame.count) {
    return refuse(frame.position,
                  fmt::format("its frame has {} facts and says {}", facts, frame.count));
  }
  return {};
}

Result<void> replay(log::LogStore& log,
                    engine::Engine& engine,
                    const std::function<Result<void>(const log::Frame&)>& applied) {
  if (const auto span = log.checkpoint()) {
    if (!is_possible(span->time))
      return damaged(log, {.where = in_checkpoint, .what = impossible(span->time)});
    engine.restored_through(span->end);
  }
  TRY(log.scan_checkpoint([&](std::string_view payload, std::uint32_t count) {
    return restore(engine, log, payload, count);
  }));
  return log.scan([&](const log::Frame& frame) -> Result<void> {
    TRY(replay(log, engine, frame));
    return applied ? applied(frame) : Result<void>();
  });
}

}  // namespace mailrail::broker
