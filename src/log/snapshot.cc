#include "log/snapshot.h"

#include <algorithm>

#include <fmt/format.h>

namespace mailrail::log {

// One that somebody reads.
class Snapshots::Reading final : public Keep {
 public:
  Reading(std::uint64_t id, Time (*now)()) : id_(id), now_(now) { renew(); }

  bool holds() const override { return !is_over_ && now_().time_since_epoch() < until_.load(); }
  void renew() { until_ = (now_() + patience).time_since_epoch(); }
  void end() { is_over_ = true; }

  std::uint64_t id() const { return id_; }
  void take(const Snapshot& snapshot) {
    for (const SnapshotFile& each : snapshot.files) names_.push_back(each.name);
  }
  bool has(const std::string& name) const {
    return std::ranges::find(names_, name) != names_.end();
  }

 private:
  const std::uint64_t id_;
  Time (*const now_)();
  std::vector<std::string> names_;  // Nothing else of the directory is shown.
  std::atomic<Time::duration> until_ = Time::duration{};
  std::atomic<bool> is_over_ = false;
};

std::uint64_t Snapshot::bytes() const {
  std::uint64_t sum = 0;
  for (const SnapshotFile& each : files) sum += each.bytes;
  return sum;
}

Snapshots::Snapshots(SnapshotSource& source, Time (*now)()) : source_(source), now_(now) {}

Snapshots::~Snapshots() {
  if (reading_ != nullptr) reading_->end();
}

Result<Snapshots::Begun> Snapshots::begin(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  if (reading_ != nullptr && reading_->holds()) {
    return fail(errors::backup_in_progress,
                fmt::format("A backup is being made already. Wait for its end; one that was given "
                            "up counts for {} seconds.",
                            patience.count()));
  }
  auto reading = std::make_shared<Reading>(id, now_);
  Snapshot snapshot = TRY(source_.snapshot(reading));
  reading->take(snapshot);
  reading_ = std::move(reading);
  return Begun{.id = id, .snapshot = std::move(snapshot)};
}

Result<std::shared_ptr<Snapshots::Reading>> Snapshots::find(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  if (reading_ != nullptr && reading_->id() == id && reading_->holds()) return reading_;
  return fail(errors::no_such_backup,
              fmt::format("There is no backup of that id, or nothing was read of it for {} "
                          "seconds. Begin another one.",
                          patience.count()));
}

Result<std::string> Snapshots::read(std::uint64_t id,
                                    const std::string& name,
                                    std::uint64_t offset,
                                    std::size_t length) {
  const std::shared_ptr<Reading> reading = TRY(find(id));
  if (!reading->has(name)) {
    return fail(errors::no_such_backup,
                fmt::format("The backup has no file \"{}\".", name.substr(0, 100)));
  }
  reading->renew();
  std::string bytes = TRY(source_.read_file(name, offset, length));
  // What was read after its end may be another file's.
  if (!reading->holds())
    return fail(errors::no_such_backup, "The backup was ended while it was read.");
  return bytes;
}

Result<void> Snapshots::end(std::uint64_t id) {
  TRY(find(id))->end();
  const std::scoped_lock lock(mutex_);
  last_end_ = now_();
  return {};
}

std::optional<Snapshots::Time::duration> Snapshots::since_last() const {
  const std::scoped_lock lock(mutex_);
  if (!last_end_) return std::nullopt;
  return now_() - *last_end_;
}

}  // namespace mailrail::log
