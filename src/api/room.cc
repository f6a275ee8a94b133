#include "api/room.h"

#include <fmt/format.h>

#include "api/errors.h"
#include "base/size.h"

namespace mailrail::api {

std::string sentence_about(const engine::Full& full) {
  const std::string used = size_text(full.used_bytes);
  const std::string limit = size_text(full.limit_bytes);
  if (full.what == engine::Full::What::disk) {
    return fmt::format(
        "The disk limit of this server is reached: the files of the log take {} of {}, and the "
        "rest is needed to work with. Receive and delete messages, or start mailrail with a larger "
        "--disk-limit.",
        used, limit);
  }
  return fmt::format(
      "The memory limit of this server is reached: messages and queues take {} of {}. Receive and "
      "delete messages, or start mailrail with a larger --memory-limit.",
      used, limit);
}

Result<void> expect_room(const engine::Turn& turn) {
  if (turn.full == nullptr) return {};
  const bool is_disk = turn.full->what == engine::Full::What::disk;
  return fail(is_disk ? errors::disk_is_full : errors::memory_is_full, sentence_about(*turn.full));
}

}  // namespace mailrail::api
