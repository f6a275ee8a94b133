#include "sqs/validation.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sqs/arn.h"
#include "sqs/characters.h"
#include "sqs/errors.h"
#include "sqs/limits.h"
#include "sqs/queue_attributes.h"

namespace mailrail::sqs {
namespace {

bool is_token_character(char character) { return character > ' ' && character < '\x7f'; }

// Unicode letters and digits are accepted without a table of them.
bool is_tag_character(char character) {
  return is_letter_or_digit(character) || is_beyond_ascii(character) ||
         std::string_view(" _.:/=+-@").contains(character);
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

Result<void> check_tag_key_size(std::string_view key) {
  if (!key.empty() && character_count(key) <= limits::tag_key_size_max) return {};
  return fail(errors::invalid_parameter_value,
              fmt::format("Tag keys must be between 1 and {} characters in length.",
                          limits::tag_key_size_max));
}

// So many bytes are looked at together first: the compiler makes few instructions of it.
constexpr std::size_t block_bytes = 64;

// Whether none of them is a control character, or begins one of those that are not for messages.
bool is_harmless(std::string_view block) {
  std::uint8_t suspects = 0;
  for (std::size_t i = 0; i < block_bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(block[i]);
    suspects = static_cast<std::uint8_t>(suspects | (byte < 0x20) | (byte == 0xef));
  }
  return suspects == 0;
}

struct Range {
  int min;
  int max;
};

// `reason` takes the range's two ends.
Result<void> check_range(std::string_view parameter,
                         std::optional<int> value,
                         Range range,
                         std::string_view reason) {
  if (!value || (*value >= range.min && *value <= range.max)) return {};
  return errors::invalid_parameter({.name = parameter, .value = fmt::to_string(*value)},
                                   fmt::format(fmt::runtime(reason), range.min, range.max));
}

}  // namespace

Result<void> check_queue_name(std::string_view name, QueueType type) {
  std::string_view stem = name;
  if (type == QueueType::fifo && is_fifo_name(name))
    stem.remove_suffix(std::string_view(".fifo").size());
  const bool has_suffix = stem.size() < name.size();
  if (!stem.empty() && name.size() <= limits::queue_name_size_max &&
      std::ranges::all_of(stem, is_name_character) && has_suffix == (type == QueueType::fifo)) {
    return {};
  }
  return fail(
      errors::invalid_parameter_value,
      type == QueueType::fifo
          ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
            "underscores, must end with .fifo suffix and be 1 to 80 in length."
          : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
}

Result<void> check_token(std::string_view parameter, std::string_view value) {
  if (!value.empty() && value.size() <= limits::token_size_max &&
      std::ranges::all_of(value, is_token_character)) {
    return {};
  }
  return errors::invalid_parameter(
      {.name = parameter, .value = value},
      fmt::format("{} can only include alphanumeric and punctuation characters. 1 to 128 in length",
                  parameter));
}

std::optional<char32_t> first_forbidden_character(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size(); begin += block_bytes) {
    const std::size_t end = std::min(begin + block_bytes, text.size());
    if (end - begin == block_bytes && is_harmless(text.substr(begin, block_bytes))) continue;
    for (std::size_t i = begin; i < end; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return byte;
      if (byte != 0xef) continue;
      const std::string_view three = text.substr(i, 3);
      if (three == "\xef\xbf\xbe") return U'\uFFFE';
      if (three == "\xef\xbf\xbf") return U'\uFFFF';
    }
  }
  return std::nullopt;
}

Result<void> check_message_body(std::string_view body) {
  if (body.empty()) return errors::missing_parameter("MessageBody");
  const std::optional<char32_t> forbidden = first_forbidden_character(body);
  if (!forbidden) return {};
  return fail(
      errors::invalid_message_contents,
      fmt::format(
          "Invalid binary character '#x{:X}' was found in the message body, the set of allowed "
          "characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
          static_cast<std::uint32_t>(*forbidden)));
}

Result<void> check_message_bytes(std::size_t bytes, std::size_t bytes_max, MessageFrom from) {
  if (bytes <= bytes_max) return {};
  return fail(
      errors::invalid_parameter_value,
      fmt::format("One or more parameters {}. Reason: Message must be shorter than {} bytes.",
                  from == MessageFrom::single_send ? "are invalid" : "cannot be validated",
                  bytes_max));
}

Result<void> check_batch_bytes(std::size_t bytes) {
  if (bytes <= limits::batch_bytes_max) return {};
  return fail(errors::batch_request_too_long,
              fmt::format("Batch requests cannot be longer than {} bytes. You have sent {} bytes.",
                          limits::batch_bytes_max, bytes));
}

Result<void> check_delay_seconds(std::optional<int> seconds) {
  return check_range("DelaySeconds", seconds, {0, limits::delay_seconds_max},
                     "DelaySeconds must be >= {} and <= {}");
}

Result<void> check_visibility_timeout(std::optional<int> seconds) {
  return check_range("VisibilityTimeout", seconds, {0, limits::visibility_seconds_max},
                     "VisibilityTimeout must be an integer between {} and {}");
}

Result<void> check_receive_visibility_timeout(std::optional<int> seconds) {
  return check_range("VisibilityTimeout", seconds, {0, limits::visibility_seconds_max},
                     "Must be >= {} and <= {}, if provided");
}

Result<void> check_wait_time_seconds(std::optional<int> seconds) {
  return check_range("WaitTimeSeconds", seconds, {0, limits::wait_seconds_max},
                     "Must be >= {} and <= {}, if provided");
}

Result<void> check_max_number_of_messages(std::optional<int> count) {
  return check_range("MaxNumberOfMessages", count, {1, limits::received_messages_max},
                     "Must be between {} and {}, if provided");
}

Result<void> check_max_results(std::optional<int> count) {
  if (!count || (*count >= 1 && *count <= limits::list_queues_page_max)) return {};
  return fail(
      errors::invalid_parameter_value,
      fmt::format("Value for parameter MaxResults is invalid. Reason: MaxResults must be an "
                  "integer between 1 and {}.",
                  limits::list_queues_page_max));
}

Result<void> check_tag_count(std::string_view queue_name, std::size_t count) {
  if (count <= limits::tags_max) return {};
  return fail(errors::invalid_parameter_value,
              fmt::format("Too many tags added for queue {}. Maximum number of tags is {}.",
                          queue_name, limits::tags_max));
}

Result<void> check_move_task_rate(std::optional<int> messages_per_second) {
  return check_range("MaxNumberOfMessagesPerSecond", messages_per_second,
                     {1, limits::move_task_rate_max}, "Must be between {} and {}, if provided");
}

Result<void> check_move_tasks_listed(std::optional<int> count) {
  return check_range("MaxResults", count, {1, limits::move_tasks_listed_max},
                     "Must be between {} and {}, if provided");
}

Result<void> check_tags(const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) {
    TRY(check_tag_key_size(key));
    const errors::Parameter tag_key{.name = "Tag.Key", .value = key};
    if (begins_ignoring_case(key, "aws:"))
      return errors::invalid_parameter(tag_key, "Tag keys must not start with 'aws:'");
    if (!std::ranges::all_of(key, is_tag_character)) {
      return errors::invalid_parameter(
          tag_key,
          "Tag keys can only include letters, digits, spaces and the characters _ . : / = + - @");
    }
    if (character_count(value) > limits::tag_value_size_max ||
        !std::ranges::all_of(value, is_tag_character)) {
      return errors::invalid_parameter(
          {.name = "Tag.Value", .value = value},
          "Tag values must be between 0 and 256 characters in length and can only "
          "include letters, digits, spaces and the characters _ . : / = + - @");
    }
  }
  return {};
}

// A key that no tag can have is like one that this queue has not: nothing to take away.
Result<void> check_tag_keys(std::span<const std::string> keys) {
  if (keys.empty()) return errors::missing_parameter("TagKeys");
  for (const std::string& key : keys) TRY(check_tag_key_size(key));
  return {};
}

Result<void> check_message_system_attribute_names(std::span<const std::string> names) {
  static constexpr std::string_view known[] = {"All",
                                               "SenderId",
                                               "SentTimestamp",
                                               "ApproximateReceiveCount",
                                               "SequenceNumber",
                                               "MessageGroupId",
                                               "MessageDeduplicationId",
                                               "ApproximateFirstReceiveTimestamp",
                                               "AWSTraceHeader",
                                               "DeadLetterQueueSourceArn"};
  for (const std::string& name : names) {
    // AttributeNames shares its type with GetQueueAttributes; a queue's attribute is one that the
    // message lacks.
    if (std::ranges::find(known, name) == std::end(known) && !is_queue_attribute(name)) {
      return errors::unknown_attribute(name);
    }
  }
  return {};
}

Result<void> check_batch_ids(std::string_view action, std::span<const std::string_view> ids) {
  if (ids.empty()) {
    return fail(errors::empty_batch_request,
                fmt::format("There should be at least one {}RequestEntry in the request.", action));
  }
  if (ids.size() > limits::batch_entries_max) {
    return fail(errors::too_many_entries_in_batch_request,
                fmt::format("Maximum number of entries per request are {}. You have sent {}.",
                            limits::batch_entries_max, ids.size()));
  }
  for (const std::string_view id : ids) {
    if (id.empty() || id.size() > limits::batch_entry_id_size_max ||
        !std::ranges::all_of(id, is_name_character)) {
      return fail(errors::invalid_batch_entry_id,
                  "A batch entry id can only contain alphanumeric characters, hyphens and "
                  "underscores. It can be at "
                  "most 80 letters long.");
    }
  }
  std::set<std::string_view> distinct;
  for (const std::string_view id : ids) {
    if (!distinct.insert(id).second) {
      return fail(errors::batch_entry_ids_not_distinct, fmt::format("Id {} repeated.", id));
    }
  }
  return {};
}

}  // namespace mailrail::sqs
