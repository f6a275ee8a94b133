// Arbitrary bytes as a checkpoint: they are refused, or what was read can be written and read
// again, restored, used and swept anew.
//
// The first byte chooses what the others are: bit flips in a directory with a checkpoint (0), what
// JOURNAL says of one and its first segment (1), that and a segment whose checksums are put right
// (2), or records and, behind their length, the facts that follow (3).

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/engine.h"
#include "engine/fact_codec.h"
#include "fuzz/flip.h"
#include "log/file/checkpoint_reader.h"
#include "log/file/file_log.h"
#include "log/file/segment_reader.h"
#include "sim/sim_disk.h"

namespace mailrail {
namespace {

namespace format = log::format;
using engine::Body;
using engine::CheckpointRecord;
using engine::Engine;
using engine::Fact;
using log::FileLog;

enum Mode : std::uint8_t { flips = 0, raw_segment = 1, signed_segment = 2, records = 3 };

constexpr log::FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 16 << 10};
constexpr Instant noon = from_unix_ms(1'700'000'000'000);
const std::string first_segment = format::segment_name(format::SegmentKind::checkpoint, 0);

// --- Files.

struct Part {
  std::string payload;
  std::uint32_t count;

  friend bool operator==(const Part&, const Part&) = default;
};

struct Journal {
  Journal() {
    SeededRandom random(1);
    const auto log = *FileLog::open(disk, random, small);
    CHECK(log->append({.position = log->next_position(), .time = {}, .count = 1, .payload = "f"})
              .outcome == log::Outcome::durable);
    CHECK(log->begin_checkpoint());
    for (char i = 0; i < 5; ++i) {
      parts.push_back({.payload = std::string(5000, static_cast<char>('a' + i)), .count = 7});
      CHECK(log->write_checkpoint(parts.back().payload, parts.back().count));
    }
    const Position end = log->next_position();
    CHECK(log->finish_checkpoint({.span = {.begin = end, .end = end, .time = {}}, .needed = end}));
  }

  sim::SimDisk disk{1};
  std::vector<Part> parts;
};

// In any of its files.
void flip_any(sim::SimDisk& disk, std::string_view input) {
  const std::array<std::string, 3> names = {
      "JOURNAL", first_segment, format::segment_name(format::SegmentKind::checkpoint, 1)};
  mailrail::flip(disk, names, input);
}

void read_flipped(std::string_view input) {
  static const Journal whole;
  sim::SimDisk disk = whole.disk;
  flip_any(disk, input);
  SeededRandom random(2);
  const auto log = FileLog::open(disk, random, small);
  if (!log) return;
  std::vector<Part> found;
  const auto read = (*log)->scan_checkpoint([&](std::string_view payload, std::uint32_t count) {
    found.push_back({.payload = std::string(payload), .count = count});
    return Result<void>();
  });
  CHECK(!read || found == whole.parts);
}

// A header, then frames, as far as `input` goes; what a reader checks first is made right.
std::string sign(std::string_view input) {
  format::SegmentHeader segment{.kind = format::SegmentKind::checkpoint};
  ByteReader in(input);
  std::string bytes(format::page_bytes, '\0');
  std::uint64_t chain = 0;
  while (!in.at_end()) {
    format::FrameHeader frame;
    frame.kind = in.u8() % 16 == 15 ? format::FrameKind::seal : format::FrameKind::facts;
    frame.count = in.u8();
    const std::string payload(in.string());
    if (in.failed()) break;
    frame.position = Position(bytes.size() + sizeof frame);
    frame.previous = chain;
    frame.length = static_cast<std::uint32_t>(payload.size());
    frame.payload_checksum = format::checksum(payload, segment.salt);
    frame.checksum = chain = format::header_checksum(frame, segment.salt);
    bytes += format::bytes_of(frame);
    bytes += payload;
    bytes.resize(format::to_page_end(bytes.size()));
  }
  bytes.resize(std::max<std::size_t>(bytes.size() + format::page_bytes, small.segment_bytes));
  segment.bytes = bytes.size();
  segment.checksum = format::header_checksum(segment, 0);
  return bytes.replace(0, sizeof segment, format::bytes_of(segment));
}

void read_segment(Mode mode, std::string_view input) {
  ByteReader in(input);
  format::Checkpoint checkpoint{.segments = in.u8() % 3u, .frames = in.u8()};
  checkpoint.chain = in.u64();
  sim::SimDisk disk(1);
  const std::string bytes = mode == signed_segment ? sign(in.rest()) : std::string(in.rest());
  disk.put(first_segment, bytes);
  std::uint64_t frames = 0;
  const auto count_frame = [&](std::string_view payload, std::uint32_t) {
    CHECK(!payload.empty() && payload.size() <= bytes.size());
    ++frames;
    return Result<void>();
  };
  const auto read = log::read_checkpoint(disk, checkpoint, count_frame);
  CHECK(!read || frames == checkpoint.frames);
  if (mode != signed_segment) return;

  // What is there in order, as JOURNAL would name it.
  checkpoint.segments = 1;
  checkpoint.frames = frames;
  log::SegmentReader reader;
  const auto segment = log::Segment::open(disk, format::SegmentKind::checkpoint, 0);
  CHECK(segment);
  reader.start(**segment);
  for (std::uint64_t i = 0; i < frames; ++i)
    CHECK(reader.next() == log::SegmentReader::Found::facts);
  checkpoint.chain = reader.chain();
  CHECK(log::read_checkpoint(disk, checkpoint, [](auto, auto) { return Result<void>(); }));
}

// --- Records and facts.

// Written anew, as far as they can be read.
std::string rewritten(std::string_view bytes) {
  std::string again;
  (void)engine::decode_records(
      bytes, [&](const CheckpointRecord& record) { engine::encode_record(record, again); });
  return again;
}

// Stops at the first objection, as a replay does.
bool restore(Engine& engine, std::string_view bytes) {
  bool makes_sense = true;
  const auto decoded = engine::decode_records(bytes, [&](const CheckpointRecord& record) {
    makes_sense = makes_sense && engine.objection_to(record).empty();
    if (makes_sense) engine.restore(record);
  });
  return decoded && makes_sense;
}

bool apply(Engine& engine, Position begin, std::string_view bytes) {
  bool makes_sense = true;
  const auto decoded = engine::decode_facts(bytes, [&](const Fact& fact, engine::FactPlace place) {
    const Body body{.position = begin + place.offset, .length = place.length};
    makes_sense = makes_sense && engine.objection_to(fact, body).empty();
    if (makes_sense) engine.apply(fact, body);
  });
  return decoded && makes_sense;
}

void pass(Engine& engine, Instant now) {
  while (!engine.advance(now)) {
  }
}

// To everybody who is subscribed and can take it.
void publish(Engine& engine, engine::Turn& turn, const engine::Topic& topic) {
  const bool is_fifo = topic.attributes.is_fifo;
  std::vector<engine::PublishTarget> targets;
  for (const auto& [id, subscription] : topic.subscriptions) {
    const engine::Queue* queue =
        subscription->queue ? engine.find_queue(*subscription->queue) : nullptr;
    if (queue == nullptr || (queue->attributes.is_fifo && !is_fifo)) continue;
    targets.push_back(
        {.queue = queue->id, .subscription = id, .is_raw = subscription->attributes.is_raw});
  }
  engine.publish(turn, {.topic = topic.id,
                        .group = is_fifo ? "g" : "",
                        .deduplication_id = is_fifo ? "d" : "",
                        .record = "r",
                        .targets = targets});
}

void use_topics(Engine& engine, engine::Turn& turn) {
  std::vector<TopicId> topics;
  for (const auto& [id, topic] : engine.topics().all()) topics.push_back(id);
  for (const TopicId id : topics) {
    const engine::Topic& topic = *engine.topics().find(id);
    publish(engine, turn, topic);
    if (!topic.subscriptions.empty()) engine.unsubscribe(turn, topic.subscriptions.begin()->first);
    publish(engine, turn, topic);
  }
  if (!topics.empty()) engine.delete_topic(turn, topics.front());
}

// What an engine would do next with whatever state it has.
void use(Engine& engine, engine::Turn& turn) {
  pass(engine, turn.now);
  use_topics(engine, turn);
  std::vector<QueueId> queues;
  for (const auto& [name, id] : engine.queue_names()) queues.push_back(id);
  for (const SubscriptionId each : engine.delivery_queues_after(SubscriptionId(), 100))
    queues.push_back(engine.delivery_queue(each)->id);
  for (const QueueId id : queues) {
    engine.counts(id);
    engine.send(turn, {.queue = id, .group = "g", .deduplication_id = "d", .record = "r"});
    for (const auto& each : engine.receive(turn, {.queue = id, .count_max = 10}).messages) {
      (void)engine.change_visibility(turn, each.handle(), 5s);
      if (each.seq.value() % 2 == 0) (void)engine.delete_message(turn, each.handle());
    }
  }
  turn.now += 1h;
  pass(engine, turn.now);
  for (const QueueId id : queues) (void)engine.start_move_task(turn, {.source = id});
  engine.move_messages(turn);
  (void)engine.next_move();
  while (!engine.remove_expired(turn, 100)) {
  }
  if (!queues.empty()) engine.purge_queue(turn, queues.front());
  if (queues.size() > 1) engine.delete_queue(turn, queues.back());
  turn.now += 48h;
  while (!engine.remove_lapsed(turn, 100)) {
  }
  pass(engine, turn.now);
}

// A checkpoint of the engine has its state, and nobody objects to it.
void sweep(const Engine& engine, Position end, Instant now) {
  Engine again(2);
  again.restored_through(end);
  engine::Sweep sweep = engine.begin_sweep();
  while (const auto run = engine.sweep(sweep)) {
    CHECK(rewritten(run->payload) == run->payload);
    CHECK(restore(again, run->payload));
  }
  CHECK(again.state_hash(now) == engine.state_hash(now));
}

void read_records(std::string_view input) {
  ByteReader in(input);
  const std::string_view bytes = in.string();
  const std::string once = rewritten(bytes);
  CHECK(rewritten(once) == once);

  constexpr Position end{1 << 20};
  Engine engine(1);
  engine.restored_through(end);
  if (!restore(engine, bytes)) return;
  // Half of what follows is from before the end.
  const std::string_view facts = in.rest();
  if (!apply(engine, Position(end.value() - facts.size() / 2), facts)) return;
  if (!engine.is_founded()) return;
  SeededRandom random(3);
  engine::FactWriter writer(end + facts.size());
  engine::Turn turn{.now = noon, .random = random, .facts = writer};
  sweep(engine, writer.end(), turn.now);
  use(engine, turn);
  sweep(engine, writer.end(), turn.now);
}

void run(Mode mode, std::string_view input) {
  switch (mode) {
    case flips:
      return read_flipped(input);
    case raw_segment:
    case signed_segment:
      return read_segment(mode, input);
    case records:
      return read_records(input);
  }
}

}  // namespace
}  // namespace mailrail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  mailrail::run(static_cast<mailrail::Mode>(input[0] & 3), input.substr(1));
  return 0;
}
