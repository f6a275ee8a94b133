// A data directory that is still being made: until it is finished no server starts on it.
//
// Its JOURNAL is a note that says so, written before anything else; the log that is being made has
// its own under another name, which takes the note's place at the very end. So whatever interrupts
// the making, half of it is never taken for the whole.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "log/disk.h"

namespace mailrail::log {

// The command that makes it. A backup stays as it is made: nobody is to change what others may
// share with it.
enum class MadeBy : std::uint8_t { salvage, move_log, restore, backup };

// What JOURNAL is while the directory is unfinished. To a reader that does not know it, it is a
// version higher than any.
std::string_view unfinished_note(MadeBy by);
// The sentence that refuses the directory if its JOURNAL is such a note; else empty.
std::string refusal_of_note(std::string_view journal, std::string_view directory);

// Refuses a directory that has anything in it.
Result<void> expect_empty(Disk& disk);

class UnfinishedDisk final : public Disk {
 public:
  // Puts the note into an empty directory, and locks it.
  static Result<std::unique_ptr<UnfinishedDisk>> begin(Disk& disk, MadeBy by);
  // One that has the note of who makes it, to be read. Null if it has another JOURNAL, or none.
  static Result<std::unique_ptr<UnfinishedDisk>> look(Disk& disk, MadeBy by);
  // The directory is what was made of it; durable when it returns.
  Result<void> finish();

  const std::string& directory() const override { return disk_.directory(); }
  Result<void> lock() override { return disk_.lock(); }
  Result<Capacity> capacity() const override { return disk_.capacity(); }
  Result<std::vector<std::string>> list() const override;
  Result<std::unique_ptr<File>> open_file(std::string_view name) override;
  Result<std::unique_ptr<File>> create_file(std::string_view name) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> remove(std::string_view name) override;
  Result<void> sync() override { return disk_.sync(); }

 private:
  explicit UnfinishedDisk(Disk& disk) : disk_(disk) {}

  Disk& disk_;
};

}  // namespace mailrail::log
