// ShownMessage: a message as any answer shows it, from what the engine knows of it and the bytes
// that the log has.
//
// It comes with all of its attributes and without a receipt handle: a receive hands one out and
// leaves out what was not asked for.

#pragma once

#include <string_view>

#include "api/context.h"
#include "base/result.h"
#include "engine/contents.h"
#include "engine/requests.h"
#include "sqs/message_shapes.h"

namespace mailrail::sqs {

// `bytes` are the message's whole Sent fact. The error says that they are not.
Result<Message> shown_message(const engine::ReceivedMessage& received,
                              std::string_view bytes,
                              engine::QueueType type,
                              const api::Context& context);

}  // namespace mailrail::sqs
