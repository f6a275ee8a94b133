// What the actions on subscriptions take and give, described once for every protocol.
//
// Names, types and what is required are those of AWS's model; shapes_test compares them. Required
// texts are optionals here: SNS tells one that is empty from one that is missing.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::sns {

struct SubscribeInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> protocol;
  std::optional<std::string> endpoint;
  std::map<std::string, std::string> attributes;
  bool return_subscription_arn = false;

  static constexpr Field fields[] = {
      field<&SubscribeInput::topic_arn>("TopicArn").required(),
      field<&SubscribeInput::protocol>("Protocol").required(),
      field<&SubscribeInput::endpoint>("Endpoint"),
      field<&SubscribeInput::attributes>("Attributes"),
      field<&SubscribeInput::return_subscription_arn>("ReturnSubscriptionArn"),
  };
};

struct SubscribeOutput {
  std::string subscription_arn;

  static constexpr Field fields[] = {
      field<&SubscribeOutput::subscription_arn>("SubscriptionArn"),
  };
};

struct ConfirmSubscriptionInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> token;
  std::optional<std::string> authenticate_on_unsubscribe;

  static constexpr Field fields[] = {
      field<&ConfirmSubscriptionInput::topic_arn>("TopicArn").required(),
      field<&ConfirmSubscriptionInput::token>("Token").required(),
      field<&ConfirmSubscriptionInput::authenticate_on_unsubscribe>("AuthenticateOnUnsubscribe"),
  };
};

struct ConfirmSubscriptionOutput {
  std::string subscription_arn;

  static constexpr Field fields[] = {
      field<&ConfirmSubscriptionOutput::subscription_arn>("SubscriptionArn"),
  };
};

struct UnsubscribeInput {
  std::optional<std::string> subscription_arn;

  static constexpr Field fields[] = {
      field<&UnsubscribeInput::subscription_arn>("SubscriptionArn").required(),
  };
};

struct GetSubscriptionAttributesInput {
  std::optional<std::string> subscription_arn;

  static constexpr Field fields[] = {
      field<&GetSubscriptionAttributesInput::subscription_arn>("SubscriptionArn").required(),
  };
};

struct GetSubscriptionAttributesOutput {
  std::map<std::string, std::string> attributes;

  static constexpr Field fields[] = {
      field<&GetSubscriptionAttributesOutput::attributes>("Attributes").shown_empty(),
  };
};

struct SetSubscriptionAttributesInput {
  std::optional<std::string> subscription_arn;
  std::optional<std::string> attribute_name;
  std::optional<std::string> attribute_value;

  static constexpr Field fields[] = {
      field<&SetSubscriptionAttributesInput::subscription_arn>("SubscriptionArn").required(),
      field<&SetSubscriptionAttributesInput::attribute_name>("AttributeName").required(),
      field<&SetSubscriptionAttributesInput::attribute_value>("AttributeValue"),
  };
};

struct ListedSubscription {
  std::string subscription_arn;
  std::string owner;
  std::string protocol;
  std::string endpoint;
  std::string topic_arn;

  static constexpr Field fields[] = {
      field<&ListedSubscription::subscription_arn>("SubscriptionArn"),
      field<&ListedSubscription::owner>("Owner"),
      field<&ListedSubscription::protocol>("Protocol"),
      field<&ListedSubscription::endpoint>("Endpoint"),
      field<&ListedSubscription::topic_arn>("TopicArn"),
  };
};

struct ListSubscriptionsInput {
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListSubscriptionsInput::next_token>("NextToken"),
  };
};

struct ListSubscriptionsOutput {
  std::vector<ListedSubscription> subscriptions;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListSubscriptionsOutput::subscriptions>("Subscriptions").shown_empty(),
      field<&ListSubscriptionsOutput::next_token>("NextToken"),
  };
};

struct ListSubscriptionsByTopicInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListSubscriptionsByTopicInput::topic_arn>("TopicArn").required(),
      field<&ListSubscriptionsByTopicInput::next_token>("NextToken"),
  };
};

using ListSubscriptionsByTopicOutput = ListSubscriptionsOutput;

}  // namespace mailrail::sns
