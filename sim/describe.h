// What happened, in words: the lines that a broken seed shows and that a run's trace is made of.
//
// One line each, times in milliseconds since the first day of every run.

#pragma once

#include <string>

#include "engine/fact.h"
#include "sim/command.h"

namespace mailrail::sim {

inline constexpr Instant first_day = from_unix_ms(1'700'000'000'000);

std::string describe(Instant at);
std::string describe(const Command& command);
std::string describe(const engine::Fact& fact);

}  // namespace mailrail::sim
