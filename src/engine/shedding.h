// Shedding: what a server whose memory runs out does without, and in which order: looks (peeks and
// tails), then new long polls, then sends. Whatever takes messages out it never does without.
//
// Looks and long polls take little of what the limit is about; but they are many where something
// stands still, and nothing gets better by them.

#pragma once

#include <cstdint>

namespace mailrail::engine {

struct MemoryUse {
  std::uint64_t used_bytes = 0;
  std::uint64_t limit_bytes = 0;
};

enum class Shed : std::uint8_t { nothing, looks, long_polls, sends };

// From 95 % on, 98 % and all of it.
constexpr Shed shed_at(const MemoryUse& use) {
  const auto left = use.used_bytes >= use.limit_bytes ? 0 : use.limit_bytes - use.used_bytes;
  if (left == 0) return Shed::sends;
  if (left <= use.limit_bytes / 50) return Shed::long_polls;
  if (left <= use.limit_bytes / 20) return Shed::looks;
  return Shed::nothing;
}

}  // namespace mailrail::engine
