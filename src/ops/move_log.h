// Moving a log: a copy of all that it holds in another place, read back and compared.
//
// Both are at rest meanwhile. The source is left as a server leaves it that was started and
// stopped; the target holds the same state, or no server takes it for a log. Memory is that of two
// servers with these messages, while both are compared.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ops/copy_log.h"
#include "ops/held_log.h"
#include "ops/progress.h"

namespace mailrail::ops {

using MakeTarget = std::function<Result<std::unique_ptr<TargetLog>>()>;

// The target is made when the source was read and there is nothing against it. The error is
// errors::corrupt if the source is damaged, or the copy not the same. `hash_seed` is any number.
Result<Copied> move_log(SourceLog& from,
                        const MakeTarget& make_target,
                        std::uint64_t hash_seed,
                        Progress& progress);

// For people: "3 queues, 1 topic and 1,234 messages (5.6 MiB)".
std::string text_of(const Copied& copied);

}  // namespace mailrail::ops
