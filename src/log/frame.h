// Frame: what one group commit writes, as the engine and every log store see it.
//
// The payload is the same in every store; padding, chain, salt and segment belong to a store's own
// envelope. A sealed frame is immutable and shared by count, so that replies can be rendered from
// it while the log thread writes it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.h"
#include "base/time.h"

namespace mailrail::log {

// No payload is longer. With it a position always fits a slot and an offset in the stores that
// number frames.
inline constexpr std::size_t frame_bytes_max = std::size_t{8} << 20;

struct Frame {
  Position position;        // Of the first byte of the payload.
  Instant time;             // The engine time of its last turn: none of its facts is later.
  std::uint32_t count = 0;  // Facts in the payload.
  std::string payload;
};

using SharedFrame = std::shared_ptr<const Frame>;

}  // namespace mailrail::log
