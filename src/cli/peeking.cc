#include "cli/peeking.h"

namespace mailrail::cli {

Result<admin::PeekMessagesOutput> peek(client::Client& client,
                                       const admin::PeekMessagesInput& input) {
  return client.ask<admin::PeekMessagesOutput>(client::Service::mailrail, "PeekMessages", input);
}

std::map<std::string, std::string> message_states() {
  return {{"visible", "Visible"}, {"inflight", "InFlight"}, {"delayed", "Delayed"},
          {"blocked", "Blocked"}, {"parked", "Parked"},     {"damaged", "Damaged"}};
}

}  // namespace mailrail::cli
