// Peeking at the messages of a queue, page by page, as `peek` and `export` do.
//
// Only mailrail can; what is seen stays where it is, and no receive is counted.

#pragma once

#include <map>
#include <string>

#include "admin/message_shapes.h"
#include "base/result.h"
#include "client/client.h"

namespace mailrail::cli {

inline constexpr int peeked_messages_max = 100;

Result<admin::PeekMessagesOutput> peek(client::Client& client,
                                       const admin::PeekMessagesInput& input);

// As people type the states of messages, and as the server has them.
std::map<std::string, std::string> message_states();

}  // namespace mailrail::cli
