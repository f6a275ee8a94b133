// Queues and topics as people name them: by name, by ARN, a queue by its URL, too.
//
// A queue becomes the URL that the service gives it, a topic its ARN. A name that nobody has is an
// error of kind not_found.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "client/client.h"

namespace mailrail::cli {

Result<std::string> queue_url_of(client::Client& client, const std::string& reference);
Result<std::string> topic_arn_of(client::Client& client, const std::string& reference);

// The last part of a URL or an ARN.
std::string name_in(std::string_view reference);

bool is_fifo(std::string_view reference);

// The ARN of a queue, given its URL.
Result<std::string> queue_arn_of(client::Client& client, const std::string& queue_url);

}  // namespace mailrail::cli
