// Snapshots: a journal in files, as it is at one moment, to be copied while a server goes on with
// it.
//
// Beginning one says which files there are, and how much of each, and writes down what JOURNAL is
// to say in the copy: that the log ends right there, as after a clean stop. Nothing of these files
// changes or goes until the snapshot is ended, or nobody has read of it for a while, so that
// whoever forgets one does not keep the log from getting shorter. There is one at a time. Any
// thread.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mailrail::errors {
inline constexpr ErrorKind no_such_backup{
    .name = "BackupDoesNotExist", .query_code = "BackupDoesNotExist", .http_status = 400};
inline constexpr ErrorKind backup_in_progress{
    .name = "BackupInProgress", .query_code = "BackupInProgress", .http_status = 400};
}  // namespace mailrail::errors

namespace mailrail::log {

struct SnapshotFile {
  std::string name;
  std::uint64_t bytes = 0;   // To be copied.
  std::uint64_t length = 0;  // Of the file: zeros follow.
  std::uint64_t salt = 0;  // Of its life: a file that has the same name and salt is the same file.
  bool is_final = false;   // And it will never be written to again.
};

struct Snapshot {
  std::string journal;
  std::vector<SnapshotFile> files;

  std::uint64_t bytes() const;
};

// As long as it says so, files stay as they are.
class Keep {
 public:
  virtual ~Keep() = default;
  virtual bool holds() const = 0;
};

// What a log in files offers. Any thread; waits for what the log's own thread is at.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  virtual Result<Snapshot> snapshot(std::shared_ptr<const Keep> keep) = 0;
  // Fewer bytes only at the end of the file.
  virtual Result<std::string> read_file(const std::string& name,
                                        std::uint64_t offset,
                                        std::size_t length) const = 0;
};

class Snapshots {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // Ours: a copy that was not read from for so long is given up.
  static constexpr std::chrono::seconds patience{60};

  // `now` tells a time that never goes back.
  explicit Snapshots(SnapshotSource& source, Time (*now)() = &std::chrono::steady_clock::now);
  ~Snapshots();

  struct Begun {
    std::uint64_t id;
    Snapshot snapshot;
  };
  // Refused while another one is being read.
  Result<Begun> begin(std::uint64_t id);
  Result<std::string> read(std::uint64_t id,
                           const std::string& name,
                           std::uint64_t offset,
                           std::size_t length);
  Result<void> end(std::uint64_t id);
  // Since the last one that was read to its end, if there was any.
  std::optional<Time::duration> since_last() const;

 private:
  class Reading;
  Result<std::shared_ptr<Reading>> find(std::uint64_t id);

  SnapshotSource& source_;
  Time (*const now_)();
  mutable std::mutex mutex_;
  std::shared_ptr<Reading> reading_;
  std::optional<Time> last_end_;
};

}  // namespace mailrail::log
