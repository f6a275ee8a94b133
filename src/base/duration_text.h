// Durations as people write and read them: 500ms, 30s, 1h30m, 14d.
//
// Units are said out loud, from the longest to the shortest, each at most once; a bare number would
// be guessed at, so it is no duration.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mailrail {

// Nothing if it is anything else or does not fit.
std::optional<Duration> parse_duration(std::string_view text);

// Of what is not negative, so that parse_duration() reads it: "1h30m", "0s".
std::string duration_text(Duration duration);

}  // namespace mailrail
