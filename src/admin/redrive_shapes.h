// What redrive takes and gives that AWS has no action for: that of chosen messages, and on a ramp.
//
// Names that AWS has are AWS's.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/shape.h"

namespace mailrail::admin {

struct RedriveMessagesInput {
  std::string queue_url;
  std::vector<std::string> message_ids;
  std::optional<std::string> destination_arn;  // Else each goes back to where it came from.
  std::optional<std::string> after;            // A sequence number: none of them is before it.

  static constexpr Field fields[] = {
      field<&RedriveMessagesInput::queue_url>("QueueUrl").required(),
      field<&RedriveMessagesInput::message_ids>("MessageIds").required(),
      field<&RedriveMessagesInput::destination_arn>("DestinationArn"),
      field<&RedriveMessagesInput::after>("After"),
  };
};

// Of one that is behind another of its conversation, which stays.
inline constexpr std::string_view why_blocked =
    "A message before it in its conversation cannot be moved now.";

struct RedrivenMessage {
  std::string message_id;  // That it had; if it was moved it has another one now.
  std::string outcome;     // `Moved`, or why not.
  std::optional<std::string> destination_arn;  // Where it is, if it was moved.
  std::optional<std::string> why;              // Else, in a sentence.

  static constexpr Field fields[] = {
      field<&RedrivenMessage::message_id>("MessageId"),
      field<&RedrivenMessage::outcome>("Outcome"),
      field<&RedrivenMessage::destination_arn>("DestinationArn"),
      field<&RedrivenMessage::why>("Why"),
  };
};

struct RedriveMessagesOutput {
  std::vector<RedrivenMessage> messages;  // In the order of their ids in the request.

  static constexpr Field fields[] = {
      field<&RedriveMessagesOutput::messages>("Messages").shown_empty(),
  };
};

// Its answer is StartMessageMoveTask's.
struct StartRampedMoveTaskInput {
  std::string source_arn;
  std::optional<std::string> destination_arn;
  // In the end. Optional so that a missing one can be told from 0.
  std::optional<int> max_number_of_messages_per_second;

  static constexpr Field fields[] = {
      field<&StartRampedMoveTaskInput::source_arn>("SourceArn").required(),
      field<&StartRampedMoveTaskInput::destination_arn>("DestinationArn"),
      field<&StartRampedMoveTaskInput::max_number_of_messages_per_second>(
          "MaxNumberOfMessagesPerSecond")
          .required(),
  };
};

}  // namespace mailrail::admin
