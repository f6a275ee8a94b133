#include "cli/queue_counts.h"

#include <charconv>

#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

std::uint64_t number(const QueueAttributes& attributes, const char* name) {
  const auto found = attributes.find(name);
  std::uint64_t number = 0;
  if (found != attributes.end()) {
    const std::string& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), number);
  }
  return number;
}

}  // namespace

Result<QueueAttributes> queue_attributes_of(client::Client& client, const std::string& queue_url) {
  return TRY(client.ask<sqs::GetQueueAttributesOutput>(
                 client::Service::sqs, "GetQueueAttributes",
                 sqs::GetQueueAttributesInput{.queue_url = queue_url, .attribute_names = {"All"}}))
      .attributes;
}

QueueCounts counts_in(const QueueAttributes& attributes) {
  return {.visible = number(attributes, "ApproximateNumberOfMessages"),
          .in_flight = number(attributes, "ApproximateNumberOfMessagesNotVisible"),
          .delayed = number(attributes, "ApproximateNumberOfMessagesDelayed")};
}

Result<QueueCounts> queue_counts_of(client::Client& client, const std::string& queue_url) {
  return counts_in(TRY(queue_attributes_of(client, queue_url)));
}

}  // namespace mailrail::cli
