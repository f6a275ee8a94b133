// Peeking at the messages of a queue, page by page, as `peek` and `export` do.
//
// Only mailrail can; what is seen stays where it is, and no receive is counted.

#pragma once

#include <optional>
#include <string>

#include "admin/message_shapes.h"
#include "base/result.h"
#include "client/client.h"

namespace mailrail::cli {

Result<admin::PeekMessagesOutput> peek(client::Client& client,
                                       const admin::PeekMessagesInput& input);

// The name that the administration has for a state, given as people type it: `inflight`.
std::optional<std::string> state_named(const std::optional<std::string>& typed);

}  // namespace mailrail::cli
