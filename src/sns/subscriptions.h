// Subscribe, ConfirmSubscription and Unsubscribe: how a subscription begins and ends.
//
// A queue's is confirmed at once. An HTTP endpoint proves by a token, which it is sent, that it
// wants to be notified; until then the subscription is pending, and two days later it is as if it
// had never been asked for. When somebody ends its subscription the endpoint is told so, and for
// two days it may have it back by the same token. What it is sent waits in its delivery queue.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/api_call.h"
#include "sns/endpoint.h"
#include "sns/subscription_attributes.h"
#include "sns/subscription_shapes.h"
#include "sns/target_subscription.h"
#include "sns/target_topic.h"

namespace mailrail::sns {

// Who asks for a subscription that there is gets it, if it is as was asked for.
struct Subscribe {
  static constexpr std::string_view name = "Subscribe";
  using Input = SubscribeInput;
  using Output = SubscribeOutput;
  struct Prepared {
    TargetTopic topic;
    Result<Endpoint> endpoint;
    AttributeMap attributes;
    std::string confirmation;  // A record: what asks an HTTP endpoint to confirm.
    bool returns_arn = false;  // Of a pending subscription too.
  };
  struct Decided {
    engine::TopicName topic;
    SubscriptionId subscription;
    engine::SubscriptionState state;
  };

  // A queue that has no policy takes whatever topic sends: who brings it one must be one to send.
  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

struct ConfirmSubscription {
  static constexpr std::string_view name = "ConfirmSubscription";
  using Input = ConfirmSubscriptionInput;
  using Output = ConfirmSubscriptionOutput;
  struct Prepared {
    Result<engine::TopicName> topic;  // Of its region alone: AWS looks at no more of it.
    Result<engine::EndpointToken> token;
    engine::Confirmation confirmation;
  };
  struct Decided {
    engine::TopicName topic;
    SubscriptionId subscription;
  };

  static std::optional<api::Subject> subject(const Prepared& prepared) {
    return topic_subject(prepared.topic);
  }
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
  static Result<Output> finish(const Decided& decided,
                               const Prepared&,
                               const api::Context& context,
                               const api::Bodies&);
};

// One that there is not is ended without a word.
struct Unsubscribe {
  static constexpr std::string_view name = "Unsubscribe";
  using Input = UnsubscribeInput;
  using Output = Nothing;
  struct Prepared {
    TargetSubscription subscription;
    std::string arn;
    std::string confirmation;  // A record: what tells an HTTP endpoint, and asks whether it agrees.
    bool is_signed = false;
  };
  using Decided = Nothing;

  // The link that an HTTP endpoint is sent works without a key: its id cannot be guessed.
  static Result<void> authorize(const api::AccessRequest& request, const Prepared& prepared);
  static Prepared prepare(Input input, const api::Context& context);
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared& prepared);
};

}  // namespace mailrail::sns
