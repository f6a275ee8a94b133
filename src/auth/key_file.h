// The key file: where keys are kept between runs, readable by its owner only.
//
// It is replaced whole: whoever reads it while it is changed finds the old keys or the new ones.
// Changes lock its directory against each other, so that none is lost. What has expired is gone
// after the next change. A file that others could read or write is refused, as is one that is not
// understood.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/key.h"
#include "base/result.h"
#include "base/time.h"

namespace mailrail::auth {

// Which file it is, and as of when. Another one, or a change, has another stamp.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t number = 0;  // Of the inode.
  std::uint64_t bytes = 0;
  std::int64_t changed_ns = 0;  // The inode: contents, mode, owner.

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// Nothing if there is no file, or nobody can tell.
std::optional<FileStamp> stamp_of(const std::string& path);

// Nothing if there is no file. The sentences name it.
Result<std::optional<std::vector<Key>>> read_key_file(const std::string& path);

// Gives all keys that have not expired to `change`, and keeps what it leaves of them. Makes the
// file if there is none. Nothing is changed after an error.
Result<void> change_key_file(const std::string& path,
                             Instant now,
                             const std::function<Result<void>(std::vector<Key>&)>& change);

}  // namespace mailrail::auth
