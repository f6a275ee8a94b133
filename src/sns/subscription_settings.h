// Actions on subscriptions that there are: showing, configuring and listing them.
// A pending one is listed without its ARN, as AWS does.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api_call.h"
#include "sns/pages.h"
#include "sns/subscription_attributes.h"
#include "sns/subscription_shapes.h"
#include "sns/target_subscription.h"
#include "sns/target_topic.h"

namespace mailrail::sns {

struct GetSubscriptionAttributes {
  static constexpr std::string_view name = "GetSubscriptionAttributes";
  using Input = GetSubscriptionAttributesInput;
  using Output = GetSubscriptionAttributesOutput;
  using Prepared = TargetSubscription;
  struct Decided {
    AttributeMap attributes;
  };

  static Prepared prepare(Input input, const api::Context& context) {
    return TargetSubscription(*input.subscription_arn, context);
  }
  static api::Asked<Decided> decide(engine::Engine& engine,
                                    engine::Turn& turn,
                                    Prepared& subscription);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{.attributes = decided.attributes};
  }
};

struct SetSubscriptionAttributes {
  static constexpr std::string_view name = "SetSubscriptionAttributes";
  using Input = SetSubscriptionAttributesInput;
  using Output = Nothing;
  struct Prepared {
    TargetSubscription subscription;
    std::string name;
    std::string value;
  };
  using Decided = Nothing;

  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

struct SubscriptionPage {
  std::vector<ListedSubscription> subscriptions;
  std::optional<std::string> next_token;
};

// Those to the topics of the caller's region and account, in the order in which they were made.
struct ListSubscriptions {
  static constexpr std::string_view name = "ListSubscriptions";
  static constexpr bool is_about_account = true;
  using Input = ListSubscriptionsInput;
  using Output = ListSubscriptionsOutput;
  struct Prepared {
    auth::Caller caller;
    Result<SubscriptionId> after;
  };
  using Decided = SubscriptionPage;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& page,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{.subscriptions = page.subscriptions, .next_token = page.next_token};
  }
};

struct ListSubscriptionsByTopic {
  static constexpr std::string_view name = "ListSubscriptionsByTopic";
  using Input = ListSubscriptionsByTopicInput;
  using Output = ListSubscriptionsByTopicOutput;
  struct Prepared {
    TargetTopic topic;
    Result<SubscriptionId> after;
  };
  using Decided = SubscriptionPage;

  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& page,
                               const Prepared&,
                               const api::Context&,
                               const api::Bodies&) {
    return Output{.subscriptions = page.subscriptions, .next_token = page.next_token};
  }
};

}  // namespace mailrail::sns
