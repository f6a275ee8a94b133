// What the action on the filters of a topic's subscriptions takes and gives. The command line reads
// its answers by the same shapes.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"
#include "sns/message_shapes.h"

namespace mailrail::admin {

// The topic by its ARN, or by its name and region; without a region the caller's.
struct TestFilterInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> topic_name;
  std::optional<std::string> region;
  // What would be published, as SNS has it.
  std::optional<std::string> message;
  std::optional<std::string> message_structure;
  sns::MessageAttributes message_attributes;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&TestFilterInput::topic_arn>("TopicArn"),
      field<&TestFilterInput::topic_name>("TopicName"),
      field<&TestFilterInput::region>("Region"),
      field<&TestFilterInput::message>("Message"),
      field<&TestFilterInput::message_structure>("MessageStructure"),
      field<&TestFilterInput::message_attributes>("MessageAttributes").entry("Name", "Value"),
      field<&TestFilterInput::next_token>("NextToken"),
  };
};

struct TestedSubscription {
  std::string subscription_arn;
  std::string protocol;
  std::string endpoint;
  bool matches = false;  // It would get the message.
  bool pending_confirmation = false;
  std::optional<std::string> reason;  // Why it would not.

  static constexpr Field fields[] = {
      field<&TestedSubscription::subscription_arn>("SubscriptionArn"),
      field<&TestedSubscription::protocol>("Protocol"),
      field<&TestedSubscription::endpoint>("Endpoint"),
      field<&TestedSubscription::matches>("Matches"),
      field<&TestedSubscription::pending_confirmation>("PendingConfirmation"),
      field<&TestedSubscription::reason>("Reason"),
  };
};

struct TestFilterOutput {
  std::string topic_arn;
  std::vector<TestedSubscription> subscriptions;  // In the order in which they were made.
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&TestFilterOutput::topic_arn>("TopicArn"),
      field<&TestFilterOutput::subscriptions>("Subscriptions").shown_empty(),
      field<&TestFilterOutput::next_token>("NextToken"),
  };
};

}  // namespace mailrail::admin
