// CarelessDisk: a disk between a server and a SimDisk that promises to sync and does not.
//
// Stands in for a server that forgets to, or that asks again after a sync that failed; only
// sabotage uses it.

#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "log/disk.h"

namespace mailrail::sim {

enum class Careless : std::uint8_t {
  nothing,
  file_syncs,       // Are left out.
  directory_syncs,  // Likewise.
  failed_syncs,     // Are tried again, until one does not fail.
};

class CarelessFile final : public log::File {
 public:
  CarelessFile(std::unique_ptr<log::File> file, Careless about)
      : file_(std::move(file)), about_(about) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    return file_->read_at(offset, out);
  }
  Result<std::size_t> read_cached(std::uint64_t offset, std::span<char> out) const override {
    return file_->read_cached(offset, out);
  }
  Result<void> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    return file_->write_at(offset, pieces);
  }
  Result<void> sync() override {
    if (about_ == Careless::file_syncs) return {};
    Result<void> synced = file_->sync();
    if (!synced && about_ == Careless::failed_syncs) return file_->sync();
    return synced;
  }
  Result<void> allocate(std::uint64_t bytes) override { return file_->allocate(bytes); }
  Result<std::uint64_t> size() const override { return file_->size(); }

 private:
  std::unique_ptr<log::File> file_;
  Careless about_;
};

class CarelessDisk final : public log::Disk {
 public:
  CarelessDisk(log::Disk& disk, Careless about) : disk_(disk), about_(about) {}

  const std::string& directory() const override { return disk_.directory(); }
  Result<void> lock() override { return disk_.lock(); }
  Result<log::Capacity> capacity() const override { return disk_.capacity(); }
  Result<std::vector<std::string>> list() const override { return disk_.list(); }
  Result<std::unique_ptr<log::File>> open_file(std::string_view name) override {
    return std::make_unique<CarelessFile>(TRY(disk_.open_file(name)), about_);
  }
  Result<std::unique_ptr<log::File>> create_file(std::string_view name) override {
    return std::make_unique<CarelessFile>(TRY(disk_.create_file(name)), about_);
  }
  Result<void> rename(std::string_view from, std::string_view to) override {
    return disk_.rename(from, to);
  }
  Result<void> remove(std::string_view name) override { return disk_.remove(name); }
  Result<void> sync() override {
    return about_ == Careless::directory_syncs ? Result<void>() : disk_.sync();
  }

 private:
  log::Disk& disk_;
  Careless about_;
};

}  // namespace mailrail::sim
