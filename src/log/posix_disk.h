// PosixDisk: real files in a real directory.
//
// Writes are gathered by pwritev and made durable by fdatasync; interrupted and short calls are
// continued, every other failure is reported once and never retried. Files are readable by their
// owner only.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "log/disk.h"
#include "log/file_system.h"

namespace mailrail::log {

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

class PosixDisk final : public Disk {
 public:
  // Makes the directory, and those above it, if absent. Refuses one that no journal is safe in.
  static Result<std::unique_ptr<PosixDisk>> open(std::string directory);
  // The same wherever it is: no server runs on it.
  static Result<std::unique_ptr<PosixDisk>> open_anywhere(std::string directory);
  // One that is there, to be read only, wherever it is. Its lock is shared with others who read.
  static Result<std::unique_ptr<PosixDisk>> open_to_read(std::string directory);

  const FileSystem& file_system() const { return file_system_; }

  const std::string& directory() const override { return directory_; }
  Result<void> lock() override;
  Result<Capacity> capacity() const override;
  Result<std::vector<std::string>> list() const override;
  Result<std::unique_ptr<File>> open_file(std::string_view name) override;
  Result<std::unique_ptr<File>> create_file(std::string_view name) override;
  Result<void> rename(std::string_view from, std::string_view to) override;
  Result<void> remove(std::string_view name) override;
  Result<void> sync() override;

  // The file of that name is another disk's, too, from now on. Refused where file systems are not
  // the same, or know no such thing.
  Result<void> share(std::string_view name, const PosixDisk& other);

 private:
  enum class Access : std::uint8_t { change, read };
  PosixDisk(std::string directory, Descriptor descriptor, FileSystem file_system, Access access)
      : directory_(std::move(directory)),
        descriptor_(std::move(descriptor)),
        file_system_(file_system),
        access_(access) {}
  Result<std::unique_ptr<File>> open_with(std::string_view name, int flags);
  Result<void> lock_to_read();

  std::string directory_;
  Descriptor descriptor_;
  FileSystem file_system_;
  Access access_;
  Descriptor lock_;  // Open while the directory is ours.
};

}  // namespace mailrail::log
