// What ListEvents takes and gives. Instants are milliseconds since 1970.
//
// What an event is called is ours and stays as it is: programs match on it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::admin {

struct ListEventsInput {
  std::optional<std::string> after;  // NextAfter of an answer, or `Latest`.
  std::string queue_url;             // Empty: of all.
  std::optional<std::string> message_group_id;
  std::vector<std::string> kinds;  // Empty: all.
  std::optional<int> max_results;
  std::optional<bool> show_bodies;

  static constexpr Field fields[] = {
      field<&ListEventsInput::after>("After"),
      field<&ListEventsInput::queue_url>("QueueUrl"),
      field<&ListEventsInput::message_group_id>("MessageGroupId"),
      field<&ListEventsInput::kinds>("Kinds"),
      field<&ListEventsInput::max_results>("MaxResults"),
      field<&ListEventsInput::show_bodies>("ShowBodies"),
  };
};

struct ListedEvent {
  std::string kind;
  std::int64_t timestamp = 0;
  std::string queue_name;
  std::optional<std::string> message_group_id;
  // Not of what happened to a whole conversation.
  std::optional<std::string> sequence_number;
  std::optional<std::int64_t> approximate_receive_count;
  // As long as the queue has the message.
  std::optional<std::string> message_id;
  std::optional<std::string> body;

  static constexpr Field fields[] = {
      field<&ListedEvent::kind>("Kind"),
      field<&ListedEvent::timestamp>("Timestamp"),
      field<&ListedEvent::queue_name>("QueueName"),
      field<&ListedEvent::message_group_id>("MessageGroupId"),
      field<&ListedEvent::sequence_number>("SequenceNumber"),
      field<&ListedEvent::approximate_receive_count>("ApproximateReceiveCount"),
      field<&ListedEvent::message_id>("MessageId"),
      field<&ListedEvent::body>("Body"),
  };
};

struct ListEventsOutput {
  std::vector<ListedEvent> events;
  std::string next_after;
  std::int64_t missed = 0;  // Happened behind After, and are kept no more.

  static constexpr Field fields[] = {
      field<&ListEventsOutput::events>("Events").shown_empty(),
      field<&ListEventsOutput::next_after>("NextAfter"),
      field<&ListEventsOutput::missed>("Missed"),
  };
};

}  // namespace mailrail::admin
