// Group: the messages of one conversation (FIFO) or one tenant (standard) in one queue, while it
// has any.
//
// On a FIFO queue `head` and `tail` hold every message in order, leased ones included: the group
// can be served only while its head is visible. On a standard queue they hold the messages never
// received; those that came back are in `returned`.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "engine/pool.h"

namespace mailrail::engine {

// A group's name in one block of a slab. Names have 0 to 255 bytes; one of up to 15 takes the
// smallest block that there is.
struct GroupName {
  std::uint8_t size;
  char bytes[1];
};

struct Group {
  GroupName* name = nullptr;  // Owned by Groups.
  std::uint32_t hash = 0;     // Of contents and name.
  Index contents = no_index;  // The queue contents it belongs to.
  Index head = no_index;
  Index tail = no_index;
  Index returned = no_index;  // Root of the tree of returned messages.
  std::uint32_t size = 0;     // Messages in any state.
  std::uint32_t in_flight = 0;
  Index rotation_previous = no_index;
  Index rotation_next = no_index;
  bool is_ready = false;  // In the rotation or among the noisy, as `is_noisy` says.
  bool is_noisy = false;
  bool is_parked = false;   // FIFO: a poison conversation that is given to nobody.
  bool is_blocked = false;  // FIFO: as counted by its contents.

  std::string_view name_view() const { return {name->bytes, name->size}; }
  bool is_ungrouped() const { return name->size == 0; }
};
static_assert(sizeof(Group) <= 48);

}  // namespace mailrail::engine
