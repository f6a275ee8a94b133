// Two directories of a command, of which one is made of what is in the other.
//
// Neither may be in the way of the other, or what is made would become part of what it is made of.

#pragma once

#include <string>

#include "base/result.h"

namespace mailrail::cli {

// Refuses a second one that is the first, or in it, whatever links lead there.
Result<void> expect_apart(const std::string& from, const std::string& to);

}  // namespace mailrail::cli
