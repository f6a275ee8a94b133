// Strictness: whether the waiting times are kept that AWS has after a purge and a deletion.
//
// There both take up to a minute, and meanwhile another purge, or a queue of the same name, is
// refused. Here both are done at once and nobody needs to wait. Who wants to see that a client
// copes with being refused asks for it.

#pragma once

#include <cstdint>

namespace mailrail::engine {

enum class Strictness : std::uint8_t { lenient, aws };

}  // namespace mailrail::engine
