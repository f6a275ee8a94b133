#include "ops/salvage_writer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace mailrail::ops {
namespace {

// One sync each: more would gain little.
constexpr std::size_t frame_bytes = std::size_t{4} << 20;
constexpr std::size_t run_bytes = std::size_t{256} << 10;
// What a fact has at most besides a body.
constexpr std::size_t fact_overhead = 64;

}  // namespace

Result<std::unique_ptr<SalvageWriter>> SalvageWriter::begin(log::Disk& disk,
                                                            Random& random,
                                                            const Options& options) {
  auto unfinished = TRY(log::UnfinishedDisk::begin(disk));
  auto log = TRY(log::FileLog::open(*unfinished, random, options.log));
  TRY(log->begin_checkpoint());
  return std::unique_ptr<SalvageWriter>(
      new SalvageWriter(std::move(unfinished), std::move(log), options.time));
}

Result<void> SalvageWriter::add_fact(const engine::Fact& fact) {
  facts_.append(fact);
  if (facts_.payload().size() >= std::min(frame_bytes, log_->payload_bytes_max() / 2))
    TRY(write_frame());
  return {};
}

Result<engine::Body> SalvageWriter::add_body(QueueId queue, Seq seq, std::string_view sent) {
  return add_body(engine::Relocated{.queue = queue, .seq = seq, .sent = sent}, sent);
}

Result<engine::Body> SalvageWriter::add_shared_body(Seq publication, std::string_view body) {
  return add_body(engine::SharedBodyRelocated{.publication = publication, .body = body}, body);
}

Result<engine::Body> SalvageWriter::add_body(const engine::Fact& fact, std::string_view body) {
  if (body.size() + fact_overhead > log_->payload_bytes_max())
    return fail(errors::corrupt, fmt::format("its {} bytes fit into no frame", body.size()));
  if (facts_.payload().size() + body.size() + fact_overhead > log_->payload_bytes_max())
    TRY(write_frame());
  const engine::Body place = facts_.append(fact);
  const auto length = static_cast<std::uint32_t>(body.size());
  if (facts_.payload().size() >= frame_bytes) TRY(write_frame());
  return engine::Body{.position = place.position + (place.length - length), .length = length};
}

Result<void> SalvageWriter::add_record(const engine::CheckpointRecord& record) {
  engine::CheckpointRun one;
  one.add(record);
  if (run_.payload.size() + one.payload.size() > log_->payload_bytes_max()) TRY(write_run());
  run_.payload += one.payload;
  run_.count += one.count;
  if (run_.payload.size() >= run_bytes) TRY(write_run());
  return {};
}

Result<void> SalvageWriter::finish() {
  TRY(write_frame());
  TRY(write_run());
  const Position end = log_->next_position();
  TRY(log_->finish_checkpoint(
      {.span = {.begin = end, .end = end, .time = time_}, .needed = Position()}));
  TRY(log_->close());
  return disk_->finish();
}

Result<void> SalvageWriter::write_frame() {
  if (facts_.count() == 0) return {};
  const log::Frame frame{.position = facts_.position(),
                         .time = time_,
                         .count = facts_.count(),
                         .payload = facts_.take_payload()};
  const log::Appended appended = log_->append(frame);
  if (appended.outcome != log::Outcome::durable) return fail(errors::io, appended.reason);
  facts_ = engine::FactWriter(log_->next_position());
  return {};
}

Result<void> SalvageWriter::write_run() {
  if (run_.count == 0) return {};
  const auto written = TRY(log_->write_checkpoint(run_.payload, run_.count));
  if (written == log::LogStore::Written::postponed)
    return fail(errors::io, "There is no space left for the checkpoint.");
  run_ = {};
  return {};
}

}  // namespace mailrail::ops
