// A disk that fails when told: loaded into a process before libc (LD_PRELOAD), it answers some of
// the process's calls about files under one directory as a failing, full, slow or short-writing
// disk would.
//
// DISK_FAULTS         what happens, separated by commas: CALL:FROM:KIND, CALL:FROM-TO:KIND or
//                     CALL:FROM-:KIND. CALL is one of the names in `call_names`, whichever of
//                     its spellings is called; FROM and TO count such calls from 1. KIND is
//                     EIO, ENOSPC or EOPNOTSUPP; `short`, which writes about half of what it
//                     should; or `slow=300`, which first waits as many milliseconds.
// DISK_FAULTS_UNDER   the directory.
// DISK_FAULTS_WHEN    a file; calls count once it is there. Not set: from the first.
// DISK_FAULTS_REPORT  a file that gets a line for each fault: when, in monotonic nanoseconds,
//                     which call, its number, the path.

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

enum class Call : std::uint8_t {
  open,
  write,
  zeros,
  fdatasync,
  fsync,
  rename,
  unlink,
  fallocate,
  ftruncate,
  count
};

constexpr std::array<std::string_view, static_cast<std::size_t>(Call::count)> call_names{
    "open", "write", "zeros", "fdatasync", "fsync", "rename", "unlink", "fallocate", "ftruncate"};

struct Effect {
  int error = 0;
  bool is_short = false;
  long delay_ms = 0;
};

struct Fault {
  Call call;
  std::uint64_t from;
  std::uint64_t to;
  Effect effect;
};

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

[[noreturn]] void give_up(std::string_view what) {
  std::fprintf(stderr, "faulty_disk: DISK_FAULTS has no meaning at: %.*s\n",
               static_cast<int>(what.size()), what.data());
  std::_Exit(3);
}

std::uint64_t number_of(std::string_view text, std::string_view context) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    give_up(context);
  return std::strtoull(std::string(text).c_str(), nullptr, 10);
}

Effect effect_of(std::string_view kind) {
  if (kind == "EIO") return {.error = EIO};
  if (kind == "ENOSPC") return {.error = ENOSPC};
  if (kind == "EOPNOTSUPP") return {.error = EOPNOTSUPP};
  if (kind == "short") return {.is_short = true};
  constexpr std::string_view slow = "slow=";
  if (!kind.starts_with(slow)) give_up(kind);
  return {.delay_ms = static_cast<long>(number_of(kind.substr(slow.size()), kind))};
}

Fault fault_of(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string_view::npos) give_up(text);
  const auto call = std::ranges::find(call_names, text.substr(0, first));
  if (call == call_names.end()) give_up(text);
  const std::string_view numbers = text.substr(first + 1, second - first - 1);
  const std::size_t dash = numbers.find('-');
  const std::uint64_t from = number_of(numbers.substr(0, dash), text);
  std::uint64_t to = from;
  if (dash != std::string_view::npos) {
    const bool has_end = dash + 1 < numbers.size();
    to = has_end ? number_of(numbers.substr(dash + 1), text)
                 : std::numeric_limits<std::uint64_t>::max();
  }
  return {.call = static_cast<Call>(call - call_names.begin()),
          .from = from,
          .to = to,
          .effect = effect_of(text.substr(second + 1))};
}

// Where the path that `directory` and `name` mean lies. Neither is changed: no link is followed.
std::string path_at(int directory, std::string_view name) {
  if (name.starts_with('/')) return std::string(name);
  std::array<char, 4096> buffer;
  const std::string link = directory == AT_FDCWD ? std::string("/proc/self/cwd")
                                                 : "/proc/self/fd/" + std::to_string(directory);
  const ssize_t length = readlink(link.c_str(), buffer.data(), buffer.size());
  std::string path(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  if (!name.empty()) path.append("/").append(name);
  return path;
}

// What is to happen, read from the environment when the first call comes; and how many calls there
// were.
class Plan {
 public:
  Plan() {
    const std::string faults = environment("DISK_FAULTS");
    for (std::string_view rest = faults; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      faults_.push_back(fault_of(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }

  // Counts a call, and says what is to happen to it. `path` tells where; it is asked for only where
  // faults are.
  template <class Path>
  Effect effect(Call call, const Path& path) {
    const bool is_of_interest =
        std::ranges::any_of(faults_, [&](const Fault& each) { return each.call == call; });
    if (!is_of_interest) return {};
    const std::string where = path();
    const bool is_under =
        where == under_ || (where.starts_with(under_) && where[under_.size()] == '/');
    if (!is_under || (!when_.empty() && access(when_.c_str(), F_OK) != 0)) return {};
    const std::uint64_t number = ++counts_[static_cast<std::size_t>(call)];
    for (const Fault& each : faults_) {
      if (each.call != call || number < each.from || number > each.to) continue;
      report(call, number, where);
      return each.effect;
    }
    return {};
  }

 private:
  void report(Call call, std::uint64_t number, const std::string& path) const {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::string line = std::to_string(now.tv_sec * 1'000'000'000 + now.tv_nsec) + " " +
                             std::string(call_names[static_cast<std::size_t>(call)]) + " " +
                             std::to_string(number) + " " + path + "\n";
    static auto* const real_open = next<int(const char*, int, ...)>("open");
    const int file = real_open(report_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || write(file, line.data(), line.size()) < 0) give_up("DISK_FAULTS_REPORT");
    close(file);
  }

  std::vector<Fault> faults_;
  std::string under_ = environment("DISK_FAULTS_UNDER");
  std::string when_ = environment("DISK_FAULTS_WHEN");
  std::string report_ = environment("DISK_FAULTS_REPORT");
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Call::count)> counts_{};
};

// Waits, and says whether the call is to fail, with errno set.
bool fails(const Effect& effect) {
  if (effect.delay_ms > 0) usleep(static_cast<useconds_t>(effect.delay_ms) * 1000);
  errno = effect.error;
  return effect.error != 0;
}

Effect effect_at(Call call, int directory, const char* name) {
  static Plan plan;
  return plan.effect(call, [&] { return path_at(directory, name); });
}

Effect effect_on(Call call, int file) { return effect_at(call, file, ""); }

// The first part of `pieces`: about half of what there is, and at least a byte.
std::vector<iovec> half_of(const iovec* pieces, int count) {
  std::vector<iovec> half(pieces, pieces + count);
  std::size_t left = 0;
  for (const iovec& each : half) left += each.iov_len;
  left = std::max<std::size_t>(left / 2, 1);
  for (iovec& each : half) {
    each.iov_len = std::min(each.iov_len, left);
    left -= each.iov_len;
  }
  return half;
}

bool begins_with_zero(std::span<const iovec> pieces) {
  for (const iovec& each : pieces) {
    if (each.iov_len > 0) return *static_cast<const char*>(each.iov_base) == '\0';
  }
  return false;
}

ssize_t write_vector(int file, const iovec* pieces, int count, off_t offset) {
  static auto* const real = next<ssize_t(int, const iovec*, int, off_t)>("pwritev");
  const Effect effect = effect_on(
      begins_with_zero({pieces, static_cast<std::size_t>(count)}) ? Call::zeros : Call::write,
      file);
  if (fails(effect)) return -1;
  if (!effect.is_short) return real(file, pieces, count, offset);
  return real(file, half_of(pieces, count).data(), count, offset);
}

ssize_t write_bytes(int file, const void* bytes, std::size_t size, off_t offset) {
  const iovec whole{.iov_base = const_cast<void*>(bytes), .iov_len = size};
  return write_vector(file, &whole, 1, offset);
}

int open_at(int directory, const char* name, int flags, mode_t mode) {
  static auto* const real = next<int(int, const char*, int, ...)>("openat");
  return fails(effect_at(Call::open, directory, name)) ? -1 : real(directory, name, flags, mode);
}

int allocate(int file, int mode, off_t offset, off_t length) {
  static auto* const real = next<int(int, int, off_t, off_t)>("fallocate");
  return fails(effect_on(Call::fallocate, file)) ? -1 : real(file, mode, offset, length);
}

int truncate_file(int file, off_t length) {
  static auto* const real = next<int(int, off_t)>("ftruncate");
  return fails(effect_on(Call::ftruncate, file)) ? -1 : real(file, length);
}

}  // namespace

// Under every name by which libc offers the call: which one a binary uses is up to its build.
extern "C" {

ssize_t pwritev(int file, const iovec* pieces, int count, off_t offset) {
  return write_vector(file, pieces, count, offset);
}
ssize_t pwritev64(int file, const iovec* pieces, int count, off64_t offset) {
  return write_vector(file, pieces, count, offset);
}
ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset) {
  return write_bytes(file, bytes, size, offset);
}
ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t offset) {
  return write_bytes(file, bytes, size, offset);
}

int fdatasync(int file) {
  static auto* const real = next<int(int)>("fdatasync");
  return fails(effect_on(Call::fdatasync, file)) ? -1 : real(file);
}
int fsync(int file) {
  static auto* const real = next<int(int)>("fsync");
  return fails(effect_on(Call::fsync, file)) ? -1 : real(file);
}

// The mode is there only if a file may be made; to read it in any case does no harm on our
// machines.
int open(const char* name, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  return open_at(AT_FDCWD, name, flags, mode);
}
int openat(int directory, const char* name, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  return open_at(directory, name, flags, mode);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return fails(effect_at(Call::rename, AT_FDCWD, from)) ? -1 : real(from, to);
}
int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  static auto* const real = next<int(int, const char*, int, const char*)>("renameat");
  if (fails(effect_at(Call::rename, from_directory, from))) return -1;
  return real(from_directory, from, to_directory, to);
}
int unlinkat(int directory, const char* name, int flags) noexcept {
  static auto* const real = next<int(int, const char*, int)>("unlinkat");
  return fails(effect_at(Call::unlink, directory, name)) ? -1 : real(directory, name, flags);
}

int fallocate(int file, int mode, off_t offset, off_t length) {
  return allocate(file, mode, offset, length);
}
int fallocate64(int file, int mode, off64_t offset, off64_t length) {
  return allocate(file, mode, offset, length);
}
int ftruncate(int file, off_t length) noexcept { return truncate_file(file, length); }
int ftruncate64(int file, off64_t length) noexcept { return truncate_file(file, length); }
}
