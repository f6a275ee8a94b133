#include "sns/subscriptions.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/limits.h"
#include "sns/characters.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

std::unexpected<Error> not_authorized(std::string_view action, std::string_view arn) {
  return fail(
      errors::authorization_error_kind,
      fmt::format("User is not authorized to perform: SNS:{} on resource: {}", action, shown(arn)));
}

const engine::Subscription* find_same(const engine::Topic& topic, const Endpoint& endpoint) {
  for (const auto& [id, each] : topic.subscriptions) {
    if (each->protocol == endpoint.protocol && each->endpoint == endpoint.text) return each;
  }
  return nullptr;
}

// Its token has lost its meaning.
bool has_lapsed(const engine::Subscription& subscription, Instant now) {
  return !subscription.is_confirmed() && now >= subscription.since + engine::confirmation_life;
}

Result<void> check_count(const engine::Topic& topic) {
  const std::size_t count_max = topic.attributes.is_fifo ? limits::fifo_subscriptions_max
                                                         : limits::standard_subscriptions_max;
  if (topic.subscriptions.size() < count_max) return {};
  return fail(errors::subscription_limit_exceeded_kind,
              fmt::format("Subscription limit exceeded: a topic of this type has at most {} "
                          "subscriptions.",
                          count_max));
}

Result<Subscribe::Decided> subscribe(engine::Engine& engine,
                                     engine::Turn& turn,
                                     const Subscribe::Prepared& prepared) {
  const engine::Topic& topic = *TRY(prepared.topic.find(engine));
  const Endpoint endpoint = TRY(prepared.endpoint);
  TRY(check_endpoint(endpoint, topic));
  const engine::SubscriptionAttributes attributes =
      TRY(attributes_for_subscribe({.topic = topic, .queue = endpoint.queue}, prepared.attributes));

  const engine::Subscription* same = find_same(topic, endpoint);
  if (same != nullptr && has_lapsed(*same, turn.now)) {
    engine.unsubscribe(turn, same->id);
    same = nullptr;
  }
  if (same != nullptr) {
    if (!has_the_same(same->attributes, prepared.attributes, attributes)) {
      return errors::invalid_parameter(
          {.parameter = "Attributes",
           .reason = "Subscription already exists with different attributes"});
    }
    return Subscribe::Decided{.topic = topic.name, .subscription = same->id, .state = same->state};
  }

  TRY(check_count(topic));
  TRY(check_filter_count(topic, attributes));
  const bool is_queue = endpoint.protocol == engine::Protocol::sqs;
  const auto state =
      is_queue ? engine::SubscriptionState::confirmed : engine::SubscriptionState::pending;
  const SubscriptionId made = engine.subscribe(turn, {.topic = topic.id,
                                                      .protocol = endpoint.protocol,
                                                      .endpoint = endpoint.text,
                                                      .queue = endpoint.queue,
                                                      .state = state,
                                                      .was_authenticated = is_queue,
                                                      .attributes = attributes});
  return Subscribe::Decided{.topic = topic.name, .subscription = made, .state = state};
}

// A token is as long as those that are made here, and hexadecimal.
Result<SubscriptionId> read_token(std::string_view token, const engine::Identity& identity) {
  const std::size_t size = identity.confirmation_token(SubscriptionId(1)).size();
  const bool is_hexadecimal = std::ranges::all_of(
      token, [](char each) { return is_letter_or_digit(each) && lower(each) <= 'f'; });
  if (token.size() != size || !is_hexadecimal)
    return fail(errors::invalid_parameter_kind, "Invalid token");
  const std::optional<SubscriptionId> subscription = identity.read_confirmation_token(token);
  if (!subscription) return errors::invalid_parameter("Token");
  return *subscription;
}

Result<ConfirmSubscription::Decided> confirm(engine::Engine& engine,
                                             engine::Turn& turn,
                                             const ConfirmSubscription::Prepared& prepared) {
  const engine::TopicName asked = TRY(prepared.topic);
  const SubscriptionId id = TRY(prepared.subscription);
  const engine::Subscription* subscription = engine.topics().find(id);
  if (subscription == nullptr || has_lapsed(*subscription, turn.now))
    return errors::invalid_parameter("Token");
  const engine::Topic& topic = *engine.topics().find(subscription->topic);
  if (topic.name.region != asked.region) return errors::invalid_parameter("Topic");
  const engine::Confirmation& confirmation = prepared.confirmation;
  if (confirmation.must_authenticate_unsubscribe && !confirmation.was_authenticated)
    return not_authorized("ConfirmSubscription", topic_arn(topic.name));
  if (!subscription->is_confirmed()) engine.confirm(turn, id, confirmation);
  return ConfirmSubscription::Decided{.topic = topic.name, .subscription = id};
}

}  // namespace

Subscribe::Prepared Subscribe::prepare(Input input, const api::Context& context) {
  return {.topic = TargetTopic("TopicArn", *input.topic_arn, context),
          .endpoint = parse_endpoint(*input.protocol, input.endpoint),
          .attributes = std::move(input.attributes),
          .returns_arn = input.return_subscription_arn};
}

api::Asked<Subscribe::Decided> Subscribe::decide(engine::Engine& engine,
                                                 engine::Turn& turn,
                                                 Prepared& prepared) {
  return subscribe(engine, turn, prepared);
}

Result<SubscribeOutput> Subscribe::finish(const Decided& decided,
                                          const Prepared& prepared,
                                          const api::Context& context,
                                          const api::Bodies&) {
  if (decided.state == engine::SubscriptionState::pending && !prepared.returns_arn)
    return Output{.subscription_arn = "pending confirmation"};
  return Output{.subscription_arn = subscription_arn(
                    decided.topic, context.identity->subscription_id(decided.subscription))};
}

ConfirmSubscription::Prepared ConfirmSubscription::prepare(Input input,
                                                           const api::Context& context) {
  const std::string authenticate = std::move(input.authenticate_on_unsubscribe).value_or("false");
  Prepared prepared{
      .topic = parse_topic_arn("TopicArn", *input.topic_arn),
      .subscription = read_token(*input.token, *context.identity),
      .confirmation = {.was_authenticated = context.caller.is_signed(),
                       .must_authenticate_unsubscribe = equal_ignoring_case(authenticate, "true")}};
  if (!prepared.topic) prepared.topic = errors::invalid_parameter("Topic");
  return prepared;
}

api::Asked<ConfirmSubscription::Decided> ConfirmSubscription::decide(engine::Engine& engine,
                                                                     engine::Turn& turn,
                                                                     Prepared& prepared) {
  return confirm(engine, turn, prepared);
}

Result<ConfirmSubscriptionOutput> ConfirmSubscription::finish(const Decided& decided,
                                                              const Prepared&,
                                                              const api::Context& context,
                                                              const api::Bodies&) {
  return Output{.subscription_arn = subscription_arn(
                    decided.topic, context.identity->subscription_id(decided.subscription))};
}

Unsubscribe::Prepared Unsubscribe::prepare(Input input, const api::Context& context) {
  return {.subscription = TargetSubscription(*input.subscription_arn, context),
          .arn = *input.subscription_arn,
          .is_signed = context.caller.is_signed()};
}

api::Asked<Nothing> Unsubscribe::decide(engine::Engine& engine,
                                        engine::Turn& turn,
                                        Prepared& prepared) {
  const Result<TargetSubscription::Found> found = prepared.subscription.find(engine);
  if (!found && found.error().kind == &errors::not_found_kind) return Nothing{};
  if (!found) return std::unexpected(found.error());
  if (found->subscription.must_authenticate_unsubscribe && !prepared.is_signed)
    return not_authorized("Unsubscribe", prepared.arn);
  engine.unsubscribe(turn, found->subscription.id);
  return Nothing{};
}

}  // namespace mailrail::sns
