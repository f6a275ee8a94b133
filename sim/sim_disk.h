// SimDisk: a disk in memory that loses what wasn't synced.
//
// Every call is a step. At a chosen step the power goes, or the call fails; after a power cut every
// call fails until restart() has decided what survived. What was synced always does; what was not
// survives whole, in part, out of order or not at all. Directory entries are as volatile as bytes
// until the directory is synced. Everything follows from the seed.

#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "log/disk.h"
#include "sim/sparse.h"

namespace mailrail::sim {

enum class Fault {
  power_cut,
  io_error,      // A write gets half through.
  no_space,      // Likewise.
  sync_failure,  // What was unsynced stays readable, but no later sync writes it: the kernel's
                 // habit after a failed fsync. At a step that is no sync: io_error.
};

// What a power cut leaves of what wasn't synced.
enum class Unsynced {
  vanishes,
  survives,
  survives_in_calls,    // Each write and each change of the directory for itself.
  survives_in_pages,    // Each 4 KiB for itself.
  survives_in_sectors,  // Each 512 bytes for itself.
  survives_damaged,     // Likewise, and in some of what changes a bit is wrong.
};
inline constexpr Unsynced all_unsynced[] = {Unsynced::vanishes,
                                            Unsynced::survives,
                                            Unsynced::survives_in_calls,
                                            Unsynced::survives_in_pages,
                                            Unsynced::survives_in_sectors,
                                            Unsynced::survives_damaged};

class SimDisk final : public log::Disk {
 public:
  explicit SimDisk(std::uint64_t seed, std::string directory = "/simulated");

  // Calls so far, and those among them that change something or sync. Files count with their disk.
  std::uint64_t steps() const { return steps_; }
  std::uint64_t changes() const { return changes_; }
  // Under whatever names, also those that are gone.
  std::uint64_t files_made() const { return file_next_; }
  // Call number `step`, counted from 1, meets `fault`. One fault at a time.
  void inject(std::uint64_t step, Fault fault);
  // The same, counting only what changes something: a run reads far more often than it writes.
  void inject_at_change(std::uint64_t change, Fault fault);
  void forget_fault();
  bool has_met_fault() const { return has_met_fault_; }
  bool has_power() const { return has_power_; }
  // Cuts the power if that hasn't happened, decides what survived and switches it on again. Files
  // from before are dead.
  void restart(Unsynced unsynced);

  // The disk as the next reader sees it, for tests that damage it. What is put there counts as
  // synced.
  std::vector<std::string> names() const;
  std::string content(std::string_view name) const;
  void put(std::string_view name, std::string bytes);
  void erase(std::string_view name);

  // What all files may take together from now on; what they have is theirs.
  void limit(std::uint64_t bytes) { bytes_max_ = bytes; }
  std::uint64_t bytes() const;

  const std::string& directory() const override { return directory_; }
  Result<void> lock() override;
  Result<log::Capacity> capacity() const override {
    const std::uint64_t used = bytes();
    return log::Capacity{.total_bytes = bytes_max_,
                         .available_bytes = bytes_max_ - std::min(used, bytes_max_)};
  }
  Result<std::vector<std::string>> list() const override;
  Result<std::unique_ptr<log::File>> open_file(std::string_view name) override;
  Result<std::unique_ptr<log::File>> create_file(std::string_view name) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> remove(std::string_view name) override;
  Result<void> sync() override;

 private:
  friend class SimFile;
  using FileNumber = std::uint64_t;

  struct Write {
    std::uint64_t offset;
    std::string bytes;
  };
  struct Growth {
    std::uint64_t size;
  };
  struct Content {
    Sparse cached;  // What readers see.
    Sparse synced;
    std::vector<std::variant<Write, Growth>> unsynced;
  };
  struct Entered {
    std::string name;
    FileNumber file;
  };
  struct Renamed {
    std::string from;
    std::string to;
    FileNumber file;
  };
  struct Removed {
    std::string name;
  };
  using Entries = std::map<std::string, FileNumber, std::less<>>;
  using Change = std::variant<Entered, Renamed, Removed>;

  enum class Call { looks, changes };
  // Counts a call and says what goes wrong with it. A call that meets the power cut still began:
  // its effect is unsynced.
  std::optional<Fault> step(Call call) const;
  static void apply(Entries& entries, const Change& change);
  Result<void> change(const Change& change);
  bool survives(Unsynced unsynced);
  void settle(Content& content, Unsynced unsynced);
  void survive(Content& content, std::uint64_t offset, std::string bytes, Unsynced unsynced);
  bool has_space(const Content& content, std::uint64_t end) const;

  std::string directory_;
  std::uint64_t bytes_max_ = std::uint64_t{1} << 40;
  SeededRandom random_;
  mutable std::uint64_t steps_ = 0;
  mutable std::uint64_t changes_ = 0;
  mutable bool has_met_fault_ = false;
  mutable bool has_power_ = true;
  std::uint64_t fault_step_ = 0;  // 0: no fault.
  std::uint64_t fault_change_ = 0;
  Fault fault_ = Fault::power_cut;
  std::uint64_t boots_ = 0;  // Files of an earlier boot are dead.

  FileNumber file_next_ = 0;
  std::map<FileNumber, Content> files_;
  Entries cached_entries_;
  Entries synced_entries_;
  std::vector<Change> unsynced_changes_;
};

}  // namespace mailrail::sim
