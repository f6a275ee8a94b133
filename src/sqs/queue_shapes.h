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

struct PurgeQueueInput {
  std::string queue_url;

  static constexpr Field fields[] = {
      field<&PurgeQueueInput::queue_url>("QueueUrl").required(),
  };
};

}  // namespace mailrail::sqs
