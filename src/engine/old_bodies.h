// OldBodies: the search for bodies that keep an old part of the log alive.
//
// It goes on in steps between turns, and hands out what it finds: each body is then read and
// written once more at the log's end, or found to be damaged.

#pragma once

#include <cstddef>
#include <optional>

#include "base/ids.h"
#include "engine/entry.h"

namespace mailrail::engine {

// A body that lies in a part of the log that is to be trimmed: a message's own, or one that
// messages share.
struct OldBody {
  QueueId queue = {};
  Seq seq = {};
  Body body = {};
  QueueId origin_queue = {};
  Seq origin_seq = {};
  std::optional<Seq> publication = {};  // Shared: then it is of no queue.
};

// A walk through all messages, and then through shared bodies, in search of those.
struct OldBodies {
  Position before;        // Bodies in the stretches that begin before this are old.
  std::size_t bytes_max;  // One step ends when it has found that many.
  QueueId queue = {};     // Go on here,
  Seq seq = {};           // with this message.
  bool is_in_shared = false;
  Seq publication = {};  // Or with this publication.
  bool is_done = false;
};

}  // namespace mailrail::engine
