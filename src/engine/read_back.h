// What comes back from the log for messages, and what a receive's answer may still show when some
// of it is damaged.
//
// These look at no state, so that whoever reads bodies back may use them beside the engine.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace mailrail::engine {

// The message's Sent fact, if these bytes are it, unharmed. Views in it point into them.
Result<Sent> read_sent(std::string_view bytes, const ReceivedMessage& message);
Result<Sent> read_sent(std::string_view bytes, const OldBody& message);

// Which messages of an answer are left out of it when some are damaged: these and, on a FIFO queue,
// all behind them in their conversations. One element for each message, in their order.
std::vector<bool> left_out(std::span<const ReceivedMessage> messages, std::vector<bool> damaged);

}  // namespace mailrail::engine
