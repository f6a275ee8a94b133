// AWS JSON out: a structure, by its shape. Absent optionals and empty collections are left out.
//
// The second form is how AWS renders the answer to a Query request as JSON: a flattened map there
// is a list of entries, as in XML, and what is absent or empty is null.

#pragma once

#include <string>

#include "base/json.h"
#include "base/shape.h"

namespace mailrail::wire {

std::string encode_json(Source structure);

template <class Structure>
std::string encode_json(const Structure& structure) {
  return encode_json(source_of(structure));
}

void write_query_json(JsonWriter& json, Source structure);

}  // namespace mailrail::wire
