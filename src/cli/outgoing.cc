#include "cli/outgoing.h"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/references.h"
#include "sqs/limits.h"
#include "wire/json_decode.h"

namespace mailrail::cli {
namespace {

struct Line {
  std::optional<std::string> body;
  std::optional<std::string> message_body;
  std::optional<std::string> message_group_id;
  std::optional<std::string> message_deduplication_id;
  std::optional<int> delay_seconds;
  std::map<std::string, std::string> attributes;
  sqs::MessageAttributes message_attributes;

  static constexpr Field fields[] = {
      field<&Line::body>("Body"),
      field<&Line::message_body>("MessageBody"),
      field<&Line::message_group_id>("MessageGroupId"),
      field<&Line::message_deduplication_id>("MessageDeduplicationId"),
      field<&Line::delay_seconds>("DelaySeconds"),
      field<&Line::attributes>("Attributes"),
      field<&Line::message_attributes>("MessageAttributes"),
  };
};

constexpr const char* trace_header = "AWSTraceHeader";

std::optional<std::string> find(const std::map<std::string, std::string>& in, const char* name) {
  const auto found = in.find(name);
  if (found == in.end()) return std::nullopt;
  return found->second;
}

void add_trace_header(Outgoing& message, const std::map<std::string, std::string>& attributes) {
  std::optional<std::string> header = find(attributes, trace_header);
  if (!header) return;
  message.message_system_attributes[trace_header] = {.string_value = std::move(header),
                                                     .data_type = "String"};
}

// As AWS counts.
std::size_t bytes_of(const Outgoing& message) {
  std::size_t bytes = message.message_body.size();
  for (const auto& [name, value] : message.message_attributes) {
    bytes += name.size() + value.data_type.size() + value.string_value.value_or("").size();
    if (value.binary_value) bytes += value.binary_value->bytes.size();
  }
  return bytes;
}

}  // namespace

Result<Outgoing> outgoing_of(std::string_view text) {
  auto line = wire::decode_json<Line>(text);
  if (!line) return fail(errors::usage, line.error().message());
  std::optional<std::string> body = line->body ? line->body : line->message_body;
  if (!body) return fail(errors::usage, "It has no Body.");
  Outgoing message{.message_body = *std::move(body),
                   .delay_seconds = line->delay_seconds,
                   .message_attributes = std::move(line->message_attributes),
                   .message_deduplication_id = std::move(line->message_deduplication_id),
                   .message_group_id = std::move(line->message_group_id)};
  if (!message.message_group_id)
    message.message_group_id = find(line->attributes, "MessageGroupId");
  if (!message.message_deduplication_id)
    message.message_deduplication_id = find(line->attributes, "MessageDeduplicationId");
  add_trace_header(message, line->attributes);
  return message;
}

Outgoing outgoing_of(const sqs::Message& received) {
  Outgoing message{.message_body = received.body,
                   .message_attributes = received.message_attributes,
                   .message_group_id = find(received.attributes, "MessageGroupId")};
  add_trace_header(message, received.attributes);
  return message;
}

bool Batch::has_room_for(const Outgoing& message) const {
  if (messages_.empty()) return true;
  return messages_.size() < sqs::limits::batch_entries_max &&
         bytes_ + bytes_of(message) <= sqs::limits::batch_bytes_max;
}

void Batch::add(Outgoing message) {
  bytes_ += bytes_of(message);
  messages_.push_back(std::move(message));
}

Result<sqs::SendMessageBatchOutput> Batch::send(client::Client& client,
                                                const std::string& queue_url) {
  sqs::SendMessageBatchInput input{.queue_url = queue_url, .entries = std::exchange(messages_, {})};
  bytes_ = 0;
  for (std::size_t i = 0; i < input.entries.size(); ++i)
    input.entries[i].id = fmt::to_string(i + 1);
  return client.ask<sqs::SendMessageBatchOutput>(
      client::Service::sqs, "SendMessageBatch", input,
      is_fifo(queue_url) ? client::Twice::harmless : client::Twice::harmful);
}

}  // namespace mailrail::cli
