// MemoryLog: a LogStore that keeps nothing, for tests.
//
// Positions are slot << 24 | offset, as in the stores that number frames, so that whoever takes
// positions for contiguous fails its tests here. What outlives a restart is the Storage: a
// MemoryLog on the same one fences those before it.

#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "log/log_store.h"

namespace mailrail::log {

class MemoryLog final : public LogStore {
 public:
  struct Part {
    std::string payload;
    std::uint32_t count;
  };
  struct Storage {
    std::mutex mutex;
    std::uint64_t epoch = 0;    // Of the newest owner.
    std::vector<Frame> frames;  // Slot n is at n - 1: position 0 is none. Trimmed ones are empty.
    std::optional<CheckpointSpan> checkpoint = {};
    std::vector<Part> parts = {};  // Of the checkpoint.
  };

  explicit MemoryLog(Storage& storage) : MemoryLog(storage, Opening::takes_over) {}
  enum class Opening : std::uint8_t { takes_over, reads_only };
  MemoryLog(Storage& storage, Opening opening);

  void take_over();
  std::uint64_t epoch() const { return epoch_; }

  std::size_t payload_bytes_max() const override { return frame_bytes_max; }
  Position next_position() const override;
  Position position_after(const Frame& frame) const override;
  Appended append(const Frame& frame) override;
  Result<std::string> read(Position position, std::size_t length) const override;
  std::string place(Position position) const override;
  Error error_about(const FoundDamage& damage) const override;
  Hold hold(Position position) const override;
  Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) override;
  std::optional<CheckpointSpan> checkpoint() const override;
  Result<void> scan_checkpoint(
      const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) override;
  Result<void> begin_checkpoint() override;
  Result<Written> write_checkpoint(std::string_view payload, std::uint32_t count) override;
  Result<void> finish_checkpoint(const FinishedCheckpoint& finished) override;
  Result<bool> trim(std::uint64_t bytes_max) override;
  Space space() const override;
  Result<void> close() override;

 private:
  void let_go(Position position) const override;

  Storage& storage_;
  std::uint64_t epoch_ = 0;
  std::optional<std::vector<Part>> unfinished_;  // Parts of a checkpoint.
  std::size_t trimmed_ = 0;                      // Frames from the front that may be empty.
  mutable std::multiset<std::uint64_t> held_;    // Slots.
  bool is_closed_ = false;
};

}  // namespace mailrail::log
