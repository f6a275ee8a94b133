#include "cli/consume.h"

#include <algorithm>

#include <fmt/format.h>

#include "sqs/batch_shapes.h"
#include "sqs/limits.h"

namespace mailrail::cli {

using client::Service;

Result<std::vector<sqs::Message>> receive_some(client::Client& client, const Taking& taking) {
  const sqs::ReceiveMessageInput input{
      .queue_url = taking.queue_url,
      .attribute_names = {"All"},
      .message_system_attribute_names = {},
      .message_attribute_names = {"All"},
      .max_number_of_messages =
          std::clamp(taking.messages_max, 1, sqs::limits::received_messages_max),
      .visibility_timeout = taking.visibility_seconds,
      .wait_time_seconds = taking.wait_seconds,
      .receive_request_attempt_id = {}};
  return TRY(client.ask<sqs::ReceiveMessageOutput>(Service::sqs, "ReceiveMessage", input)).messages;
}

Result<std::size_t> delete_all(client::Client& client,
                               const std::string& queue_url,
                               const std::vector<std::string>& receipt_handles) {
  std::size_t failed = 0;
  for (std::size_t begin = 0; begin < receipt_handles.size();
       begin += sqs::limits::batch_entries_max) {
    sqs::DeleteMessageBatchInput input{.queue_url = queue_url, .entries = {}};
    const std::size_t end =
        std::min(begin + sqs::limits::batch_entries_max, receipt_handles.size());
    for (std::size_t i = begin; i < end; ++i)
      input.entries.push_back({.id = fmt::to_string(i + 1), .receipt_handle = receipt_handles[i]});
    const auto output =
        TRY(client.ask<sqs::DeleteMessageBatchOutput>(Service::sqs, "DeleteMessageBatch", input));
    failed += output.failed.size();
  }
  return failed;
}

}  // namespace mailrail::cli
