// CarefulDisk: another disk, to be read only, and as far as it can be read.
//
// Where the disk fails to give bytes they read as zeros, which nothing valid consists of, so that a
// bad sector hides no more than itself; which bytes those were is remembered. It says how much was
// read, for who waits. Nothing can be changed through it.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/disk.h"

namespace mailrail::log {

struct Unreadable {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::string why;
};

class CarefulDisk final : public Disk {
 public:
  // `on_read` is told how many bytes each read gave.
  CarefulDisk(Disk& disk, std::function<void(std::uint64_t)> on_read)
      : disk_(disk), on_read_(std::move(on_read)) {}

  // What could not be read since this was last asked, neighbours as one.
  std::vector<Unreadable> take_unreadable() { return std::exchange(unreadable_, {}); }

  const std::string& directory() const override { return disk_.directory(); }
  Result<void> lock() override { return disk_.lock(); }
  Result<Capacity> capacity() const override { return disk_.capacity(); }
  Result<std::vector<std::string>> list() const override { return disk_.list(); }
  Result<std::unique_ptr<File>> open_file(std::string_view name) override;
  Result<std::unique_ptr<File>> create_file(std::string_view name) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> remove(std::string_view name) override;
  Result<void> sync() override;

 private:
  friend class CarefulFile;
  void remember(const std::string& path, std::uint64_t offset, std::uint64_t bytes, Error why);

  Disk& disk_;
  std::function<void(std::uint64_t)> on_read_;
  std::vector<Unreadable> unreadable_;
};

}  // namespace mailrail::log
