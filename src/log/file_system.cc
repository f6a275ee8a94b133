#include "log/file_system.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace mailrail::log {
namespace {

using Kind = FileSystem::Kind;

struct Known {
  std::uint32_t type;
  FileSystem file_system;
};

// Those without a name in <linux/magic.h> are from their own sources and from `stat --file-system`.
constexpr Known known[] = {
    {TMPFS_MAGIC, {Kind::memory, "tmpfs"}},
    {RAMFS_MAGIC, {Kind::memory, "ramfs"}},
    {FUSE_SUPER_MAGIC, {Kind::fuse, "FUSE"}},
    {NFS_SUPER_MAGIC, {Kind::network, "NFS"}},
    {SMB_SUPER_MAGIC, {Kind::network, "SMB"}},
    {SMB2_SUPER_MAGIC, {Kind::network, "SMB"}},
    {CIFS_SUPER_MAGIC, {Kind::network, "CIFS"}},
    {NCP_SUPER_MAGIC, {Kind::network, "NCP"}},
    {V9FS_MAGIC, {Kind::network, "9p"}},
    {AFS_SUPER_MAGIC, {Kind::network, "AFS"}},
    {AFS_FS_MAGIC, {Kind::network, "AFS"}},
    {CODA_SUPER_MAGIC, {Kind::network, "Coda"}},
    {CEPH_SUPER_MAGIC, {Kind::network, "CephFS"}},
    {0x0bd00bd0, {Kind::network, "Lustre"}},
    {0x47504653, {Kind::network, "GPFS"}},
    {0x19830326, {Kind::network, "BeeGFS"}},
    {0xaad7aaea, {Kind::network, "PanFS"}},
    {0x786f4256, {Kind::network, "a shared folder of VirtualBox"}},
    {0xbacbacbc, {Kind::network, "a shared folder of VMware"}},
    {0x7c7c6673, {Kind::network, "a shared folder of Parallels"}},
};

}  // namespace

FileSystem file_system_of_type(std::uint32_t type) {
  const auto* const found = std::ranges::find(known, type, &Known::type);
  return found == std::end(known) ? FileSystem{} : found->file_system;
}

Result<FileSystem> file_system_of(int descriptor, const std::string& path) {
  struct statfs status;
  if (::fstatfs(descriptor, &status) != 0) {
    return fail(errors::io, fmt::format("Cannot examine the file system of {}: {}.", path,
                                        std::generic_category().message(errno)));
  }
  return file_system_of_type(static_cast<std::uint32_t>(status.f_type));
}

Result<void> expect_trustworthy(const FileSystem& file_system, const std::string& directory) {
  if (file_system.kind != Kind::network) return {};
  return fail(
      errors::unusable,
      fmt::format("The data directory {} is on {}, where what is synced is not sure to be on disk "
                  "and a lock does not keep a second process out. Choose a directory on a local "
                  "disk with --data DIR.",
                  directory, file_system.name));
}

}  // namespace mailrail::log
