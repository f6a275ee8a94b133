// What the actions on queues take and give, described once for every protocol.
//
// Names, types and what is required are those of AWS's models; shapes_test compares them.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::sqs {

struct CreateQueueInput {
  std::string queue_name;
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::string> tags;

  static constexpr Field fields[] = {
      field<&CreateQueueInput::queue_name>("QueueName").required(),
      field<&CreateQueueInput::attributes>("Attributes")
          .flattened("Attribute")
          .entry("Name", "Value"),
      field<&CreateQueueInput::tags>("tags").flattened("Tag").entry("Key", "Value"),
  };
};

struct CreateQueueOutput {
  std::string queue_url;

  static constexpr Field fields[] = {
      field<&CreateQueueOutput::queue_url>("QueueUrl"),
  };
};

struct DeleteQueueInput {
  std::string queue_url;

  static constexpr Field fields[] = {
      field<&DeleteQueueInput::queue_url>("QueueUrl").required(),
  };
};

struct GetQueueUrlInput {
  std::string queue_name;
  std::optional<std::string> queue_owner_account;

  static constexpr Field fields[] = {
      field<&GetQueueUrlInput::queue_name>("QueueName").required(),
      field<&GetQueueUrlInput::queue_owner_account>("QueueOwnerAWSAccountId"),
  };
};

struct GetQueueUrlOutput {
  std::string queue_url;

  static constexpr Field fields[] = {
      field<&GetQueueUrlOutput::queue_url>("QueueUrl"),
  };
};

struct ListQueuesInput {
  std::optional<std::string> queue_name_prefix;
  std::optional<std::string> next_token;
  std::optional<int> max_results;

  static constexpr Field fields[] = {
      field<&ListQueuesInput::queue_name_prefix>("QueueNamePrefix"),
      field<&ListQueuesInput::next_token>("NextToken"),
      field<&ListQueuesInput::max_results>("MaxResults"),
  };
};

struct ListQueuesOutput {
  std::vector<std::string> queue_urls;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListQueuesOutput::queue_urls>("QueueUrls")
          .flattened("QueueUrl")
          .query_json("queueUrls"),
      field<&ListQueuesOutput::next_token>("NextToken"),
  };
};

struct ListDeadLetterSourceQueuesInput {
  std::string queue_url;
  std::optional<std::string> next_token;
  std::optional<int> max_results;

  static constexpr Field fields[] = {
      field<&ListDeadLetterSourceQueuesInput::queue_url>("QueueUrl").required(),
      field<&ListDeadLetterSourceQueuesInput::next_token>("NextToken"),
      field<&ListDeadLetterSourceQueuesInput::max_results>("MaxResults"),
  };
};

struct ListDeadLetterSourceQueuesOutput {
  std::vector<std::string> queue_urls;
  std::optional<std::string> next_token;

  static constexpr Field fields[] = {
      field<&ListDeadLetterSourceQueuesOutput::queue_urls>("queueUrls")
          .required()
          .flattened("QueueUrl")
          .shown_empty(),
      field<&ListDeadLetterSourceQueuesOutput::next_token>("NextToken"),
  };
};

struct GetQueueAttributesInput {
  std::string queue_url;
  std::vector<std::string> attribute_names;

  static constexpr Field fields[] = {
      field<&GetQueueAttributesInput::queue_url>("QueueUrl").required(),
      field<&GetQueueAttributesInput::attribute_names>("AttributeNames").flattened("AttributeName"),
  };
};

struct GetQueueAttributesOutput {
  std::map<std::string, std::string> attributes;

  static constexpr Field fields[] = {
      field<&GetQueueAttributesOutput::attributes>("Attributes")
          .flattened("Attribute")
          .entry("Name", "Value"),
  };
};

struct SetQueueAttributesInput {
  std::string queue_url;
  std::map<std::string, std::string> attributes;

  static constexpr Field fields[] = {
      field<&SetQueueAttributesInput::queue_url>("QueueUrl").required(),
      field<&SetQueueAttributesInput::attributes>("Attributes")
          .required()
          .flattened("Attribute")
          .entry("Name", "Value"),
  };
};

struct TagQueueInput {
  std::string queue_url;
  std::map<std::string, std::string> tags;

  static constexpr Field fields[] = {
      field<&TagQueueInput::queue_url>("QueueUrl").required(),
      field<&TagQueueInput::tags>("Tags").required().flattened("Tag").entry("Key", "Value"),
  };
};

struct UntagQueueInput {
  std::string queue_url;
  std::vector<std::string> tag_keys;

  static constexpr Field fields[] = {
      field<&UntagQueueInput::queue_url>("QueueUrl").required(),
      field<&UntagQueueInput::tag_keys>("TagKeys").required().flattened("TagKey"),
  };
};

struct ListQueueTagsInput {
  std::string queue_url;

  static constexpr Field fields[] = {
      field<&ListQueueTagsInput::queue_url>("QueueUrl").required(),
  };
};

struct ListQueueTagsOutput {
  std::map<std::string, std::string> tags;

  static constexpr Field fields[] = {
      field<&ListQueueTagsOutput::tags>("Tags").flattened("Tag").entry("Key", "Value"),
  };
};

struct AddPermissionInput {
  std::string queue_url;
  std::string label;
  std::vector<std::string> account_ids;
  std::vector<std::string> actions;

  static constexpr Field fields[] = {
      field<&AddPermissionInput::queue_url>("QueueUrl").required(),
      field<&AddPermissionInput::label>("Label").required(),
      field<&AddPermissionInput::account_ids>("AWSAccountIds").required().flattened("AWSAccountId"),
      field<&AddPermissionInput::actions>("Actions").required().flattened("ActionName"),
  };
};

struct RemovePermissionInput {
  std::string queue_url;
  std::string label;

  static constexpr Field fields[] = {
      field<&RemovePermissionInput::queue_url>("QueueUrl").required(),
      field<&RemovePermissionInput::label>("Label").required(),
  };
};

struct PurgeQueueInput {
  std::string queue_url;

  static constexpr Field fields[] = {
      field<&PurgeQueueInput::queue_url>("QueueUrl").required(),
  };
};

}  // namespace mailrail::sqs
