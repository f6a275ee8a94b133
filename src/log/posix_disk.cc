#include "log/posix_disk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/check.h"

namespace mailrail::log {
namespace {

std::unexpected<Error> failed(std::string_view verb, const std::string& path, int cause) {
  const bool is_full = cause == ENOSPC || cause == EDQUOT;
  return fail(is_full ? errors::no_space : errors::io,
              fmt::format("Cannot {} {}: {}.", verb, path, std::generic_category().message(cause)));
}

// A failure that says that mailrail can't work in this directory, and what the operator can do.
std::unexpected<Error> unusable(std::string_view verb, const std::string& path, int cause) {
  const bool is_forbidden = cause == EACCES || cause == EPERM;
  return fail(
      errors::unusable,
      fmt::format("Cannot {} {}: {}. {} with --data DIR.", verb, path,
                  std::generic_category().message(cause),
                  is_forbidden ? "Run mailrail as a user who may write there, or choose another "
                                 "directory"
                               : "Choose another directory"));
}

// Calls again while a signal interrupts. Not for close, fsync or fdatasync, which may not be
// repeated.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class PosixFile final : public File {
 public:
  PosixFile(std::string path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = uninterrupted([&] {
        return ::pread(descriptor_.number(), out.data() + done, out.size() - done,
                       static_cast<off_t>(offset + done));
      });
      if (count < 0) return failed("read", path_, errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  Result<std::size_t> read_cached(std::uint64_t offset, std::span<char> out) const override {
    const iovec vector{.iov_base = out.data(), .iov_len = out.size()};
    const ssize_t count = uninterrupted([&] {
      return ::preadv2(descriptor_.number(), &vector, 1, static_cast<off_t>(offset), RWF_NOWAIT);
    });
    // Not in memory, or the file system or a sandbox does not know the call: read_at() finds out.
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }

  Result<void> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
    std::array<iovec, 64> vector;
    while (!pieces.empty()) {
      const std::size_t count = std::min(pieces.size(), vector.size());
      for (std::size_t i = 0; i < count; ++i) {
        vector[i] =
            iovec{.iov_base = const_cast<char*>(pieces[i].data()), .iov_len = pieces[i].size()};
      }
      offset += TRY(write_all(offset, std::span(vector).first(count)));
      pieces = pieces.subspan(count);
    }
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_.number()) != 0) return failed("sync", path_, errno);
    return {};
  }

  Result<void> allocate(std::uint64_t bytes) override {
    if (TRY(size()) >= bytes) return {};
    const auto length = static_cast<off_t>(bytes);
    if (uninterrupted([&] { return ::fallocate(descriptor_.number(), 0, 0, length); }) == 0)
      return {};
    if (errno != EOPNOTSUPP) return failed("reserve space for", path_, errno);
    if (uninterrupted([&] { return ::ftruncate(descriptor_.number(), length); }) != 0)
      return failed("grow", path_, errno);
    return {};
  }

  Result<std::uint64_t> size() const override {
    struct stat status;
    if (::fstat(descriptor_.number(), &status) != 0) return failed("examine", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  // Continues after short writes. Says how many bytes there were in all.
  Result<std::uint64_t> write_all(std::uint64_t offset, std::span<iovec> left) {
    std::uint64_t done = 0;
    while (!left.empty()) {
      if (left.front().iov_len == 0) {
        left = left.subspan(1);
        continue;
      }
      const ssize_t count = uninterrupted([&] {
        return ::pwritev(descriptor_.number(), left.data(), static_cast<int>(left.size()),
                         static_cast<off_t>(offset + done));
      });
      if (count < 0) return failed("write", path_, errno);
      if (count == 0) return failed("write", path_, ENOSPC);
      done += static_cast<std::uint64_t>(count);
      for (auto rest = static_cast<std::size_t>(count); rest > 0;) {
        const std::size_t taken = std::min(rest, left.front().iov_len);
        left.front().iov_base = static_cast<char*>(left.front().iov_base) + taken;
        left.front().iov_len -= taken;
        rest -= taken;
        if (left.front().iov_len == 0) left = left.subspan(1);
      }
    }
    return done;
  }

  std::string path_;
  Descriptor descriptor_;
};

Result<Descriptor> open_directory(const std::string& path) {
  Descriptor descriptor(
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!descriptor.is_open()) return unusable("open the directory", path, errno);
  return descriptor;
}

Result<void> sync_directory(const std::string& path, const Descriptor& descriptor) {
  if (::fsync(descriptor.number()) != 0) return failed("sync the directory", path, errno);
  return {};
}

// Makes each missing directory and syncs the one it stands in: a journal is no safer than its own
// name.
Result<void> make_directories(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    const std::string parent = path.has_parent_path() ? path.parent_path().string() : ".";
    return sync_directory(parent, TRY(open_directory(parent)));
  }
  if (errno == EEXIST) return {};
  if (errno != ENOENT || path.parent_path().empty())
    return unusable("make the directory", path.string(), errno);
  TRY(make_directories(path.parent_path()));
  if (::mkdir(path.c_str(), 0700) != 0 &&
      errno != EEXIST) {  // Above it all is there: this is final.
    return unusable("make the directory", path.string(), errno);
  }
  return sync_directory(path.parent_path().string(),
                        TRY(open_directory(path.parent_path().string())));
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

Result<std::unique_ptr<PosixDisk>> PosixDisk::open(std::string directory) {
  std::unique_ptr<PosixDisk> disk = TRY(open_anywhere(std::move(directory)));
  TRY(expect_trustworthy(disk->file_system(), disk->directory()));
  return disk;
}

Result<std::unique_ptr<PosixDisk>> PosixDisk::open_anywhere(std::string directory) {
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  TRY(make_directories(directory));
  Descriptor descriptor = TRY(open_directory(directory));
  const FileSystem file_system = TRY(file_system_of(descriptor.number(), directory));
  return std::unique_ptr<PosixDisk>(
      new PosixDisk(std::move(directory), std::move(descriptor), file_system, Access::change));
}

Result<std::unique_ptr<PosixDisk>> PosixDisk::open_to_read(std::string directory) {
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  Descriptor descriptor(
      uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!descriptor.is_open()) return failed("open the directory", directory, errno);
  const FileSystem file_system = TRY(file_system_of(descriptor.number(), directory));
  return std::unique_ptr<PosixDisk>(
      new PosixDisk(std::move(directory), std::move(descriptor), file_system, Access::read));
}

Result<void> PosixDisk::lock() {
  if (lock_.is_open()) return {};
  if (access_ == Access::read) return lock_to_read();
  const std::string file = path("LOCK");
  Descriptor lock(uninterrupted(
      [&] { return ::openat(descriptor_.number(), "LOCK", O_RDWR | O_CREAT | O_CLOEXEC, 0600); }));
  if (!lock.is_open()) return unusable("open", file, errno);
  if (uninterrupted([&] { return ::flock(lock.number(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return unusable("lock", file, errno);
    return fail(
        errors::unusable,
        fmt::format("Another process is using the data directory {}; stop it, or choose another "
                    "directory.",
                    directory_));
  }
  lock_ = std::move(lock);
  return {};
}

// A directory without the file was copied from somewhere: a server makes it before all else.
Result<void> PosixDisk::lock_to_read() {
  const std::string file = path("LOCK");
  Descriptor lock(
      uninterrupted([&] { return ::openat(descriptor_.number(), "LOCK", O_RDONLY | O_CLOEXEC); }));
  if (!lock.is_open()) {
    if (errno == ENOENT) return {};
    return failed("open", file, errno);
  }
  if (uninterrupted([&] { return ::flock(lock.number(), LOCK_SH | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return failed("lock", file, errno);
    return fail(errors::unusable,
                fmt::format("A server is using the data directory {}; stop it first.", directory_));
  }
  lock_ = std::move(lock);
  return {};
}

Result<Capacity> PosixDisk::capacity() const {
  struct statvfs status;
  if (::fstatvfs(descriptor_.number(), &status) != 0)
    return failed("examine the volume of", directory_, errno);
  return Capacity{.total_bytes = std::uint64_t{status.f_blocks} * status.f_frsize,
                  .available_bytes = std::uint64_t{status.f_bavail} * status.f_frsize};
}

Result<std::vector<std::string>> PosixDisk::list() const {
  std::error_code cause;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator each(directory_, cause), end; !cause && each != end;
       each.increment(cause)) {
    names.push_back(each->path().filename().string());
  }
  if (cause) return failed("list the directory", directory_, cause.value());
  std::ranges::sort(names);
  return names;
}

Result<std::unique_ptr<File>> PosixDisk::open_file(std::string_view name) {
  return open_with(name, access_ == Access::read ? O_RDONLY : O_RDWR);
}

Result<std::unique_ptr<File>> PosixDisk::create_file(std::string_view name) {
  CHECK(access_ == Access::change);
  return open_with(name, O_RDWR | O_CREAT | O_TRUNC);
}

Result<std::unique_ptr<File>> PosixDisk::open_with(std::string_view name, int flags) {
  Descriptor descriptor(uninterrupted([&] {
    return ::openat(descriptor_.number(), std::string(name).c_str(), flags | O_CLOEXEC, 0600);
  }));
  if (!descriptor.is_open()) {
    const char* const verb = (flags & O_CREAT) != 0 ? "create" : "open";
    const bool is_forbidden = errno == EACCES || errno == EPERM || errno == EROFS;
    return is_forbidden ? unusable(verb, path(name), errno) : failed(verb, path(name), errno);
  }
  return std::make_unique<PosixFile>(path(name), std::move(descriptor));
}

Result<void> PosixDisk::rename(std::string_view from, std::string_view to) {
  CHECK(access_ == Access::change);
  if (::renameat(descriptor_.number(), std::string(from).c_str(), descriptor_.number(),
                 std::string(to).c_str()) != 0) {
    return failed("rename", path(from), errno);
  }
  return {};
}

Result<void> PosixDisk::remove(std::string_view name) {
  CHECK(access_ == Access::change);
  if (::unlinkat(descriptor_.number(), std::string(name).c_str(), 0) != 0)
    return failed("remove", path(name), errno);
  return {};
}

Result<void> PosixDisk::share(std::string_view name, const PosixDisk& other) {
  CHECK(access_ == Access::change);
  const std::string file(name);
  if (::linkat(other.descriptor_.number(), file.c_str(), descriptor_.number(), file.c_str(), 0) !=
      0) {
    return failed("link", path(name), errno);
  }
  return {};
}

Result<void> PosixDisk::sync() { return sync_directory(directory_, descriptor_); }

}  // namespace mailrail::log
