// How often this thread has asked for memory, in the test binary that this is linked into.
//
// It replaces operator new for the whole binary, or listens to a sanitizer's. Nothing here is
// part of mailrail itself.

#pragma once

#include <cstddef>

namespace mailrail::sns {

std::size_t allocation_count();

}  // namespace mailrail::sns
