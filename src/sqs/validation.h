// What a request must keep to before anybody looks at a queue: names, ids, ranges, characters,
// sizes.
//
// Pure functions over what was decoded, each with the words that AWS's clients are used to.

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mailrail::sqs {

enum class QueueType { standard, fifo };

Result<void> check_queue_name(std::string_view name, QueueType type);

// MessageGroupId, MessageDeduplicationId, ReceiveRequestAttemptId.
Result<void> check_token(std::string_view parameter, std::string_view value);

// The first character that AWS accepts in no text: control characters and what Unicode has set
// aside.
std::optional<char32_t> first_forbidden_character(std::string_view text);

Result<void> check_message_body(std::string_view body);

enum class MessageFrom { single_send, batch_entry };

// `bytes` as AWS counts them: body and user attributes. The maximum is the queue's.
Result<void> check_message_bytes(std::size_t bytes, std::size_t bytes_max, MessageFrom from);

// All entries of a SendMessageBatch together.
Result<void> check_batch_bytes(std::size_t bytes);

Result<void> check_delay_seconds(std::optional<int> seconds);
// Of a change; AWS words it otherwise for a receive.
Result<void> check_visibility_timeout(std::optional<int> seconds);
Result<void> check_receive_visibility_timeout(std::optional<int> seconds);
Result<void> check_wait_time_seconds(std::optional<int> seconds);
Result<void> check_max_number_of_messages(std::optional<int> count);
Result<void> check_max_results(std::optional<int> count);
Result<void> check_move_task_rate(std::optional<int> messages_per_second);
Result<void> check_move_tasks_listed(std::optional<int> count);

// What was sent as tags, how many a queue would then have, and what was sent to take them away by.
Result<void> check_tags(const std::map<std::string, std::string>& tags);
Result<void> check_tag_count(std::string_view queue_name, std::size_t count);
Result<void> check_tag_keys(std::span<const std::string> keys);

// The names in ReceiveMessage's AttributeNames and MessageSystemAttributeNames.
Result<void> check_message_system_attribute_names(std::span<const std::string> names);

// What is wrong with a batch as a whole: none or too many entries, then their ids. `action` is the
// batch action's name.
Result<void> check_batch_ids(std::string_view action, std::span<const std::string_view> ids);

template <class Entry>
Result<void> check_batch(std::string_view action, const std::vector<Entry>& entries) {
  std::vector<std::string_view> ids;
  ids.reserve(entries.size());
  for (const Entry& entry : entries) ids.push_back(entry.id);
  return check_batch_ids(action, ids);
}

}  // namespace mailrail::sqs
