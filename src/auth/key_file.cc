#include "auth/key_file.h"

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/key_text.h"
#include "auth/limits.h"

namespace mailrail::auth {
namespace {

constexpr mode_t owner_only = 0600;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

std::unexpected<Error> failed(std::string_view verb, const std::string& path, int cause) {
  return fail(mailrail::errors::unusable,
              fmt::format("Cannot {} {}: {}.", verb, path, std::generic_category().message(cause)));
}

std::unexpected<Error> unusable(std::string sentence) {
  return fail(mailrail::errors::unusable, std::move(sentence));
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Whoever can write it makes keys, and whoever can read it has them all.
Result<void> expect_private(const struct stat& status, const std::string& path) {
  if (!S_ISREG(status.st_mode)) return unusable(fmt::format("{} is not a file.", path));
  if ((status.st_mode & 077) != 0) {
    return unusable(fmt::format(
        "The key file {} may be read or written by others than its owner. Say: chmod 600 {}", path,
        path));
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    return unusable(fmt::format("The key file {} belongs to another user.", path));
  return {};
}

Result<std::string> read_all(const Descriptor& file, const std::string& path) {
  std::string text;
  char buffer[1 << 14];
  while (true) {
    const ssize_t count = ::read(file.number(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("read", path, errno);
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > key_file_bytes_max)
      return unusable(
          fmt::format("The key file {} has more than {} MiB.", path, key_file_bytes_max >> 20));
  }
}

Result<void> write_all(const Descriptor& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = ::write(file.number(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file.number()) != 0) return failed("write", path, errno);
  return {};
}

// Beside the file first, then instead of it.
Result<void> replace(const std::string& path, std::string_view text, const Descriptor& directory) {
  const std::string fresh = path + ".new";
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return failed("remove", fresh, errno);
  const Descriptor file(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, owner_only));
  if (!file.is_open()) return failed("make", fresh, errno);
  TRY(write_all(file, text, fresh));
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed("replace", path, errno);
  if (::fsync(directory.number()) != 0) return failed("keep", path, errno);
  return {};
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{
      .device = status.st_dev,
      .number = status.st_ino,
      .bytes = static_cast<std::uint64_t>(status.st_size),
      .changed_ns = std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec};
}

Result<std::optional<std::vector<Key>>> read_key_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file.is_open() && errno == ENOENT) {
    if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
    return unusable(fmt::format("The key file {} is a link to a file that is not there.", path));
  }
  if (!file.is_open()) return failed("read the key file", path, errno);
  if (::fstat(file.number(), &status) != 0) return failed("read the key file", path, errno);
  TRY(expect_private(status, path));
  const std::string text = TRY(read_all(file, path));
  Result<std::vector<Key>> keys = parse_keys(text);
  if (!keys)
    return unusable(fmt::format("The key file {} is not right. {}", path, keys.error().message));
  return *std::move(keys);
}

Result<void> change_key_file(const std::string& path,
                             Instant now,
                             const std::function<Result<void>(std::vector<Key>&)>& change) {
  const std::string parent = directory_of(path);
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) return failed("use the directory", parent, errno);
  while (::flock(directory.number(), LOCK_EX) != 0) {  // Until this returns.
    if (errno != EINTR) return failed("lock the directory", parent, errno);
  }
  std::optional<std::vector<Key>> read = TRY(read_key_file(path));
  std::vector<Key> keys = std::move(read).value_or(std::vector<Key>());
  std::erase_if(keys, [&](const Key& each) { return each.has_expired(now); });
  TRY(change(keys));
  if (keys.size() > keys_max)
    return unusable(fmt::format("A key file holds at most {} keys. Revoke some.", keys_max));
  return replace(path, text_of(keys), directory);
}

}  // namespace mailrail::auth
