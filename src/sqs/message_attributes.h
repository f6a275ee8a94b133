// Message attributes: which are valid, what they count, how they are digested, which of them a
// receive asks for.
//
// User attributes are a client's own; of system attributes a client may send one, AWSTraceHeader.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "sqs/message_attribute_value.h"

namespace mailrail::sqs {

Result<void> check_message_attributes(const MessageAttributes& attributes);
Result<void> check_message_system_attributes(const MessageAttributes& attributes);

// What user attributes add to a message's size: the bytes of name, data type and value, a binary
// value's undecoded.
std::size_t counted_bytes(const MessageAttributes& attributes);

// The digest that clients compare with their own, in hex; nothing where there are no attributes.
std::optional<std::string> md5_of(const MessageAttributes& attributes);

// Those that MessageAttributeNames asks for: `All`, `.*` and `*` ask for all, `prefix.*` for names
// that begin so, others for themselves. Names of attributes that aren't there mean nothing.
MessageAttributes selected(const MessageAttributes& attributes, std::span<const std::string> names);

}  // namespace mailrail::sqs
