// Message attributes of SNS: which are valid, what they count, and how filters and records see
// them. What they say in words is SNS's, not SQS's.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sns/filter_event.h"
#include "sns/message_shapes.h"
#include "sns/publication.h"

namespace mailrail::sns {

// `place` is where they were given: `messageAttributes`.
Result<void> check_message_attributes(const MessageAttributes& attributes, std::string_view place);

// What they add to a message's size: the bytes of name, data type and value.
std::size_t counted_bytes(const MessageAttributes& attributes);

// Both lend what they are made from, which has to be valid.
std::vector<EventAttribute> event_attributes(const MessageAttributes& attributes);
std::vector<PublishedAttribute> published_attributes(const MessageAttributes& attributes);

}  // namespace mailrail::sns
