// The tag that says what a FIFO queue does with poison: ours, not AWS's.
//
// It is a tag and no attribute, so that the same template is harmless on AWS. Here is its spelling;
// what it means is the engine's. On a standard queue it may be set and has no effect, because one
// often tags all queues alike.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/queue_attributes.h"

namespace mailrail::sqs {

inline constexpr std::string_view on_poison_tag = "mailrail:on-poison";

// What the tags of a queue say; an error if they say something else than there is.
Result<engine::OnPoison> on_poison_of(const std::map<std::string, std::string>& tags);

}  // namespace mailrail::sqs
