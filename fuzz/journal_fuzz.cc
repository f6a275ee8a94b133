// Arbitrary damage to a journal: it is refused, or what is read is a prefix of what was written and
// the log goes on from there.
//
// The first byte chooses what the others are: bit flips in a journal that was killed (0) or closed
// (1), the file JOURNAL (2), the first segment (4), or the first segment with its checksums put
// right (6), which is the only one that may be believed.

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "fuzz/flip.h"
#include "log/file/file_log.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

using format::FrameHeader;
using format::page_bytes;
using format::SegmentHeader;

constexpr FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 16 << 10};

enum Mode : std::uint8_t {
  flips_in_killed = 0,
  flips_in_closed = 1,
  raw_journal = 2,
  raw_segment = 4,
  signed_segment = 6
};

Result<std::vector<std::string>> scan(FileLog& log) {
  std::vector<std::string> payloads;
  std::vector<Position> positions;
  TRY(log.scan([&](const Frame& each) -> Result<void> {
    payloads.push_back(each.payload);
    positions.push_back(each.position);
    return {};
  }));
  for (std::size_t i = 0; i < payloads.size(); ++i)
    CHECK(log.read(positions[i], payloads[i].size()) == payloads[i]);
  return payloads;
}

void append(FileLog& log, std::string payload) {
  const Appended appended = log.append(Frame{
      .position = log.next_position(), .time = {}, .count = 1, .payload = std::move(payload)});
  CHECK(appended.outcome == Outcome::durable);
}

// What every input is done to: three segments, the last of them with two frames.
struct Journal {
  explicit Journal(Mode mode) {
    SeededRandom random(1);
    const auto log = *FileLog::open(disk, random, small);
    for (char i = 0; i < 8; ++i) payloads.emplace_back(5000, static_cast<char>('a' + i));
    for (const std::string& each : payloads) append(*log, each);
    if (mode == flips_in_closed) CHECK(log->close());
  }

  sim::SimDisk disk{1};
  std::vector<std::string> payloads;
};

// In any of its files.
void flip_any(sim::SimDisk& disk, std::string_view input) {
  const std::array<std::string, 4> names = {"JOURNAL",
                                            format::segment_name(format::SegmentKind::log, 0),
                                            format::segment_name(format::SegmentKind::log, 1),
                                            format::segment_name(format::SegmentKind::log, 2)};
  mailrail::flip(disk, names, input);
}

// A header, then frames, as far as `input` goes; what a reader checks first is made right.
std::string sign(std::string_view input) {
  SegmentHeader segment;
  const SegmentHeader expected;
  std::memcpy(static_cast<void*>(&segment), input.data(), std::min(input.size(), sizeof segment));
  std::memcpy(segment.magic, expected.magic, sizeof segment.magic);
  segment.version = expected.version;
  segment.base = Position(0);
  segment.checksum = format::header_checksum(segment, 0);
  std::string bytes(format::bytes_of(segment));
  bytes.resize(page_bytes);
  bytes += input.substr(std::min(input.size(), sizeof segment));
  bytes.resize(std::max<std::size_t>(small.segment_bytes, format::to_page_end(bytes.size())));

  std::uint64_t chain = segment.previous;
  for (std::uint64_t offset = page_bytes; offset + page_bytes <= bytes.size();) {
    FrameHeader frame;
    std::memcpy(static_cast<void*>(&frame), bytes.data() + offset, sizeof frame);
    if (frame.count == 0 && frame.kind != format::FrameKind::seal) break;
    frame.magic = FrameHeader().magic;
    frame.version = format::format_version;
    frame.position = Position(offset + sizeof frame);
    frame.previous = chain;
    const auto payload =
        std::string_view(bytes).substr(offset + sizeof frame).substr(0, frame.length);
    frame.payload_checksum = format::checksum(payload, segment.salt);
    frame.checksum = chain = format::header_checksum(frame, segment.salt);
    bytes.replace(offset, sizeof frame, format::bytes_of(frame));
    offset += format::frame_extent(frame.length);
  }
  return bytes;
}

void expect_prefix(const std::vector<std::string>& found, const std::vector<std::string>& written) {
  CHECK(found.size() <= written.size());
  CHECK(std::equal(found.begin(), found.end(), written.begin()));
}

void run(Mode mode, std::string_view input) {
  static const Journal killed(flips_in_killed);
  static const Journal closed(flips_in_closed);
  const Journal& base = mode == flips_in_closed ? closed : killed;
  sim::SimDisk disk = base.disk;
  if (mode == flips_in_killed || mode == flips_in_closed) flip_any(disk, input);
  if (mode == raw_journal) disk.put("JOURNAL", std::string(input));
  if (mode == raw_segment)
    disk.put(format::segment_name(format::SegmentKind::log, 0), std::string(input));
  if (mode == signed_segment) {
    disk.put(format::segment_name(format::SegmentKind::log, 0), sign(input));
    disk.erase(format::segment_name(format::SegmentKind::log, 1));
    disk.erase(format::segment_name(format::SegmentKind::log, 2));
  }

  SeededRandom random(2);
  auto log = FileLog::open(disk, random, small);
  if (!log) return;
  auto found = scan(**log);
  if (!found) return;
  if (mode != signed_segment) expect_prefix(*found, base.payloads);
  if (mode == flips_in_closed) CHECK(*found == base.payloads);

  found->push_back("one more");
  append(**log, found->back());
  log = FileLog::open(disk, random, small);
  CHECK(log && scan(**log) == found);
}

}  // namespace
}  // namespace mailrail::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  mailrail::log::run(static_cast<mailrail::log::Mode>(input[0] & 7), input.substr(1));
  return 0;
}
