#include "ops/examination.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "engine/fact_codec.h"
#include "ops/state.h"

namespace mailrail::ops {

using log::Damage;
using log::InspectedFrame;
using How = TolerantReplay::Checkpoint;

void Findings::add(const Damage& damage) {
  count += 1;
  bytes += damage.bytes;
  if (listed.size() < findings_listed_max) listed.push_back(damage);
}

Result<std::unique_ptr<Examination>> Examination::run(log::Disk& disk,
                                                      std::uint64_t hash_seed,
                                                      Progress& progress) {
  TRY(disk.lock());
  auto examination = std::unique_ptr<Examination>(new Examination(disk, progress));
  TRY(examination->examine(hash_seed));
  return examination;
}

Examination::Examination(log::Disk& disk, Progress& progress)
    : disk_(disk,
            [this](std::uint64_t bytes) {
              read_bytes_ += bytes;
              progress_.at(std::min(read_bytes_, total_bytes_), total_bytes_);
            }),
      progress_(progress) {}

Result<void> Examination::examine(std::uint64_t hash_seed) {
  inspection_ = TRY(log::Inspection::open(disk_, [&](const Damage& damage) {
    findings_.add(damage);
    has_lost_facts_ = has_lost_facts_ || damage.until > replay_from_;
  }));
  read_bytes_ = 0;
  total_bytes_ = inspected().file_bytes;
  start_replay(hash_seed);
  TRY(load_checkpoint(hash_seed));
  const bool is_empty = inspected().log_segments == 0 && findings_.count == 0;
  if (is_empty) return {};
  TRY(inspection_->walk_log([&](const InspectedFrame& frame) {
    if (!frame.is_whole) {
      replay_beginning(frame);
    } else if (frame.position < replay_from_) {
      count_only(frame);
    } else {
      replay(frame);
    }
  }));
  if (!engine().is_founded() && (inspected().log_frames > 0 || findings_.count > 0)) {
    has_lost_state_ = true;
    findings_.add({.what = "the secret that keys message ids and receipt handles is not there"});
  }
  total_bytes_ = std::max(total_bytes_, read_bytes_) + engine().live_bytes().total();
  return {};
}

void Examination::start_replay(std::uint64_t hash_seed) {
  replay_ = std::make_unique<TolerantReplay>(
      TolerantReplay::Log{
          .has_segment = [&](Position position) { return inspection_->has_segment(position); },
          .read =
              [&](const engine::Body& body) {
                return inspection_->read(body.position, body.length).value_or("");
              }},
      hash_seed);
}

Result<void> Examination::load_checkpoint(std::uint64_t hash_seed) {
  const std::vector<log::CheckpointFiles> files = inspection_->checkpoints();
  if (const auto& superblock = inspected().superblock) {
    if (files.empty()) {
      replay_->end_checkpoint(How::absent, Position());
      return {};
    }
    const bool is_whole = TRY(load(files.front()));
    if (!is_whole && inspection_->is_log_from_the_beginning()) {
      start_replay(hash_seed);  // The log says it all.
      replay_->end_checkpoint(How::absent, Position());
      return {};
    }
    has_lost_state_ = !is_whole;
    // What a damaged one does not say, older facts may.
    replay_from_ = is_whole ? superblock->checkpoint.begin : Position();
    exact_from_ = is_whole ? superblock->checkpoint.end : Position(~std::uint64_t{0});
    replay_->end_checkpoint(is_whole ? How::whole : How::partial, exact_from_);
    return {};
  }
  // Nothing says which it was. The whole log needs none.
  if (files.empty() || inspection_->is_log_from_the_beginning()) {
    replay_->end_checkpoint(How::absent, Position());
    return {};
  }
  // The newest one may not have been finished; then the one before it is still there.
  for (const log::CheckpointFiles& each : files) {
    start_replay(hash_seed);
    const bool is_whole = TRY(load(each));
    if (!is_whole && &each != &files.back()) continue;
    has_lost_state_ = !is_whole;
    exact_from_ = Position(~std::uint64_t{0});
    replay_->end_checkpoint(is_whole ? How::whole : How::partial, exact_from_);
    break;
  }
  return {};
}

// Whether all of it is there, as far as it can be told: where the superblock doesn't say how long
// it is, every queue's end has to be in it.
Result<bool> Examination::load(const log::CheckpointFiles& files) {
  std::set<QueueId> unfinished;
  bool has_begin = false;
  const std::uint64_t found_before = findings_.count;
  TRY(inspection_->walk_checkpoint(files, [&](const InspectedFrame& frame) {
    if (!frame.is_whole) return;
    put(frame);
    (void)engine::decode_records(frame.payload, [&](const engine::CheckpointRecord& record) {
      if (std::holds_alternative<engine::CheckpointBegin>(record)) has_begin = true;
      if (const auto* queue = std::get_if<engine::KeptQueue>(&record))
        unfinished.insert(queue->queue);
      if (const auto* swept = std::get_if<engine::SweptQueue>(&record))
        unfinished.erase(swept->queue);
    });
  }));
  if (findings_.count == found_before && !has_begin)
    findings_.add({.what = "the checkpoint does not begin with its first record"});
  return findings_.count == found_before && (inspected().superblock || unfinished.empty());
}

void Examination::put(const InspectedFrame& frame) {
  std::uint32_t count = 0;
  const auto decoded =
      engine::decode_records(frame.payload, [&](const engine::CheckpointRecord& record) {
        ++count;
        if (const auto misfit = replay_->put(record))
          find(frame, 0, std::string(text_of(*misfit)) + " in a part of the checkpoint");
      });
  records_ += count;
  if (!decoded) {
    find(frame, 0, decoded.error().message);
  } else if (count != frame.count) {
    find(frame, 0, fmt::format("a part has {} records instead of {}", count, frame.count));
  }
}

void Examination::replay(const InspectedFrame& frame) {
  std::uint32_t count = 0;
  const auto decoded =
      engine::decode_facts(frame.payload, [&](const engine::Fact& fact, engine::FactPlace place) {
        ++count;
        const auto misfit = replay_->apply(
            fact, {.position = frame.position + place.offset, .length = place.length});
        // Behind damage it is no wonder.
        if (misfit && findings_.count == 0) {
          find(frame, place.offset, std::string(text_of(*misfit)) + " in a fact");
          has_lost_facts_ = true;
        }
      });
  facts_ += count;
  if (!decoded) {
    has_lost_facts_ = true;
    find(frame, 0, decoded.error().message);
  } else if (count != frame.count) {
    find(frame, 0, fmt::format("a frame has {} facts instead of {}", count, frame.count));
  }
  replay_->advance(frame.time);
}

// Of a frame that is damaged behind its header. Where its first fact begins is known, and behind a
// message whose own checksum is right begins the next one; behind anything else it is not known,
// and what a client has written could be taken for a fact.
void Examination::replay_beginning(const InspectedFrame& frame) {
  bool is_known = true;
  (void)engine::decode_facts(frame.payload, [&](const engine::Fact& fact, engine::FactPlace place) {
    is_known = is_known && std::holds_alternative<engine::Sent>(fact);
    if (!is_known || frame.position < replay_from_) return;
    replay_->apply(fact, {.position = frame.position + place.offset, .length = place.length});
  });
}

// Its facts are in the checkpoint's state.
void Examination::count_only(const InspectedFrame& frame) {
  std::uint32_t count = 0;
  const auto decoded =
      engine::decode_facts(frame.payload, [&](const engine::Fact&, engine::FactPlace) { ++count; });
  facts_ += count;
  if (!decoded) {
    find(frame, 0, decoded.error().message);
  } else if (count != frame.count) {
    find(frame, 0, fmt::format("a frame has {} facts instead of {}", count, frame.count));
  }
}

void Examination::find(const InspectedFrame& frame,
                       std::uint64_t payload_offset,
                       std::string what) {
  findings_.add(
      {.path = frame.path,
       .offset = frame.offset +
                 (payload_offset == 0 ? 0 : sizeof(log::format::FrameHeader) + payload_offset),
       .what = std::move(what)});
}

ReadBody Examination::read(QueueId queue, const engine::KeptMessage& message) {
  const Origin origin = origin_of(queue, message);
  return {.message = message,
          .identity = {.queue = queue,
                       .seq = message.seq,
                       .origin_queue = origin.queue,
                       .origin_seq = origin.seq,
                       .redrives = origin.redrives},
          .sent = expect_body(inspection_->read(message.body.position, message.body.length), queue,
                              message)};
}

std::vector<Damage> Examination::unreadable() {
  std::vector<Damage> damages;
  for (log::Unreadable& each : disk_.take_unreadable()) {
    damages.push_back({.path = std::move(each.path),
                       .offset = each.offset,
                       .bytes = each.bytes,
                       .what = std::move(each.why)});
  }
  return damages;
}

Damage Examination::damage_of(const ReadBody& body) const {
  const engine::Queue* queue = engine().find_queue(body.identity.queue);
  CHECK(queue != nullptr);
  return {.path = inspection_->path_of(body.message.body.position),
          .offset = log::format::offset_of(body.message.body.position),
          .bytes = 0,
          .what = fmt::format("message {} of queue {} cannot be read: {}",
                              engine::sequence_number(body.identity.seq),
                              replay_->corrected(queue->name).name,
                              body.sent ? "it is marked as damaged" : body.sent.error().message)};
}

}  // namespace mailrail::ops
