#include "log/careful_disk.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace mailrail::log {
namespace {

// What is lost where one sector is bad.
constexpr std::uint64_t piece_bytes = 4096;

}  // namespace

class CarefulFile final : public File {
 public:
  CarefulFile(CarefulDisk& disk, std::unique_ptr<File> file, std::string path)
      : disk_(disk), file_(std::move(file)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    Result<std::size_t> count = file_->read_at(offset, out);
    if (!count) count = read_in_pieces(offset, out);
    if (count) disk_.on_read_(*count);
    return count;
  }

  Result<std::uint64_t> size() const override { return file_->size(); }

  Result<void> write_at(std::uint64_t, std::span<const std::string_view>) override { CHECK(false); }
  Result<void> sync() override { CHECK(false); }
  Result<void> allocate(std::uint64_t) override { CHECK(false); }

 private:
  Result<std::size_t> read_in_pieces(std::uint64_t offset, std::span<char> out) const {
    const std::uint64_t size = TRY(file_->size());
    const std::uint64_t end = std::min<std::uint64_t>(offset + out.size(), size);
    for (std::uint64_t at = offset; at < end;) {
      const std::uint64_t piece_end = std::min(end, (at / piece_bytes + 1) * piece_bytes);
      const std::span<char> piece = out.subspan(at - offset, piece_end - at);
      const Result<std::size_t> count = file_->read_at(at, piece);
      if (!count) {
        std::ranges::fill(piece, '\0');
        disk_.remember(path_, at, piece.size(), count.error());
      }
      at = piece_end;
    }
    return end > offset ? end - offset : 0;
  }

  CarefulDisk& disk_;
  std::unique_ptr<File> file_;
  std::string path_;
};

void CarefulDisk::remember(const std::string& path,
                           std::uint64_t offset,
                           std::uint64_t bytes,
                           Error why) {
  if (!unreadable_.empty()) {
    Unreadable& last = unreadable_.back();
    if (last.path == path && last.offset + last.bytes == offset) {
      last.bytes += bytes;
      return;
    }
  }
  unreadable_.push_back(
      {.path = path, .offset = offset, .bytes = bytes, .why = std::move(why.message)});
}

Result<std::unique_ptr<File>> CarefulDisk::open_file(std::string_view name) {
  return std::make_unique<CarefulFile>(*this, TRY(disk_.open_file(name)), disk_.path(name));
}

Result<std::unique_ptr<File>> CarefulDisk::create_file(std::string_view) { CHECK(false); }
Result<void> CarefulDisk::rename(std::string_view, std::string_view) { CHECK(false); }
Result<void> CarefulDisk::remove(std::string_view) { CHECK(false); }
Result<void> CarefulDisk::sync() { CHECK(false); }

}  // namespace mailrail::log
