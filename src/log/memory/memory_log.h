// MemoryLog: a LogStore that keeps nothing, for tests.
//
// Positions are slot << 24 | offset, as in the stores that number frames, so that whoever takes
// positions for contiguous fails its tests here. What outlives a restart is the Storage: a
// MemoryLog on the same one fences those before it.

#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "log/log_store.h"

namespace mailrail::log {

class MemoryLog final : public LogStore {
 public:
  struct Storage {
    std::mutex mutex;
    std::uint64_t epoch = 0;    // Of the newest owner.
    std::vector<Frame> frames;  // Slot n is at n - 1: position 0 is none.
  };

  explicit MemoryLog(Storage& storage);

  Position next_position() const override;
  Position position_after(const Frame& frame) const override;
  Appended append(const Frame& frame) override;
  Result<std::string> read(Position position, std::size_t length) const override;
  Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) override;
  Result<void> close() override;

 private:
  Storage& storage_;
  std::uint64_t epoch_ = 0;
  bool is_closed_ = false;
};

}  // namespace mailrail::log
