// Consuming from a queue, as the commands do that take messages: receiving in batches, and deleting
// what was dealt with. Both ask for all that a message carries.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/client.h"
#include "sqs/message_shapes.h"

namespace mailrail::cli {

struct Taking {
  std::string queue_url;
  int messages_max = 10;  // At most ten come at once.
  std::optional<int> wait_seconds = {};
  std::optional<int> visibility_seconds = {};
};

Result<std::vector<sqs::Message>> receive_some(client::Client& client, const Taking& taking);

// How many of them could not be deleted.
Result<std::size_t> delete_all(client::Client& client,
                               const std::string& queue_url,
                               const std::vector<std::string>& receipt_handles);

}  // namespace mailrail::cli
