// Endpoints: where notifications go, by protocol: to a queue, named by its ARN, or to an HTTP
// server, named by its URL.
//
// Whether there is such a queue or server is not asked. The protocols by which AWS also delivers,
// and mailrail does not, are refused in words that say so.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/topic.h"

namespace mailrail::sns {

struct Endpoint {
  engine::Protocol protocol = engine::Protocol::sqs;
  std::string text;
  std::optional<engine::QueueName> queue;  // Of a queue.
};

Result<Endpoint> parse_endpoint(std::string_view protocol,
                                const std::optional<std::string>& endpoint);

// As it is shown: without the password that a URL may have.
std::string shown_endpoint(std::string_view text);

// A FIFO queue gets what is published to FIFO topics alone.
Result<void> check_endpoint(const Endpoint& endpoint, const engine::Topic& topic);

}  // namespace mailrail::sns
