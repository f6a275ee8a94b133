#include "sns/subscriptions.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/dead_letters.h"
#include "api/resource_policy.h"
#include "api/room.h"
#include "base/check.h"
#include "engine/limits.h"
#include "sns/characters.h"
#include "sns/limits.h"
#include "sns/publication.h"

namespace mailrail::sns {
namespace {

std::unexpected<Error> not_authorized(std::string_view action, std::string_view arn) {
  return fail(
      errors::authorization_error_kind,
      fmt::format("User is not authorized to perform: SNS:{} on resource: {}", action, shown(arn)));
}

// So that confirmations wait for each other alone: no message has a group of that name.
constexpr std::string_view confirmation_group = "subscription confirmation";

// Each is sent, however soon it follows another.
void send_confirmation(engine::Engine& engine,
                       engine::Turn& turn,
                       SubscriptionId subscription,
                       std::string_view record) {
  const std::string unique = fmt::format("{:016x}", turn.random.next());
  engine.send(turn, {.queue = engine.obtain_delivery_queue(turn, subscription),
                     .group = confirmation_group,
                     .deduplication_id = unique,
                     .record = record});
}

const engine::Subscription* find_same(const engine::Topic& topic,
                                      engine::Protocol protocol,
                                      std::string_view endpoint) {
  for (const auto& [id, each] : topic.subscriptions) {
    if (each->protocol == protocol && each->endpoint == endpoint) return each;
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

  const engine::Subscription* same = find_same(topic, endpoint.protocol, endpoint.text);
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
    Subscribe::Decided decided{.topic = topic.name, .subscription = same->id, .state = same->state};
    if (!same->is_confirmed()) {
      TRY(api::expect_room(turn));
      send_confirmation(engine, turn, same->id, prepared.confirmation);
    }
    return decided;
  }

  TRY(check_count(topic));
  TRY(check_filter_count(topic, attributes));
  const bool is_queue = !is_http(endpoint.protocol);
  if (!is_queue) TRY(api::expect_room(turn));
  const auto state =
      is_queue ? engine::SubscriptionState::confirmed : engine::SubscriptionState::pending;
  const SubscriptionId made = engine.subscribe(turn, {.topic = topic.id,
                                                      .protocol = endpoint.protocol,
                                                      .endpoint = endpoint.text,
                                                      .queue = endpoint.queue,
                                                      .state = state,
                                                      .was_authenticated = is_queue,
                                                      .attributes = attributes});
  if (!is_queue) send_confirmation(engine, turn, made, prepared.confirmation);
  return Subscribe::Decided{.topic = topic.name, .subscription = made, .state = state};
}

// A token is as long as those that are made here, and hexadecimal.
Result<engine::EndpointToken> read_token(std::string_view token, const engine::Identity& identity) {
  const std::size_t size =
      identity.endpoint_token(SubscriptionId(1), engine::TokenUse::confirm).size();
  const bool is_hexadecimal = std::ranges::all_of(
      token, [](char each) { return is_letter_or_digit(each) && lower(each) <= 'f'; });
  if (token.size() != size || !is_hexadecimal)
    return fail(errors::invalid_parameter_kind, "Invalid token");
  const std::optional<engine::EndpointToken> read = identity.read_endpoint_token(token);
  if (!read) return errors::invalid_parameter("Token");
  return *read;
}

// Its endpoint may have it back, unless it was subscribed anew meanwhile.
Result<void> check_restorable(const engine::Topic& topic,
                              const engine::Subscription& subscription) {
  if (find_same(topic, subscription.protocol, subscription.endpoint) != nullptr)
    return errors::invalid_parameter("Token");
  TRY(check_count(topic));
  return check_filter_count(topic, subscription.attributes);
}

// A confirmed one takes either: it was used before, and changes nothing.
bool is_good_for(const engine::EndpointToken& token, const engine::Subscription& subscription) {
  if (subscription.is_confirmed()) return true;
  return subscription.is_deactivated() == (token.use == engine::TokenUse::restore);
}

Result<ConfirmSubscription::Decided> confirm(engine::Engine& engine,
                                             engine::Turn& turn,
                                             const ConfirmSubscription::Prepared& prepared) {
  const engine::TopicName asked = TRY(prepared.topic);
  const engine::EndpointToken token = TRY(prepared.token);
  const SubscriptionId id = token.subscription;
  const engine::Subscription* subscription = engine.topics().find(id);
  if (subscription == nullptr || has_lapsed(*subscription, turn.now) ||
      !is_good_for(token, *subscription))
    return errors::invalid_parameter("Token");
  const engine::Topic& topic = *engine.topics().find(subscription->topic);
  if (topic.name.region != asked.region) return errors::invalid_parameter("Topic");
  engine::Confirmation confirmation = prepared.confirmation;
  if (confirmation.must_authenticate_unsubscribe && !confirmation.was_authenticated)
    return not_authorized("ConfirmSubscription", topic_arn(topic.name));
  if (subscription->is_deactivated()) {
    TRY(check_restorable(topic, *subscription));
    confirmation.must_authenticate_unsubscribe |= subscription->must_authenticate_unsubscribe;
  }
  if (!subscription->is_confirmed()) engine.confirm(turn, id, confirmation);
  return ConfirmSubscription::Decided{.topic = topic.name, .subscription = id};
}

// Into a queue that a policy does not keep.
Result<void> authorize_sending(const api::AccessRequest& request, const engine::QueueName& queue) {
  const engine::Queue* found = request.engine.find_queue(queue);
  if (found != nullptr && api::policy_of(request.engine, *found) != nullptr) return {};
  const auth::Right* right = auth::find_right("sqs", "SendMessage");
  CHECK(right != nullptr);
  return api::authorize(request, *right, {.about = auth::About::queue, .name = queue});
}

}  // namespace

Result<void> Subscribe::authorize(const api::AccessRequest& request, const Prepared& prepared) {
  if (!prepared.endpoint) return api::authorize(request, prepared.topic.subject());
  const Endpoint& endpoint = *prepared.endpoint;
  const std::array more = {
      auth::ContextValue{.key = "sns:Endpoint", .value = endpoint.text},
      auth::ContextValue{.key = "sns:Protocol", .value = name_of(endpoint.protocol)}};
  TRY(api::authorize(request, prepared.topic.subject(), more));
  if (const auto policy = prepared.attributes.find(std::string(attribute::redrive_policy));
      policy != prepared.attributes.end()) {
    if (const auto target = dead_letter_target_in(policy->second))
      TRY(api::authorize_dead_letters(request.context, *target));
  }
  if (!endpoint.queue) return {};
  return authorize_sending(request, *endpoint.queue);
}

Subscribe::Prepared Subscribe::prepare(Input input, const api::Context& context) {
  TargetTopic topic("TopicArn", *input.topic_arn, context);
  std::string confirmation =
      encode_confirmation(PublicationKind::subscription_confirmation,
                          topic.name.value_or(engine::TopicName()), context.endpoint);
  return {.topic = std::move(topic),
          .endpoint = parse_endpoint(*input.protocol, input.endpoint),
          .attributes = std::move(input.attributes),
          .confirmation = std::move(confirmation),
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
      .token = read_token(*input.token, *context.identity),
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

Result<void> Unsubscribe::authorize(const api::AccessRequest& request, const Prepared& prepared) {
  const Result<TargetSubscription::Found> found = prepared.subscription.find(request.engine);
  const bool is_link = !prepared.is_signed && found && is_http(found->subscription.protocol);
  if (is_link) return {};
  return api::authorize(request, prepared.subscription.subject());
}

Unsubscribe::Prepared Unsubscribe::prepare(Input input, const api::Context& context) {
  TargetSubscription subscription(*input.subscription_arn, context);
  const engine::TopicName topic =
      subscription.name ? subscription.name->topic : engine::TopicName();
  return {.subscription = std::move(subscription),
          .arn = *input.subscription_arn,
          .confirmation = encode_confirmation(PublicationKind::unsubscribe_confirmation, topic,
                                              context.endpoint),
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
  const SubscriptionId id = found->subscription.id;
  if (is_http(found->subscription.protocol) && found->subscription.is_confirmed()) {
    engine.deactivate(turn, id);
    send_confirmation(engine, turn, id, prepared.confirmation);
  } else {
    engine.unsubscribe(turn, id);
  }
  return Nothing{};
}

}  // namespace mailrail::sns
