// The name that was probably meant: of those there are, the one that the fewest slips of a hand
// turn into what was typed.
//
// For sentences like `Did you mean "disk_limit"?`. It says nothing rather than guess wildly.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mailrail {

// Slips are a letter too many, too few, another one, or two that swapped places; a third of the
// letters may be wrong, and one always. The first of several that are as near.
std::optional<std::string> nearest(std::string_view typed, std::span<const std::string> names);

// ` Did you mean "NAME"?`, or nothing.
std::string did_you_mean(std::string_view typed, std::span<const std::string> names);

}  // namespace mailrail
