// ReplayPolicy: from when to when what a FIFO topic has archived is to be delivered again.
//
// mailrail archives nothing, so one is checked and kept, and has no effect. The reason of an error
// is without the attribute's name before it.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace mailrail::sns {

// `{"PointType": "Timestamp", "StartingPoint": TIME, "EndingPoint": TIME}`, the last if wanted, as
// it is to be kept: `{}` and an empty text take it away.
Result<std::string> read_replay_policy(std::string_view value);

}  // namespace mailrail::sns
