// Damage in synced data: refused with the file and the offset, never passed over. Only the last
// frame after an unclean stop can't be told from a torn one.

#include <algorithm>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/file/file_log.h"
#include "log/log_testing.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

using sim::Fault;
using sim::SimDisk;
using testing::HasSubstr;

constexpr FileLogOptions small{
    .segment_bytes = 40 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 40 << 10};

Result<std::unique_ptr<FileLog>> open(SimDisk& disk, std::uint64_t seed = 1) {
  return FileLog::open(disk, random_for_ever(seed), small);
}

Result<std::vector<Frame>> open_and_scan(SimDisk& disk) { return scan(*TRY(open(disk))); }

std::string refusal(SimDisk& disk) {
  const Result<std::vector<Frame>> scanned = open_and_scan(disk);
  return scanned ? "" : scanned.error().message;
}

enum class End { closed, killed };

struct Journal {
  SimDisk disk{1};
  std::vector<Frame> frames;
};

// Three segments: two full ones of three frames, and one with two.
Journal journal(End end) {
  Journal journal;
  const auto log = *open(journal.disk);
  for (std::size_t i = 0; i < 8; ++i) journal.frames.push_back(append(*log, i, 5000));
  if (end == End::closed) log->close().value();
  return journal;
}

std::string segment(std::uint64_t number) {
  return format::segment_name(format::SegmentKind::log, number);
}

void flip(SimDisk& disk, std::string_view name, std::size_t offset) {
  std::string bytes = disk.content(name);
  bytes[offset] = static_cast<char>(bytes[offset] ^ 0x10);
  disk.put(name, std::move(bytes));
}

// Every byte of each page's first 80, and a sample of the others.
void for_each_offset(std::size_t bytes, const std::function<void(std::size_t)>& visit) {
  for (std::size_t at = 0; at < bytes; at += at % format::page_bytes < 80 ? 1 : 61) visit(at);
}

// Header page, three frames of two pages each, seal page. What stands behind a seal means nothing.
constexpr std::size_t seal_end = 4096 + 3 * 8192 + 4096;
constexpr std::size_t last_frame = 4096 + 8192;

TEST(Damage, IsRefusedWhereverItIsAfterACleanStop) {
  const Journal intact = journal(End::closed);

  for (const std::string& name : {std::string("JOURNAL"), segment(0), segment(1), segment(2)}) {
    const bool is_sealed = name == segment(0) || name == segment(1);
    for_each_offset(is_sealed ? seal_end : intact.disk.content(name).size(),
                    [&](std::size_t offset) {
                      SimDisk disk = intact.disk;
                      flip(disk, name, offset);

                      EXPECT_NE(refusal(disk), "") << name << " at " << offset;
                    });
  }
}

TEST(Damage, IsRefusedBeforeTheLastFrameAfterAnUncleanStop) {
  const Journal intact = journal(End::killed);

  for (const std::string& name : {std::string("JOURNAL"), segment(0), segment(1), segment(2)}) {
    const bool is_sealed = name == segment(0) || name == segment(1);
    for_each_offset(is_sealed ? seal_end : std::min(last_frame, intact.disk.content(name).size()),
                    [&](std::size_t offset) {
                      SimDisk disk = intact.disk;
                      flip(disk, name, offset);

                      EXPECT_NE(refusal(disk), "") << name << " at " << offset;
                    });
  }
}

TEST(Damage, OfTheLastFrameAfterAnUncleanStopIsTakenForATornWrite) {
  const Journal intact = journal(End::killed);
  std::vector<Frame> but_last = intact.frames;
  but_last.pop_back();

  for (std::size_t offset = last_frame; offset < last_frame + 8192; offset += 7) {
    SimDisk disk = intact.disk;
    flip(disk, segment(2), offset);

    const auto log = open(disk);

    ASSERT_TRUE(log) << log.error().message;
    EXPECT_EQ((*log)->recovered().torn_frames, 1u);
    EXPECT_EQ((*log)->next_position(), intact.frames.back().position);
    expect_same(scan(**log), but_last);
  }
}

TEST(Damage, IsReportedWithFileAndOffset) {
  Journal damaged = journal(End::killed);
  flip(damaged.disk, segment(1), 4096 + 8192 + 500);

  EXPECT_EQ(
      refusal(damaged.disk),
      "The journal is damaged in /simulated/segment-000000000001 at offset 12288: a frame is "
      "not valid. Restore the data "
      "directory from a backup, or save what can be read with `mailrail salvage /simulated --to "
      "/simulated-salvaged`.");
}

TEST(Damage, InTheLastSegmentIsToldFromItsEndByALaterFrame) {
  Journal damaged = journal(End::killed);
  flip(damaged.disk, segment(2), 4096 + 500);

  EXPECT_THAT(
      refusal(damaged.disk),
      HasSubstr("segment-000000000002 at offset 4096: a frame is not valid, but a later one is."));
}

TEST(Damage, AMissingOrShortFileIsRefused) {
  for (const End end : {End::closed, End::killed}) {
    const Journal intact = journal(end);
    for (const std::string& name : {std::string("JOURNAL"), segment(0), segment(1), segment(2)}) {
      SimDisk without = intact.disk;
      without.erase(name);
      EXPECT_THAT(refusal(without), HasSubstr(name)) << name;

      SimDisk shortened = intact.disk;
      shortened.put(name, shortened.content(name).substr(0, shortened.content(name).size() - 1));
      EXPECT_THAT(refusal(shortened), HasSubstr(name)) << name;
    }
  }
}

TEST(Damage, ASegmentOfAnotherJournalOrPlaceIsRefused) {
  const Journal intact = journal(End::killed);
  SimDisk swapped = intact.disk;
  swapped.put(segment(1), intact.disk.content(segment(0)));
  EXPECT_THAT(refusal(swapped), HasSubstr("it is segment 0"));

  SimDisk other(1);
  const auto log = *open(other, 99);
  while (format::segment_of(log->next_position()) < 2) append(*log, 7, 5000);
  SimDisk mixed = intact.disk;
  mixed.put(segment(1), other.content(segment(1)));
  EXPECT_THAT(refusal(mixed), HasSubstr("doesn't follow"));
}

TEST(Damage, AFrameOfAnOlderCopyIsRefused) {
  SimDisk disk(1);
  auto log = *open(disk);
  append(*log, 0, 100);
  append(*log, 1, 100);
  const std::string with_others = disk.content(segment(0));
  disk.put(segment(0), with_others.substr(0, 4096) + std::string(with_others.size() - 4096, '\0'));
  log = *open(disk, 2);
  append(*log, 2, 100);

  std::string mixed = disk.content(segment(0));
  mixed.replace(8192, 4096, with_others, 8192, 4096);
  disk.put(segment(0), mixed);

  EXPECT_THAT(refusal(disk), HasSubstr("at offset 8192: a frame doesn't follow the one before it"));
}

TEST(Damage, OfASealWithNothingBehindItIsRepaired) {
  Journal damaged = journal(End::killed);
  // As if the crash had come after the third segment was made and before anything was written
  // there.
  std::string third = damaged.disk.content(segment(2));
  damaged.disk.put(segment(2), third.substr(0, 4096) + std::string(third.size() - 4096, '\0'));
  damaged.frames.resize(damaged.frames.size() - 2);
  flip(damaged.disk, segment(1), seal_end - 4096);

  const auto log = open(damaged.disk);

  ASSERT_TRUE(log) << log.error().message;
  expect_same(scan(**log), damaged.frames);
  damaged.frames.push_back(append(**log, damaged.frames.size(), 5000));
  expect_same(open_and_scan(damaged.disk), damaged.frames);
}

TEST(Damage, ANewerFormatIsNamed) {
  Journal newer = journal(End::closed);
  std::string bytes = newer.disk.content("JOURNAL");
  bytes[8] = 3;
  newer.disk.put("JOURNAL", bytes + "and more");

  EXPECT_EQ(refusal(newer.disk),
            "The data directory /simulated has journal format 3, and this mailrail knows none "
            "above 2; use a newer mailrail.");
}

TEST(Damage, OfOneFrameLeavesTheOthersReadable) {
  Journal damaged = journal(End::killed);
  flip(damaged.disk, segment(0), 4096 + 8192 + 8);

  const auto log = *open(damaged.disk);

  for (const std::size_t i : {0, 2, 3})
    EXPECT_EQ(log->read(damaged.frames[i].position, 5000), damaged.frames[i].payload);
  EXPECT_FALSE(log->read(damaged.frames[1].position, 5000));
}

// A client's body can hold a whole frame, and a torn write can leave it without the frame around
// it.
TEST(Imitation, AFrameInAPayloadIsNoFrame) {
  const auto open_after_torn_write = [](std::uint64_t seed_of_copy) {
    SimDisk source(1);
    const auto other = *open(source, seed_of_copy);
    for (std::size_t i = 0; i < 3; ++i) append(*other, i, 100);
    const std::string forged = source.content(segment(0)).substr(4096 + 4096, 4096);

    SimDisk disk(1);
    const auto log = *open(disk, 1);
    Frame frame = make_frame(log->next_position(), 0, 10);
    frame.payload = std::string(4096 - sizeof(format::FrameHeader), 'x') + forged;
    EXPECT_EQ(log->append(frame).outcome, Outcome::durable);
    std::string torn = disk.content(segment(0));
    torn.replace(4096, 4096, 4096, '\0');
    disk.put(segment(0), torn);
    return open_and_scan(disk);
  };

  expect_same(open_after_torn_write(2), {});
  // With the salt it would be one, so what keeps it out is that the salt is never shown.
  EXPECT_FALSE(open_after_torn_write(1));
}

}  // namespace
}  // namespace mailrail::log
