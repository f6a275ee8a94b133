// AWS JSON in: one object into a structure, by its shape.
//
// Unknown members are ignored, null counts as absent, of a repeated member the last one counts, and
// no body at all counts as
// `{}`. Everything else that isn't as described is a DecodeError. The same function reads requests
// and, in a client, answers.

#pragma once

#include <string_view>

#include "base/shape.h"
#include "wire/decode_error.h"

namespace mailrail::wire {

inline constexpr std::size_t json_bytes_max = 32 << 20;
inline constexpr std::size_t json_depth_max = 64;

// Into a structure that holds nothing yet. After an error it holds part of the input.
Decoded<void> decode_json(std::string_view text, Target structure);

template <class Structure>
Decoded<Structure> decode_json(std::string_view text) {
  Structure structure;
  if (Decoded<void> done = decode_json(text, target_of(structure)); !done) {
    return std::unexpected(std::move(done).error());
  }
  return structure;
}

}  // namespace mailrail::wire
