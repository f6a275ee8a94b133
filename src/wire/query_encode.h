// AWS Query out: an action and its input as the form that a client posts, by its shape.
//
// Absent optionals and empty collections are left out. Every byte that a form may not carry as it
// is becomes a percent-escape.

#pragma once

#include <string>
#include <string_view>

#include "base/shape.h"

namespace mailrail::wire {

struct QueryAction {
  std::string_view name;     // `Publish`
  std::string_view version;  // Of the service's API, `2010-03-31`.
};

std::string encode_query(const QueryAction& action, Source structure);

template <class Structure>
std::string encode_query(const QueryAction& action, const Structure& structure) {
  return encode_query(action, source_of(structure));
}

}  // namespace mailrail::wire
