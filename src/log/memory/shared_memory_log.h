// SharedMemoryLog: a SharedLog that keeps nothing, for tests of those who share one.
//
// The Place is what would be a database: it can be out of reach, refuse to be opened, or keep
// whoever asks waiting, for one node or for all, and somebody unknown may take the log over. It is
// the MemoryLog's storage with a lease beside it. What waits and what is out of reach goes on at
// once when the test says so; nothing here knows the time.

#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "log/memory/memory_log.h"
#include "log/shared_log.h"

namespace mailrail::log {

class SharedMemoryLog final : public SharedLog {
 public:
  class Place {
   public:
    // Each for the logs that this node has opened and will open.
    void cut_off(const std::string& node);
    void reconnect(const std::string& node);
    // Appends and renewals wait until they are resumed.
    void stall(const std::string& node);
    void resume(const std::string& node);
    // Waits until one of its appends or renewals waits.
    void wait_until_stalled(const std::string& node);

    // Openings fail with this, until it is none.
    void refuse(std::optional<Error> why);
    // An owner that nobody knows takes the log over, and never shows a sign of life.
    void usurp();
    Lease lease();
    std::size_t frames();

   private:
    friend class SharedMemoryLog;
    Result<void> expect_reach(const std::string& node);
    void wait_while_stalled(const std::string& node);

    std::mutex mutex_;
    std::condition_variable changed_;
    MemoryLog::Storage storage_;
    Lease lease_;
    std::set<std::string> cut_off_;
    std::set<std::string> stalled_;
    std::multiset<std::string> waiting_;
    std::optional<Error> refusal_;
  };

  // By that node.
  static Result<std::unique_ptr<SharedMemoryLog>> open(Place& place, const std::string& node);

  Result<Followed> follow(const std::function<Result<void>(const Frame&)>& visit) override;
  Result<bool> take_over(const Lease& seen, const LogOwner& owner) override;
  Appended renew() override;
  std::vector<std::string> warnings() override { return {}; }
  std::uint64_t epoch() const override { return log_.epoch(); }

  std::size_t payload_bytes_max() const override { return log_.payload_bytes_max(); }
  Position next_position() const override { return log_.next_position(); }
  Position position_after(const Frame& frame) const override { return log_.position_after(frame); }
  Appended append(const Frame& frame) override;
  Result<std::string> read(Position position, std::size_t length) const override;
  std::string place(Position position) const override { return log_.place(position); }
  Error error_about(const FoundDamage& damage) const override { return log_.error_about(damage); }
  Hold hold(Position position) const override { return log_.hold(position); }
  Result<void> scan(const std::function<Result<void>(const Frame&)>& visit) override;
  std::optional<CheckpointSpan> checkpoint() const override { return log_.checkpoint(); }
  Result<void> scan_checkpoint(
      const std::function<Result<void>(std::string_view, std::uint32_t)>& visit) override;
  Result<void> begin_checkpoint() override { return log_.begin_checkpoint(); }
  Result<Written> write_checkpoint(std::string_view payload, std::uint32_t count) override;
  Result<void> finish_checkpoint(const FinishedCheckpoint& finished) override;
  Result<bool> trim(std::uint64_t bytes_max) override { return log_.trim(bytes_max); }
  Space space() const override;
  Result<void> close() override;

 private:
  SharedMemoryLog(Place& place, std::string node);
  void let_go(Position /*position*/) const override {}  // The holds are the inner log's.
  Appended may_append();

  Place& place_;
  const std::string node_;
  MemoryLog log_;
  std::uint64_t visited_ = 0;  // Slots.
};

}  // namespace mailrail::log
