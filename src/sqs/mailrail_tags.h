// The tags by which a queue is told what AWS has no attribute for: what they may say when they are
// set.
//
// What they mean is the engine's (on_poison.h, engine/queue_bounds.h). A key that begins as ours do
// and is none of them is refused, because a bound that is misspelt would hold nothing back.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mailrail::sqs {

Result<void> check_mailrail_tags(std::string_view queue_name,
                                 const std::map<std::string, std::string>& tags);

}  // namespace mailrail::sqs
