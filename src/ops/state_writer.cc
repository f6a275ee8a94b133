#include "ops/state_writer.h"

#include <utility>

#include <fmt/format.h>

#include "engine/fact_codec.h"

namespace mailrail::ops {
namespace {

constexpr std::size_t run_bytes = std::size_t{256} << 10;
// What a fact has at most besides a body.
constexpr std::size_t fact_overhead = 64;

// Of a publication that nobody has. It changes nothing, but a log begins with its founding.
constexpr engine::SharedBodyDamaged unfinished_mark = {};

bool is_unfinished_mark(const engine::Fact& fact) {
  const auto* damaged = std::get_if<engine::SharedBodyDamaged>(&fact);
  return damaged != nullptr && damaged->publication == unfinished_mark.publication;
}

// Ends a scan that has seen enough.
constexpr ErrorKind enough{.name = "Enough", .query_code = "Enough", .http_status = 500};

}  // namespace

Result<void> StateWriter::begin(const engine::CheckpointBegin& record) {
  TRY(log_.begin_checkpoint());
  TRY(add_fact(unfinished_mark));
  // Without the checkpoint it is the bodies that a salvage needs, and the secret.
  TRY(add_fact(engine::Founded{.at = time_, .secret = record.secret}));
  return add_record(record);
}

Result<void> StateWriter::add_fact(const engine::Fact& fact) {
  facts_.append(fact);
  if (facts_.payload().size() >= frame_bytes_) TRY(write_frame());
  return {};
}

Result<engine::Body> StateWriter::add_body(QueueId queue,
                                           const engine::KeptMessage& message,
                                           std::string_view sent) {
  if (!message.share)
    return add_body(engine::Relocated{.queue = queue, .seq = message.seq, .sent = sent}, sent);
  if (const auto known = shared_body(message)) return *known;
  const Seq publication = message.share->publication;
  const engine::SharedBodyRelocated fact{.publication = publication, .body = sent};
  return shared_[publication] = TRY(add_body(fact, sent));
}

std::optional<engine::Body> StateWriter::shared_body(const engine::KeptMessage& message) const {
  if (!message.share) return std::nullopt;
  const auto known = shared_.find(message.share->publication);
  return known == shared_.end() ? std::nullopt : std::optional(known->second);
}

Result<engine::Body> StateWriter::add_body(const engine::Fact& fact, std::string_view body) {
  if (body.size() + fact_overhead > log_.payload_bytes_max())
    return fail(errors::corrupt, fmt::format("its {} bytes fit into no frame", body.size()));
  if (facts_.payload().size() + body.size() + fact_overhead > log_.payload_bytes_max())
    TRY(write_frame());
  const engine::Body place = facts_.append(fact);
  const auto length = static_cast<std::uint32_t>(body.size());
  body_bytes_ += length;
  if (facts_.payload().size() >= frame_bytes_) TRY(write_frame());
  return engine::Body{.position = place.position + (place.length - length), .length = length};
}

Result<void> StateWriter::add_record(const engine::CheckpointRecord& record) {
  engine::CheckpointRun one;
  one.add(record);
  if (run_.payload.size() + one.payload.size() > log_.payload_bytes_max()) TRY(write_run());
  run_.payload += one.payload;
  run_.count += one.count;
  if (run_.payload.size() >= run_bytes) TRY(write_run());
  return {};
}

Result<void> StateWriter::finish() {
  TRY(write_frame());
  TRY(write_run());
  const Position end = log_.next_position();
  return log_.finish_checkpoint(
      {.span = {.begin = end, .end = end, .time = time_}, .needed = begin_});
}

Result<void> StateWriter::write_frame() {
  if (facts_.count() == 0) return {};
  const log::Frame frame{.position = facts_.position(),
                         .time = time_,
                         .count = facts_.count(),
                         .payload = facts_.take_payload()};
  const log::Appended appended = log_.append(frame);
  if (appended.outcome != log::Outcome::durable) return fail(errors::io, appended.reason);
  facts_ = engine::FactWriter(log_.next_position());
  return {};
}

Result<void> StateWriter::write_run() {
  if (run_.count == 0) return {};
  const auto written = TRY(log_.write_checkpoint(run_.payload, run_.count));
  if (written == log::LogStore::Written::postponed) {
    const std::string why = log_.why_postponed();
    return fail(errors::io, why.empty() ? "There is no space left for the checkpoint." : why);
  }
  run_ = {};
  return {};
}

Result<Holding> holding_of(log::LogStore& log) {
  if (log.checkpoint()) return Holding::state;
  Holding holding = Holding::nothing;
  const auto scanned = log.scan([&](const log::Frame& frame) -> Result<void> {
    TRY(engine::decode_facts(frame.payload, [&](const engine::Fact& fact, engine::FactPlace) {
      if (holding != Holding::nothing) return;
      holding = is_unfinished_mark(fact) ? Holding::unfinished_state : Holding::state;
    }));
    return fail(enough, "");
  });
  if (!scanned && scanned.error().kind != &enough) return std::unexpected(scanned.error());
  return holding;
}

}  // namespace mailrail::ops
