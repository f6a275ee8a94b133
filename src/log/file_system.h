// FileSystem: what a directory lies on, as far as that decides whether a journal is safe there.
//
// A promise on disk is worth what the file system makes of a sync and of a lock. Network file
// systems are refused: between us and their disk are caches and lock servers that we can't see
// through. Anything unknown is taken for a local disk, and what FUSE hides can't be told.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mailrail::log {

struct FileSystem {
  enum class Kind : std::uint8_t {
    local,
    memory,   // Gone when the machine restarts.
    fuse,     // A program of its own: a local disk, or anything else.
    network,  // Another machine's, or the host's, by way of a network protocol.
  };

  Kind kind = Kind::local;
  std::string_view name = {};  // Of what is no local disk: "NFS".
};

// By the number that statfs(2) gives as the type.
FileSystem file_system_of_type(std::uint32_t type);

// The one that an open file or directory is on. `path` is for messages.
Result<FileSystem> file_system_of(int descriptor, const std::string& path);

// Refuses one on which what was synced may be lost, or a second owner let in.
Result<void> expect_trustworthy(const FileSystem& file_system, const std::string& directory);

}  // namespace mailrail::log
