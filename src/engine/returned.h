// The returned messages of a standard group: those whose lease ended, to be served again before
// fresh ones, oldest first.
//
// A treap over the entries' own links, ordered by sequence number; insert, erase and first are
// logarithmic.

#pragma once

#include "engine/entry.h"
#include "engine/pool.h"

namespace mailrail::engine::returned {

// Each returns the new root; an empty tree's root is no_index.
Index insert(Pool<Entry>& entries, Index root, Index entry);
Index erase(Pool<Entry>& entries, Index root, Index entry);

// The entry with the lowest sequence number. The tree must not be empty.
Index first(const Pool<Entry>& entries, Index root);

}  // namespace mailrail::engine::returned
