// What commands about topics come to.

#include <fmt/format.h>

#include "engine/limits.h"
#include "sim/carry_out.h"
#include "sim/endpoints.h"
#include "sim/fan_out.h"
#include "sns/publication.h"

namespace mailrail::sim {
namespace {

Reply create_topic(const Command& command, engine::Engine& engine, engine::Turn& turn) {
  if (const engine::Topic* topic = engine.topics().find(command.topic))
    return {.outcome = Outcome::topic_exists, .topic = topic->id};
  return {.topic = engine.create_topic(turn, command.topic, command.topic_attributes, {})};
}

const engine::Subscription* subscription_of(const engine::Topic& topic, const Command& command) {
  for (const auto& [id, subscription] : topic.subscriptions) {
    if (command.endpoint.empty() ? subscription->queue == command.queue
                                 : subscription->endpoint == command.endpoint)
      return subscription;
  }
  return nullptr;
}

void send_confirmation(engine::Engine& engine,
                       engine::Turn& turn,
                       const engine::Subscription& subscription,
                       sns::PublicationKind kind) {
  const engine::Topic& topic = *engine.topics().find(subscription.topic);
  engine.send(turn, {.queue = engine.obtain_delivery_queue(turn, subscription.id),
                     .group = "SubscriptionConfirmation",
                     .deduplication_id = fmt::format("{:016x}", turn.random.next()),
                     .record = sns::encode_confirmation(kind, topic.name, own_url)});
}

// An endpoint that has not confirmed is asked again.
Reply subscribe_endpoint(const Command& command,
                         const engine::Topic& topic,
                         engine::Engine& engine,
                         engine::Turn& turn) {
  const engine::Subscription* known = subscription_of(topic, command);
  Reply reply{.topic = topic.id};
  if (known != nullptr) {
    reply.outcome = Outcome::subscription_exists;
    reply.subscription = known->id;
    if (known->is_confirmed()) return reply;
  }
  if (turn.full()) return {.outcome = Outcome::refused, .topic = topic.id};
  if (known == nullptr) {
    reply.subscription = engine.subscribe(turn, {.topic = topic.id,
                                                 .protocol = engine::Protocol::http,
                                                 .endpoint = command.endpoint,
                                                 .attributes = command.subscription});
  }
  send_confirmation(engine, turn, *engine.topics().find(reply.subscription),
                    sns::PublicationKind::subscription_confirmation);
  return reply;
}

// One that was unsubscribed may have its subscription back, unless it has another meanwhile.
Reply confirm(const Command& command, engine::Engine& engine, engine::Turn& turn) {
  const auto token = engine.identity().read_endpoint_token(command.token);
  const engine::Subscription* known = token ? engine.topics().find(token->subscription) : nullptr;
  if (known == nullptr ||
      (!known->is_confirmed() && turn.now >= known->since + engine::confirmation_life))
    return {.outcome = Outcome::no_such_subscription};
  const engine::Topic& topic = *engine.topics().find(known->topic);
  Reply reply{.topic = topic.id, .subscription = known->id};
  Command same;
  same.endpoint = known->endpoint;
  if (known->is_deactivated() && subscription_of(topic, same) != nullptr) {
    reply.outcome = Outcome::subscription_exists;
  } else if (!known->is_confirmed()) {
    engine.confirm(turn, known->id, {});
  }
  return reply;
}

void unsubscribe(const engine::Subscription& subscription,
                 engine::Engine& engine,
                 engine::Turn& turn) {
  const SubscriptionId id = subscription.id;
  if (!is_http(subscription.protocol) || !subscription.is_confirmed())
    return engine.unsubscribe(turn, id);
  engine.deactivate(turn, id);
  send_confirmation(engine, turn, *engine.topics().find(id),
                    sns::PublicationKind::unsubscribe_confirmation);
}

Reply subscribe(const Command& command,
                const engine::Topic& topic,
                engine::Engine& engine,
                engine::Turn& turn) {
  if (!command.endpoint.empty()) return subscribe_endpoint(command, topic, engine, turn);
  if (const engine::Subscription* known = subscription_of(topic, command))
    return {.outcome = Outcome::subscription_exists, .topic = topic.id, .subscription = known->id};
  const engine::SubscribeRequest request{.topic = topic.id,
                                         .endpoint = command.queue.name,
                                         .queue = command.queue,
                                         .state = engine::SubscriptionState::confirmed,
                                         .was_authenticated = true,
                                         .attributes = command.subscription};
  return {.topic = topic.id, .subscription = engine.subscribe(turn, request)};
}

// At a limit, or a bound of one of its queues, nothing is added, as with a send.
std::optional<Seq> publish(const Publication& publication,
                           const engine::Topic& topic,
                           engine::Engine& engine,
                           engine::Turn& turn) {
  engine::PublishRequest request{.topic = topic.id,
                                 .group = publication.group,
                                 .deduplication_id = publication.deduplication_id,
                                 .record = publication.record()};
  if (const auto original = engine.original_of(turn.now, request)) return original;
  if (turn.full()) return std::nullopt;
  const auto targets = targets_of(engine, topic, publication);
  request.targets = targets;
  for (const engine::PublishTarget& each : targets) {
    if (engine.reached_bound(each.queue)) return std::nullopt;
  }
  return engine.publish(turn, request).publication;
}

}  // namespace

Reply carry_out_about_topic(const Command& command, engine::Engine& engine, engine::Turn& turn) {
  if (command.action == Action::create_topic) return create_topic(command, engine, turn);
  if (command.action == Action::confirm) return confirm(command, engine, turn);
  const engine::Topic* topic = engine.topics().find(command.topic);
  if (topic == nullptr) return {.outcome = Outcome::no_such_topic};
  Reply reply{.topic = topic->id};
  if (command.action == Action::subscribe) return subscribe(command, *topic, engine, turn);
  if (command.action == Action::delete_topic) {
    engine.delete_topic(turn, topic->id);
    return reply;
  }
  if (command.action == Action::publish) {
    for (const Publication& each : command.publications)
      reply.published.push_back(publish(each, *topic, engine, turn));
    return reply;
  }
  const engine::Subscription* subscription = subscription_of(*topic, command);
  if (subscription == nullptr)
    return {.outcome = Outcome::no_such_subscription, .topic = topic->id};
  reply.subscription = subscription->id;
  if (command.action == Action::unsubscribe) {
    unsubscribe(*subscription, engine, turn);
  } else {
    engine.change_subscription(turn, subscription->id, command.subscription);
  }
  return reply;
}

}  // namespace mailrail::sim
