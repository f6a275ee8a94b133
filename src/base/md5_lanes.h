// Several MD5s at once: one for each lane of a vector.
//
// One digest is a chain of steps that each wait for the one before, so a processor is mostly idle
// within it; sixteen side by side take hardly longer than three. Steps and constants are RFC
// 1321's; md5() says the same of one text, and a test compares them.

#pragma once

#include <span>
#include <string_view>

#include "base/digest.h"

namespace mailrail {

// As many digests as texts.
void md5_of_each(std::span<const std::string_view> texts, std::span<Md5> digests);

}  // namespace mailrail
