// XML in, as services answer AWS Query: an element into a structure, by its shape.
//
// The element is named by the way to it, from the root: {"PublishResponse", "PublishResult"}. What
// the shape doesn't know is ignored, and so is the namespace; everything else that isn't as
// described is a DecodeError. Entities of the document's own making do not exist here.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/shape.h"
#include "wire/decode_error.h"

namespace mailrail::wire {

inline constexpr std::size_t xml_bytes_max = 8 << 20;

// Into a structure that holds nothing yet. After an error it holds part of the input.
Decoded<void> decode_xml(std::string_view text,
                         std::span<const std::string_view> way,
                         Target structure);

template <class Structure>
Decoded<Structure> decode_xml(std::string_view text, std::span<const std::string_view> way) {
  Structure structure;
  if (Decoded<void> done = decode_xml(text, way, target_of(structure)); !done) {
    return std::unexpected(std::move(done).error());
  }
  return structure;
}

}  // namespace mailrail::wire
