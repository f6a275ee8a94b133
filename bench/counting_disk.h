// CountingDisk: a disk that counts the bytes that are written to it.
//
// Between the log store and the real disk, for the figures; it changes nothing.

#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "log/disk.h"

namespace mailrail::bench {

class CountingFile final : public log::File {
 public:
  CountingFile(std::unique_ptr<log::File> file, std::atomic<std::uint64_t>& written)
      : file_(std::move(file)), written_(written) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    return file_->read_at(offset, out);
  }
  Result<std::size_t> read_cached(std::uint64_t offset, std::span<char> out) const override {
    return file_->read_cached(offset, out);
  }
  Result<void> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    for (const std::string_view piece : pieces) written_ += piece.size();
    return file_->write_at(offset, pieces);
  }
  Result<void> sync() override { return file_->sync(); }
  Result<void> allocate(std::uint64_t bytes) override { return file_->allocate(bytes); }
  Result<std::uint64_t> size() const override { return file_->size(); }

 private:
  std::unique_ptr<log::File> file_;
  std::atomic<std::uint64_t>& written_;
};

class CountingDisk final : public log::Disk {
 public:
  explicit CountingDisk(log::Disk& disk) : disk_(disk) {}

  std::uint64_t written() const { return written_; }

  const std::string& directory() const override { return disk_.directory(); }
  Result<void> lock() override { return disk_.lock(); }
  Result<log::Capacity> capacity() const override { return disk_.capacity(); }
  Result<std::vector<std::string>> list() const override { return disk_.list(); }
  Result<std::unique_ptr<log::File>> open_file(std::string_view name) override {
    return std::make_unique<CountingFile>(TRY(disk_.open_file(name)), written_);
  }
  Result<std::unique_ptr<log::File>> create_file(std::string_view name) override {
    return std::make_unique<CountingFile>(TRY(disk_.create_file(name)), written_);
  }
  Result<void> rename(std::string_view from, std::string_view to) override {
    return disk_.rename(from, to);
  }
  Result<void> remove(std::string_view name) override { return disk_.remove(name); }
  Result<void> sync() override { return disk_.sync(); }

 private:
  log::Disk& disk_;
  std::atomic<std::uint64_t> written_ = 0;
};

}  // namespace mailrail::bench
