// TargetSubscription: the subscription that a request is about, read from its ARN on the HTTP
// thread, looked up on the engine thread.
//
// The id in an ARN says which subscription it is, and could not have been guessed; the topic's part
// must be that of its topic. A link without credentials names one of any region.

#pragma once

#include <optional>
#include <string_view>

#include "api/access.h"
#include "base/result.h"
#include "engine/engine.h"
#include "sns/arn.h"
#include "sns/errors.h"

namespace mailrail::sns {

struct TargetSubscription {
  Result<SubscriptionName> name;
  std::optional<SubscriptionId> id;  // None that this server made.

  TargetSubscription(std::string_view arn, const api::Context& context)
      : name(parse_subscription_arn(arn)) {
    if (name) id = context.identity->read_subscription_id(name->id);
  }

  // Its topic.
  std::optional<api::Subject> subject() const {
    if (!name) return std::nullopt;
    return api::Subject{.about = auth::About::topic, .name = name->topic};
  }

  struct Found {
    const engine::Subscription& subscription;
    const engine::Topic& topic;
  };

  // Good for this turn.
  Result<Found> find(const engine::Engine& engine) const {
    if (!name) return std::unexpected(name.error());
    const engine::Subscription* subscription = id ? engine.topics().find(*id) : nullptr;
    if (subscription == nullptr || subscription->is_deactivated())
      return errors::subscription_not_found();
    const engine::Topic& topic = *engine.topics().find(subscription->topic);
    if (topic.name != name->topic) return errors::subscription_not_found();
    return Found{.subscription = *subscription, .topic = topic};
  }
};

}  // namespace mailrail::sns
