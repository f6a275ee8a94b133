// How many messages a queue has, as everybody counts them: by its attributes. The numbers are
// approximate on AWS and exact here.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "client/client.h"

namespace mailrail::cli {

struct QueueCounts {
  std::uint64_t visible = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t delayed = 0;

  std::uint64_t all() const { return visible + in_flight + delayed; }
};

using QueueAttributes = std::map<std::string, std::string>;

Result<QueueAttributes> queue_attributes_of(client::Client& client, const std::string& queue_url);
QueueCounts counts_in(const QueueAttributes& attributes);
Result<QueueCounts> queue_counts_of(client::Client& client, const std::string& queue_url);

}  // namespace mailrail::cli
