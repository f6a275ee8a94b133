// Where bytes are kept: files in one directory.
//
// Seam: PosixDisk writes real files; SimDisk loses whatever wasn't synced when the simulated
// machine loses power. Names are plain file names inside the directory. Every failure is an Error
// whose sentence names the file and the cause, of the kind no_space where the volume is full or the
// quota used up; what a failed write or sync left behind is unknown,
// and nobody may retry it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mailrail::log {

class File {
 public:
  virtual ~File() = default;

  // Fills `out` from `offset` on and says how many bytes there were: fewer only at the end of the
  // file. Any thread.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const = 0;

  // The same without waiting for what a device answers: of what is in the machine's memory. Fewer
  // also where the rest isn't, or where the file system cannot tell. Any thread.
  virtual Result<std::size_t> read_cached(std::uint64_t /*offset*/, std::span<char> /*out*/) const {
    return 0;
  }

  // Overwrites in place, the pieces one behind the other. Until sync() returns, a power cut may
  // keep any part, in any order.
  virtual Result<void> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) = 0;

  // What was written and allocated so far survives a power cut.
  virtual Result<void> sync() = 0;

  // Grows the file to at least `bytes`, with the space reserved; the new bytes read as zeros.
  virtual Result<void> allocate(std::uint64_t bytes) = 0;

  virtual Result<std::uint64_t> size() const = 0;
};

// Of the volume that a directory is on. Both are 0 if the file system does not say.
struct Capacity {
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;  // To us: what is reserved for root is not.
};

class Disk {
 public:
  virtual ~Disk() = default;

  // For messages: the directory as the operator named it.
  virtual const std::string& directory() const = 0;

  // Refuses if another process holds the directory; those that only read may share it. Held until
  // this object, or the process, is gone.
  virtual Result<void> lock() = 0;

  virtual Result<Capacity> capacity() const = 0;

  // The names in the directory, sorted.
  virtual Result<std::vector<std::string>> list() const = 0;

  virtual Result<std::unique_ptr<File>> open_file(std::string_view name) = 0;
  // An empty file, also if there was one of that name.
  virtual Result<std::unique_ptr<File>> create_file(std::string_view name) = 0;
  // Atomic; replaces `to`. Open files stay open under their new name.
  virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
  virtual Result<void> remove(std::string_view name) = 0;

  // What was created, renamed and removed so far survives a power cut; the contents of files need
  // their own sync.
  virtual Result<void> sync() = 0;

  std::string path(std::string_view name) const { return directory() + "/" + std::string(name); }
};

// Overwrites with zeros.
Result<void> write_zeros(File& file, std::uint64_t offset, std::uint64_t bytes);

}  // namespace mailrail::log
