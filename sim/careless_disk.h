// CarelessDisk: a disk between a server and a SimDisk that promises to sync and does not.
//
// Stands in for a server that forgets to; only sabotage uses it.

#pragma once

#include <memory>
#include <utility>

#include "log/disk.h"

namespace mailrail::sim {

class CarelessFile final : public log::File {
 public:
  explicit CarelessFile(std::unique_ptr<log::File> file) : file_(std::move(file)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    return file_->read_at(offset, out);
  }
  Result<void> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    return file_->write_at(offset, pieces);
  }
  Result<void> sync() override { return {}; }
  Result<void> allocate(std::uint64_t bytes) override { return file_->allocate(bytes); }
  Result<std::uint64_t> size() const override { return file_->size(); }

 private:
  std::unique_ptr<log::File> file_;
};

class CarelessDisk final : public log::Disk {
 public:
  explicit CarelessDisk(log::Disk& disk) : disk_(disk) {}

  const std::string& directory() const override { return disk_.directory(); }
  Result<void> lock() override { return disk_.lock(); }
  Result<log::Capacity> capacity() const override { return disk_.capacity(); }
  Result<std::vector<std::string>> list() const override { return disk_.list(); }
  Result<std::unique_ptr<log::File>> open_file(std::string_view name) override {
    return std::make_unique<CarelessFile>(TRY(disk_.open_file(name)));
  }
  Result<std::unique_ptr<log::File>> create_file(std::string_view name) override {
    return std::make_unique<CarelessFile>(TRY(disk_.create_file(name)));
  }
  Result<void> rename(std::string_view from, std::string_view to) override {
    return disk_.rename(from, to);
  }
  Result<void> remove(std::string_view name) override { return disk_.remove(name); }
  Result<void> sync() override { return disk_.sync(); }

 private:
  log::Disk& disk_;
};

}  // namespace mailrail::sim
