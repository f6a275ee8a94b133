#include "api/room.h"

#include <fmt/format.h>

#include "api/errors.h"
#include "base/size.h"
#include "engine/shedding.h"

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

std::string sentence_about(const engine::Queue& queue, const engine::ReachedBound& reached) {
  const bool is_bytes = reached.what == engine::ReachedBound::What::bytes;
  return fmt::format(
      "The queue {} is full: its messages {}, and its tag {} is {}. Receive and delete messages, "
      "or "
      "change the tag.",
      queue.name.name,
      is_bytes ? "take " + size_text(reached.used) : fmt::format("are {}", reached.used),
      is_bytes ? engine::max_bytes_tag : engine::max_messages_tag,
      is_bytes ? size_text(reached.max) : std::to_string(reached.max));
}

std::string sentence_about_rate(const engine::Queue& queue) {
  return fmt::format(
      "The queue {} takes {} messages a second, as its tag {} says. Send more slowly, or change "
      "the tag.",
      queue.name.name, queue.bounds.sends_per_second.value_or(0), engine::send_rate_tag);
}

Result<void> expect_room(const engine::Turn& turn) {
  const std::optional<engine::Full> full = turn.full();
  if (!full) return {};
  const bool is_disk = full->what == engine::Full::What::disk;
  return fail(is_disk ? errors::disk_is_full : errors::memory_is_full, sentence_about(*full));
}

Result<void> expect_room_to_look(const engine::Turn& turn) {
  if (turn.surroundings == nullptr) return {};
  const engine::ServerUse use = turn.surroundings->use();
  const engine::MemoryUse memory{.used_bytes = use.memory_bytes,
                                 .limit_bytes = use.memory_bytes_max};
  if (engine::shed_at(memory) < engine::Shed::looks) return {};
  return fail(errors::memory_is_full,
              fmt::format("The memory limit of this server is nearly reached, and looking at "
                          "messages is the first thing that it does without: messages and queues "
                          "take {} of {}. Receive and delete messages, or start mailrail with a "
                          "larger --memory-limit.",
                          size_text(memory.used_bytes), size_text(memory.limit_bytes)));
}

}  // namespace mailrail::api
