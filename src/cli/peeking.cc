#include "cli/peeking.h"

#include <cctype>

namespace mailrail::cli {

Result<admin::PeekMessagesOutput> peek(client::Client& client,
                                       const admin::PeekMessagesInput& input) {
  return client.ask<admin::PeekMessagesOutput>(client::Service::mailrail, "PeekMessages", input);
}

std::optional<std::string> state_named(const std::optional<std::string>& typed) {
  if (!typed || typed->empty()) return std::nullopt;
  if (*typed == "inflight") return "InFlight";
  std::string name = *typed;
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

}  // namespace mailrail::cli
