// What the actions on message move tasks take and give, described once for every protocol.
//
// Names, types and what is required are those of AWS's models; shapes_test compares them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::sqs {

struct StartMessageMoveTaskInput {
  std::string source_arn;
  std::optional<std::string> destination_arn;
  std::optional<int> max_number_of_messages_per_second;

  static constexpr Field fields[] = {
      field<&StartMessageMoveTaskInput::source_arn>("SourceArn").required(),
      field<&StartMessageMoveTaskInput::destination_arn>("DestinationArn"),
      field<&StartMessageMoveTaskInput::max_number_of_messages_per_second>(
          "MaxNumberOfMessagesPerSecond"),
  };
};

struct StartMessageMoveTaskOutput {
  std::string task_handle;

  static constexpr Field fields[] = {
      field<&StartMessageMoveTaskOutput::task_handle>("TaskHandle"),
  };
};

struct CancelMessageMoveTaskInput {
  std::string task_handle;

  static constexpr Field fields[] = {
      field<&CancelMessageMoveTaskInput::task_handle>("TaskHandle").required(),
  };
};

struct CancelMessageMoveTaskOutput {
  std::int64_t approximate_number_of_messages_moved = 0;

  static constexpr Field fields[] = {
      field<&CancelMessageMoveTaskOutput::approximate_number_of_messages_moved>(
          "ApproximateNumberOfMessagesMoved"),
  };
};

struct ListMessageMoveTasksInput {
  std::string source_arn;
  std::optional<int> max_results;

  static constexpr Field fields[] = {
      field<&ListMessageMoveTasksInput::source_arn>("SourceArn").required(),
      field<&ListMessageMoveTasksInput::max_results>("MaxResults"),
  };
};

struct MessageMoveTask {
  std::optional<std::string> task_handle;  // While it is running.
  std::string status;
  std::string source_arn;
  std::optional<std::string> destination_arn;
  std::optional<int> max_number_of_messages_per_second;
  std::int64_t approximate_number_of_messages_moved = 0;
  std::int64_t approximate_number_of_messages_to_move = 0;
  std::optional<std::string> failure_reason;
  std::int64_t started_timestamp = 0;

  static constexpr Field fields[] = {
      field<&MessageMoveTask::task_handle>("TaskHandle"),
      field<&MessageMoveTask::status>("Status"),
      field<&MessageMoveTask::source_arn>("SourceArn"),
      field<&MessageMoveTask::destination_arn>("DestinationArn"),
      field<&MessageMoveTask::max_number_of_messages_per_second>("MaxNumberOfMessagesPerSecond"),
      field<&MessageMoveTask::approximate_number_of_messages_moved>(
          "ApproximateNumberOfMessagesMoved"),
      field<&MessageMoveTask::approximate_number_of_messages_to_move>(
          "ApproximateNumberOfMessagesToMove"),
      field<&MessageMoveTask::failure_reason>("FailureReason"),
      field<&MessageMoveTask::started_timestamp>("StartedTimestamp"),
  };
};

struct ListMessageMoveTasksOutput {
  std::vector<MessageMoveTask> results;

  static constexpr Field fields[] = {
      field<&ListMessageMoveTasksOutput::results>("Results").flattened(
          "ListMessageMoveTasksResultEntry"),
  };
};

}  // namespace mailrail::sqs
