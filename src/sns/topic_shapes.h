// What the actions on topics take and give, described once for every protocol.
//
// Names, types and what is required are those of AWS's model; shapes_test compares them. Required
// texts are optionals here: SNS tells one that is empty from one that is missing.

#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::sns {

struct Tag {
  std::string key;
  std::string value;

  static constexpr Field fields[] = {
      field<&Tag::key>("Key").required(),
      field<&Tag::value>("Value").required(),
  };
};

struct CreateTopicInput {
  std::optional<std::string> name;
  std::map<std::string, std::string> attributes;
  std::vector<Tag> tags;
  std::optional<std::string> data_protection_policy;

  static constexpr Field fields[] = {
      field<&CreateTopicInput::name>("Name").required(),
      field<&CreateTopicInput::attributes>("Attributes"),
      field<&CreateTopicInput::tags>("Tags"),
      field<&CreateTopicInput::data_protection_policy>("DataProtectionPolicy"),
  };
};

struct CreateTopicOutput {
  std::string topic_arn;

  static constexpr Field fields[] = {
      field<&CreateTopicOutput::topic_arn>("TopicArn"),
  };
};

struct DeleteTopicInput {
  std::optional<std::string> topic_arn;

  static constexpr Field fields[] = {
      field<&DeleteTopicInput::topic_arn>("TopicArn").required(),
  };
};

struct ListTopicsInput {
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListTopicsInput::next_token>("NextToken"),
  };
};

struct ListedTopic {
  std::string topic_arn;

  static constexpr Field fields[] = {
      field<&ListedTopic::topic_arn>("TopicArn"),
  };
};

struct ListTopicsOutput {
  std::vector<ListedTopic> topics;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListTopicsOutput::topics>("Topics").shown_empty(),
      field<&ListTopicsOutput::next_token>("NextToken"),
  };
};

struct GetTopicAttributesInput {
  std::optional<std::string> topic_arn;

  static constexpr Field fields[] = {
      field<&GetTopicAttributesInput::topic_arn>("TopicArn").required(),
  };
};

struct GetTopicAttributesOutput {
  std::map<std::string, std::string> attributes;

  static constexpr Field fields[] = {
      field<&GetTopicAttributesOutput::attributes>("Attributes").shown_empty(),
  };
};

struct SetTopicAttributesInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> attribute_name;
  std::optional<std::string> attribute_value;

  static constexpr Field fields[] = {
      field<&SetTopicAttributesInput::topic_arn>("TopicArn").required(),
      field<&SetTopicAttributesInput::attribute_name>("AttributeName").required(),
      field<&SetTopicAttributesInput::attribute_value>("AttributeValue"),
  };
};

struct AddPermissionInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> label;
  std::vector<std::string> account_ids;
  std::vector<std::string> actions;

  static constexpr Field fields[] = {
      field<&AddPermissionInput::topic_arn>("TopicArn").required(),
      field<&AddPermissionInput::label>("Label").required(),
      field<&AddPermissionInput::account_ids>("AWSAccountId").required(),
      field<&AddPermissionInput::actions>("ActionName").required(),
  };
};

struct RemovePermissionInput {
  std::optional<std::string> topic_arn;
  std::optional<std::string> label;

  static constexpr Field fields[] = {
      field<&RemovePermissionInput::topic_arn>("TopicArn").required(),
      field<&RemovePermissionInput::label>("Label").required(),
  };
};

struct TagResourceInput {
  std::optional<std::string> resource_arn;
  std::vector<Tag> tags;

  static constexpr Field fields[] = {
      field<&TagResourceInput::resource_arn>("ResourceArn").required(),
      field<&TagResourceInput::tags>("Tags").required(),
  };
};

// Not Nothing: AWS answers with an empty result here, and SDKs look for it.
struct TagResourceOutput {
  static constexpr std::array<Field, 0> fields{};
};

struct UntagResourceInput {
  std::optional<std::string> resource_arn;
  std::vector<std::string> tag_keys;

  static constexpr Field fields[] = {
      field<&UntagResourceInput::resource_arn>("ResourceArn").required(),
      field<&UntagResourceInput::tag_keys>("TagKeys").required(),
  };
};

struct UntagResourceOutput {
  static constexpr std::array<Field, 0> fields{};
};

struct ListTagsForResourceInput {
  std::optional<std::string> resource_arn;

  static constexpr Field fields[] = {
      field<&ListTagsForResourceInput::resource_arn>("ResourceArn").required(),
  };
};

struct ListTagsForResourceOutput {
  std::vector<Tag> tags;

  static constexpr Field fields[] = {
      field<&ListTagsForResourceOutput::tags>("Tags").shown_empty(),
  };
};

struct GetDataProtectionPolicyInput {
  std::optional<std::string> resource_arn;

  static constexpr Field fields[] = {
      field<&GetDataProtectionPolicyInput::resource_arn>("ResourceArn").required(),
  };
};

struct GetDataProtectionPolicyOutput {
  std::string data_protection_policy;

  static constexpr Field fields[] = {
      field<&GetDataProtectionPolicyOutput::data_protection_policy>("DataProtectionPolicy"),
  };
};

struct PutDataProtectionPolicyInput {
  std::optional<std::string> resource_arn;
  std::optional<std::string> data_protection_policy;

  static constexpr Field fields[] = {
      field<&PutDataProtectionPolicyInput::resource_arn>("ResourceArn").required(),
      field<&PutDataProtectionPolicyInput::data_protection_policy>("DataProtectionPolicy")
          .required(),
  };
};

}  // namespace mailrail::sns
