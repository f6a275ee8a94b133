// A file system in memory that loses power when told: what was not synced is gone. It is mounted
// with libfuse, so that a real process keeps its data on it; the kernel caches nothing of it.
//
//   forgetful_fs -f -o auto_unmount DIRECTORY
//
// A line written to DIRECTORY/.power tells it what to do:
//   cut all         forget all that was not synced; from then on every call fails
//   cut some SEED   the same, with a part left that SEED chooses
//   on              the power is back
//   sync in MS      a sync takes so many milliseconds, and counts only if the power is still on
//   ignore syncs    from now on, say that what is synced is safe, and do nothing
//
// How much the last cut took is read from there.

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <fuse.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "forgetful_files.h"

namespace mailrail::power_cut {
namespace {

constexpr std::string_view control_path = "/.power";
constexpr mode_t directory_mode = S_IFDIR | 0700;
constexpr mode_t file_mode = S_IFREG | 0600;

// The whole tree, and what was last said to the control file. libfuse's callbacks have no other
// place for it than this.
struct FileSystem {
  std::mutex mutex;  // Held by every callback while it looks at what is below.
  bool has_power = true;
  std::uint64_t cuts = 0;
  std::chrono::milliseconds sync_time{0};
  Directory root;
  std::map<std::uint64_t, std::shared_ptr<Node>> open;
  std::uint64_t last_handle = 0;
  bool syncs_are_ignored = false;
  std::string answer;

  // The node at a path, which is absolute and has no "." or ".."; the root has none.
  std::shared_ptr<Node> find(std::string_view path) const {
    const Directory* directory = &root;
    std::shared_ptr<Node> node;
    while (path.size() > 1) {
      if (directory == nullptr) return nullptr;
      path.remove_prefix(1);
      const std::string_view name = path.substr(0, path.find('/'));
      node = directory->find(name);
      if (node == nullptr) return nullptr;
      directory = node->directory.get();
      path.remove_prefix(name.size());
    }
    return node;
  }

  Directory* directory(std::string_view path) {
    if (path == "/") return &root;
    const std::shared_ptr<Node> node = find(path);
    return node == nullptr ? nullptr : node->directory.get();
  }
};

FileSystem& file_system() { return *static_cast<FileSystem*>(fuse_get_context()->private_data); }

struct Place {
  Directory* directory;
  std::string name;
};

// Where the last name of a path stands; no directory if there is none.
Place place_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view parent = slash == 0 ? "/" : path.substr(0, slash);
  return {.directory = file_system().directory(parent),
          .name = std::string(path.substr(slash + 1))};
}

// What an open file or, where none is open, a path is about. Open files stay, whatever becomes of
// their names.
std::shared_ptr<Node> node_of(const char* path, const fuse_file_info* info) {
  const auto& open = file_system().open;
  const auto found = info == nullptr ? open.end() : open.find(info->fh);
  return found == open.end() ? file_system().find(path) : found->second;
}

File* file_of(const char* path, const fuse_file_info* info) {
  const std::shared_ptr<Node> node = node_of(path, info);
  return node == nullptr ? nullptr : node->file.get();
}

bool is_control(std::string_view path) { return path == control_path; }

// Read and written without a cache in the kernel, which would remember what was forgotten.
int keep_open(std::shared_ptr<Node> node, fuse_file_info* info) {
  FileSystem& files = file_system();
  info->fh = ++files.last_handle;
  info->direct_io = 1;
  files.open[info->fh] = std::move(node);
  return 0;
}

std::optional<std::uint64_t> number_behind(std::string_view beginning, std::string_view text) {
  if (!text.starts_with(beginning)) return std::nullopt;
  text.remove_prefix(beginning.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void cut_power(Leaves leaves, std::uint64_t seed) {
  FileSystem& files = file_system();
  Randomness random(seed);
  files.answer = std::to_string(files.root.cut_power(leaves, random)) + "\n";
  files.has_power = false;
  files.cuts += 1;
}

int control(std::string_view command) {
  FileSystem& files = file_system();
  while (command.ends_with('\n')) command.remove_suffix(1);
  if (command == "cut all") {
    cut_power(Leaves::nothing, 0);
  } else if (const auto seed = number_behind("cut some ", command)) {
    cut_power(Leaves::some, *seed);
  } else if (command == "on") {
    files.has_power = true;
  } else if (const auto time = number_behind("sync in ", command)) {
    files.sync_time = std::chrono::milliseconds(*time);
  } else if (command == "ignore syncs") {
    files.syncs_are_ignored = true;
  } else {
    return -EINVAL;
  }
  return 0;
}

// Calls, alone and with the power on. The control file needs none.
template <class Call>
int powered(std::string_view path, Call call) {
  const std::scoped_lock lock(file_system().mutex);
  if (!file_system().has_power && !is_control(path)) return -EIO;
  return call();
}

// Waits as long as a sync takes. False if the power went meanwhile.
bool sync_time_passes() {
  FileSystem& files = file_system();
  std::unique_lock lock(files.mutex);
  const std::uint64_t cuts = files.cuts;
  const std::chrono::milliseconds time = files.sync_time;
  lock.unlock();
  std::this_thread::sleep_for(time);
  lock.lock();
  return files.cuts == cuts;
}

int on_getattr(const char* path, struct stat* status, fuse_file_info* info) {
  return powered(path, [&] {
    *status = {};
    status->st_uid = getuid();
    status->st_gid = getgid();
    status->st_nlink = 1;
    if (is_control(path)) {
      status->st_mode = file_mode;
      return 0;
    }
    if (file_system().directory(path) != nullptr) {
      status->st_mode = directory_mode;
      return 0;
    }
    const File* file = file_of(path, info);
    if (file == nullptr) return -ENOENT;
    status->st_mode = file_mode;
    status->st_size = static_cast<off_t>(file->size());
    status->st_blocks = status->st_size / static_cast<off_t>(sector_bytes);
    return 0;
  });
}

int on_readdir(const char* path,
               void* buffer,
               fuse_fill_dir_t fill,
               off_t,
               fuse_file_info*,
               fuse_readdir_flags) {
  return powered(path, [&] {
    const Directory* directory = file_system().directory(path);
    if (directory == nullptr) return -ENOENT;
    for (const char* each : {".", ".."}) fill(buffer, each, nullptr, 0, fuse_fill_dir_flags{});
    for (const auto& [name, node] : directory->entries())
      fill(buffer, name.c_str(), nullptr, 0, fuse_fill_dir_flags{});
    return 0;
  });
}

int on_mkdir(const char* path, mode_t) {
  return powered(path, [&] {
    const auto [directory, name] = place_of(path);
    if (directory == nullptr) return -ENOENT;
    auto node = std::make_shared<Node>();
    node->directory = std::make_unique<Directory>();
    directory->add(name, std::move(node));
    return 0;
  });
}

int on_create(const char* path, mode_t, fuse_file_info* info) {
  return powered(path, [&] {
    const auto [directory, name] = place_of(path);
    if (directory == nullptr) return -ENOENT;
    auto node = std::make_shared<Node>();
    node->file = std::make_unique<File>();
    directory->add(name, node);
    return keep_open(std::move(node), info);
  });
}

int on_open(const char* path, fuse_file_info* info) {
  return powered(path, [&] {
    if (is_control(path)) {
      info->direct_io = 1;
      return 0;
    }
    std::shared_ptr<Node> node = file_system().find(path);
    if (node == nullptr) return -ENOENT;
    if (node->file == nullptr) return -EISDIR;
    if ((info->flags & O_TRUNC) != 0) node->file->resize(0);
    return keep_open(std::move(node), info);
  });
}

int on_release(const char*, fuse_file_info* info) {
  const std::scoped_lock lock(file_system().mutex);
  file_system().open.erase(info->fh);
  return 0;
}

int on_unlink(const char* path) {
  return powered(path, [&] {
    const auto [directory, name] = place_of(path);
    if (directory == nullptr || directory->find(name) == nullptr) return -ENOENT;
    directory->remove(name);
    return 0;
  });
}

// Within one directory, over what may be there: more is not needed, and of two directories neither
// could be synced alone.
int on_rename(const char* from, const char* to, unsigned flags) {
  return powered(from, [&] {
    const Place source = place_of(from);
    const Place target = place_of(to);
    if (flags != 0) return -EINVAL;
    if (source.directory == nullptr || source.directory->find(source.name) == nullptr)
      return -ENOENT;
    if (source.directory != target.directory) return -EXDEV;
    if (source.name != target.name) source.directory->rename(source.name, target.name);
    return 0;
  });
}

int on_read(const char* path, char* out, std::size_t size, off_t offset, fuse_file_info* info) {
  return powered(path, [&] {
    if (is_control(path)) {
      const std::string& answer = file_system().answer;
      const std::size_t start = std::min(answer.size(), static_cast<std::size_t>(offset));
      return static_cast<int>(answer.copy(out, size, start));
    }
    const File* file = file_of(path, info);
    if (file == nullptr) return -ENOENT;
    return static_cast<int>(file->read(static_cast<std::uint64_t>(offset), {out, size}));
  });
}

int on_write(
    const char* path, const char* bytes, std::size_t size, off_t offset, fuse_file_info* info) {
  return powered(path, [&] {
    if (is_control(path)) {
      const int error = control({bytes, size});
      return error != 0 ? error : static_cast<int>(size);
    }
    File* file = file_of(path, info);
    if (file == nullptr) return -ENOENT;
    file->write(static_cast<std::uint64_t>(offset), {bytes, size});
    return static_cast<int>(size);
  });
}

int on_truncate(const char* path, off_t size, fuse_file_info* info) {
  return powered(path, [&] {
    if (is_control(path)) return 0;
    File* file = file_of(path, info);
    if (file == nullptr) return -ENOENT;
    file->resize(static_cast<std::uint64_t>(size));
    return 0;
  });
}

int on_fallocate(const char* path, int mode, off_t offset, off_t length, fuse_file_info* info) {
  return powered(path, [&] {
    if (mode != 0) return -EOPNOTSUPP;
    File* file = file_of(path, info);
    if (file == nullptr) return -ENOENT;
    const auto end = static_cast<std::uint64_t>(offset + length);
    if (end > file->size()) file->resize(end);
    return 0;
  });
}

// Only what was written before a sync began is safe when it ends.
int on_fsync(const char* path, int, fuse_file_info* info) {
  std::shared_ptr<Node> node;
  File::Unsynced unsynced;
  const int error = powered(path, [&] {
    node = node_of(path, info);
    if (node == nullptr || node->file == nullptr) return -ENOENT;
    unsynced = node->file->unsynced();
    return 0;
  });
  if (error != 0) return error;
  if (!sync_time_passes()) return -EIO;
  return powered(path, [&] {
    if (!file_system().syncs_are_ignored) node->file->sync(unsynced);
    return 0;
  });
}

int on_fsyncdir(const char* path, int, fuse_file_info*) {
  std::uint64_t changes = 0;
  const auto with_directory = [&](auto action) {
    return powered(path, [&] {
      Directory* directory = file_system().directory(path);
      if (directory == nullptr) return -ENOENT;
      action(*directory);
      return 0;
    });
  };
  const int error = with_directory([&](Directory& each) { changes = each.change_count(); });
  if (error != 0) return error;
  if (!sync_time_passes()) return -EIO;
  return with_directory([&](Directory& each) {
    if (!file_system().syncs_are_ignored) each.sync(changes);
  });
}

int on_statfs(const char*, struct statvfs* status) {
  *status = {};
  status->f_bsize = status->f_frsize = page_bytes;
  status->f_blocks = status->f_bfree = status->f_bavail = 1 << 22;
  status->f_namemax = 255;
  return 0;
}

void* on_init(fuse_conn_info*, fuse_config* config) {
  config->entry_timeout = 0;
  config->attr_timeout = 0;
  config->negative_timeout = 0;
  config->hard_remove = 1;
  return fuse_get_context()->private_data;
}

fuse_operations operations() {
  fuse_operations operations{};
  operations.init = on_init;
  operations.getattr = on_getattr;
  operations.readdir = on_readdir;
  operations.mkdir = on_mkdir;
  operations.create = on_create;
  operations.open = on_open;
  operations.release = on_release;
  operations.unlink = on_unlink;
  operations.rename = on_rename;
  operations.read = on_read;
  operations.write = on_write;
  operations.truncate = on_truncate;
  operations.fallocate = on_fallocate;
  operations.fsync = on_fsync;
  operations.fsyncdir = on_fsyncdir;
  operations.statfs = on_statfs;
  return operations;
}

}  // namespace
}  // namespace mailrail::power_cut

int main(int count, char** arguments) {
  mailrail::power_cut::FileSystem files;
  const fuse_operations operations = mailrail::power_cut::operations();
  return fuse_main(count, arguments, &operations, &files);
}
