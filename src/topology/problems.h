// Problems: all that is wrong with a file, each a sentence that begins with where it is.
//
// A reader goes on after a mistake, so that whoever corrects a file sees them all at once.

#pragma once

#include <expected>
#include <string>
#include <vector>

namespace mailrail::topology {

using Problems = std::vector<std::string>;

template <class Value>
using Checked = std::expected<Value, Problems>;

}  // namespace mailrail::topology
