#include "log/careful_disk.h"

#include <gtest/gtest.h>

#include "log/file/file_log.h"
#include "log/file/inspection.h"
#include "log/log_testing.h"
#include "sim/sim_disk.h"

namespace mailrail::log {
namespace {

// A file of which some bytes can never be read.
class BadFile final : public File {
 public:
  BadFile(std::unique_ptr<File> file, std::uint64_t begin, std::uint64_t end)
      : file_(std::move(file)), begin_(begin), end_(end) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    if (offset < end_ && begin_ < offset + out.size())
      return fail(errors::io, "Cannot read the file: Input/output error.");
    return file_->read_at(offset, out);
  }
  Result<void> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    return file_->write_at(offset, pieces);
  }
  Result<void> sync() override { return file_->sync(); }
  Result<void> allocate(std::uint64_t bytes) override { return file_->allocate(bytes); }
  Result<std::uint64_t> size() const override { return file_->size(); }

 private:
  std::unique_ptr<File> file_;
  std::uint64_t begin_;
  std::uint64_t end_;
};

class BadDisk final : public Disk {
 public:
  BadDisk(Disk& disk, std::string name, std::uint64_t begin, std::uint64_t end)
      : disk_(disk), name_(std::move(name)), begin_(begin), end_(end) {}

  const std::string& directory() const override { return disk_.directory(); }
  Result<void> lock() override { return disk_.lock(); }
  Result<Capacity> capacity() const override { return disk_.capacity(); }
  Result<std::vector<std::string>> list() const override { return disk_.list(); }
  Result<std::unique_ptr<File>> open_file(std::string_view name) override {
    std::unique_ptr<File> file = TRY(disk_.open_file(name));
    if (name != name_) return file;
    return std::make_unique<BadFile>(std::move(file), begin_, end_);
  }
  Result<std::unique_ptr<File>> create_file(std::string_view name) override {
    return disk_.create_file(name);
  }
  Result<void> rename(std::string_view from, std::string_view to) override {
    return disk_.rename(from, to);
  }
  Result<void> remove(std::string_view name) override { return disk_.remove(name); }
  Result<void> sync() override { return disk_.sync(); }

 private:
  Disk& disk_;
  std::string name_;
  std::uint64_t begin_;
  std::uint64_t end_;
};

TEST(CarefulDisk, GivesZerosForPagesThatCannotBeRead) {
  sim::SimDisk disk(1);
  disk.put("file", std::string(20'000, 'x'));
  BadDisk bad(disk, "file", 5000, 9000);
  std::uint64_t read = 0;
  CarefulDisk careful(bad, [&](std::uint64_t bytes) { read += bytes; });
  std::string bytes(30'000, '?');

  const auto count = (*careful.open_file("file"))->read_at(0, bytes);

  EXPECT_EQ(count, 20'000u);
  EXPECT_EQ(read, 20'000u);
  EXPECT_EQ(bytes.substr(0, 20'000),
            std::string(4096, 'x') + std::string(8192, '\0') + std::string(20'000 - 12'288, 'x'));
  const std::vector<Unreadable> unreadable = careful.take_unreadable();
  ASSERT_EQ(unreadable.size(), 1u);
  EXPECT_EQ(unreadable[0].path, "/simulated/file");
  EXPECT_EQ(unreadable[0].offset, 4096u);
  EXPECT_EQ(unreadable[0].bytes, 8192u);
  EXPECT_EQ(unreadable[0].why, "Cannot read the file: Input/output error.");
  EXPECT_TRUE(careful.take_unreadable().empty());
}

TEST(CarefulDisk, LetsAnInspectionFindWhatIsBehindABadSector) {
  sim::SimDisk disk(1);
  std::vector<Frame> frames;
  {
    const auto log = *FileLog::open(
        disk, random_for_ever(1),
        {.segment_bytes = 64 << 10, .payload_bytes_max = 12'000, .zeroed_step_bytes = 16 << 10});
    for (std::size_t i = 0; i < 6; ++i) frames.push_back(append(*log, i, 3000));
    log->close().value();
  }
  const std::string name = format::segment_name(format::SegmentKind::log, 0);
  BadDisk bad(disk, name, 4096 * 3, 4096 * 3 + 512);
  CarefulDisk careful(bad, [](std::uint64_t) {});
  std::vector<Damage> damages;
  std::vector<std::string> payloads;

  const auto inspection =
      *Inspection::open(careful, [&](const Damage& each) { damages.push_back(each); });
  ASSERT_TRUE(inspection->walk_log(
      [&](const InspectedFrame& frame) { payloads.emplace_back(frame.payload); }));

  ASSERT_EQ(payloads.size(), 5u);
  EXPECT_EQ(payloads[1], frames[1].payload);
  EXPECT_EQ(payloads[2], frames[3].payload);
  ASSERT_FALSE(damages.empty());
  EXPECT_EQ(damages[0].what, "Cannot read the file: Input/output error.");
  EXPECT_EQ(damages[0].offset, 4096u * 3);
}

}  // namespace
}  // namespace mailrail::log
