// Actions on topics themselves: making, finding, configuring and deleting them.
// All of them are decided in one turn; deleting a topic deletes its subscriptions with it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/api_call.h"
#include "sns/pages.h"
#include "sns/tags.h"
#include "sns/target_topic.h"
#include "sns/topic_attributes.h"
#include "sns/topic_shapes.h"

namespace mailrail::sns {

// Who asks for a topic that there is gets it, if it is as was asked for.
struct CreateTopic {
  static constexpr std::string_view name = "CreateTopic";
  using Input = CreateTopicInput;
  using Output = CreateTopicOutput;
  struct Prepared {
    engine::TopicName topic;
    AttributeMap given;
    Result<engine::TopicAttributes> attributes;
    Result<TagMap> tags;
    const signing::KeyPair* signing_key = nullptr;  // Null: nothing to create.
  };
  using Decided = Nothing;

  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided&,
                               const Prepared& prepared,
                               const api::Context&,
                               const api::Bodies&);
};

// One that there is not is deleted without a word.
struct DeleteTopic {
  static constexpr std::string_view name = "DeleteTopic";
  using Input = DeleteTopicInput;
  using Output = Nothing;
  using Prepared = TargetTopic;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetTopic("TopicArn", *input.topic_arn, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& topic);
};

struct ListTopics {
  static constexpr std::string_view name = "ListTopics";
  static constexpr bool is_about_account = true;
  using Input = ListTopicsInput;
  using Output = ListTopicsOutput;
  struct Prepared {
    engine::TopicName first;  // In the caller's region and account.
    Result<std::optional<std::string>> after;
    auth::Caller caller;
  };
  struct Decided {
    std::vector<engine::TopicName> topics;
    bool has_more = false;
  };

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&);
};

struct GetTopicAttributes {
  static constexpr std::string_view name = "GetTopicAttributes";
  using Input = GetTopicAttributesInput;
  using Output = GetTopicAttributesOutput;
  using Prepared = TargetTopic;
  struct Decided {
    AttributeMap attributes;
  };

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetTopic("TopicArn", *input.topic_arn, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& topic);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{.attributes = decided.attributes};
  }
};

struct SetTopicAttributes {
  static constexpr std::string_view name = "SetTopicAttributes";
  using Input = SetTopicAttributesInput;
  using Output = Nothing;
  struct Prepared {
    TargetTopic topic;
    std::string name;
    std::string value;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct GetDataProtectionPolicy {
  static constexpr std::string_view name = "GetDataProtectionPolicy";
  using Input = GetDataProtectionPolicyInput;
  using Output = GetDataProtectionPolicyOutput;
  using Prepared = TargetTopic;
  struct Decided {
    std::string policy;
  };

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetTopic("ResourceArn", *input.resource_arn, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& topic);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{.data_protection_policy = decided.policy};
  }
};

struct PutDataProtectionPolicy {
  static constexpr std::string_view name = "PutDataProtectionPolicy";
  using Input = PutDataProtectionPolicyInput;
  using Output = Nothing;
  struct Prepared {
    TargetTopic topic;
    std::string policy;
  };
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

}  // namespace mailrail::sns
