// How findings are told to people: one line each, with file, offset and what is wrong there, and
// how many more there are than are listed. What verify and salvage say is put together of these.

#pragma once

#include <string>

#include "ops/examination.h"

namespace mailrail::ops {

// A word in the singular or the plural: "1 queue", "1,200 queues".
std::string counted(std::uint64_t count, std::string_view noun);

std::string text_of(const log::Damage& damage);
std::string text_of(const Findings& findings);

// How the log was left, and how long it is.
std::string text_of(const log::Inspected& inspected, std::uint64_t facts, std::uint64_t records);

}  // namespace mailrail::ops
