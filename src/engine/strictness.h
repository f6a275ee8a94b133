// Strictness: whether what AWS refuses is refused even where nothing here demands it.
//
// After a purge and a deletion there are waiting times: both take up to a minute there, and
// meanwhile another purge, or a queue of the same name, is refused. And a queue without a policy
// takes nothing from topics. Here purges and deletions are done at once, and such a queue takes
// everything. Who wants to see how a client or a setup fares on AWS asks for it.

#pragma once

#include <cstdint>

namespace mailrail::engine {

enum class Strictness : std::uint8_t { lenient, aws };

}  // namespace mailrail::engine
