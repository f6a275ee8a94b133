// AWS Query in: a form's parameters into a structure, by its shape.
//
// Flattened lists and maps are `Name.N`, the others `Name.member.N` and `Name.entry.N.key`. N
// counts from 1, orders the elements and may have gaps; a list's bare `Name` and a map's
// `Name.Key`, without N, count as the first element. Numbers and booleans are read strictly, blobs
// as base64. Parameters that no field asks for are ignored.

#pragma once

#include "base/shape.h"
#include "wire/decode_error.h"
#include "wire/form.h"

namespace mailrail::wire {

// Into a structure that holds nothing yet. After an error it holds part of the input.
Decoded<void> decode_query(const Form& form, Target structure);

template <class Structure>
Decoded<Structure> decode_query(const Form& form) {
  Structure structure;
  if (Decoded<void> done = decode_query(form, target_of(structure)); !done) {
    return std::unexpected(std::move(done).error());
  }
  return structure;
}

}  // namespace mailrail::wire
