// What commands about topics come to.

#include "sim/carry_out.h"
#include "sim/fan_out.h"

namespace mailrail::sim {
namespace {

Reply create_topic(const Command& command, engine::Engine& engine, engine::Turn& turn) {
  if (const engine::Topic* topic = engine.topics().find(command.topic))
    return {.outcome = Outcome::topic_exists, .topic = topic->id};
  return {.topic = engine.create_topic(turn, command.topic, command.topic_attributes, {})};
}

const engine::Subscription* subscription_of(const engine::Topic& topic,
                                            const engine::QueueName& queue) {
  for (const auto& [id, subscription] : topic.subscriptions) {
    if (subscription->queue == queue) return subscription;
  }
  return nullptr;
}

Reply subscribe(const Command& command,
                const engine::Topic& topic,
                engine::Engine& engine,
                engine::Turn& turn) {
  if (const engine::Subscription* known = subscription_of(topic, command.queue))
    return {.outcome = Outcome::subscription_exists, .topic = topic.id, .subscription = known->id};
  const engine::SubscribeRequest request{.topic = topic.id,
                                         .endpoint = command.queue.name,
                                         .queue = command.queue,
                                         .state = engine::SubscriptionState::confirmed,
                                         .was_authenticated = true,
                                         .attributes = command.subscription};
  return {.topic = topic.id, .subscription = engine.subscribe(turn, request)};
}

// At a limit nothing is added, as with a send.
std::optional<Seq> publish(const Publication& publication,
                           const engine::Topic& topic,
                           engine::Engine& engine,
                           engine::Turn& turn) {
  engine::PublishRequest request{.topic = topic.id,
                                 .group = publication.group,
                                 .deduplication_id = publication.deduplication_id,
                                 .record = publication.text};
  if (const auto original = engine.original_of(turn.now, request)) return original;
  if (turn.full != nullptr) return std::nullopt;
  const auto targets = targets_of(engine, topic, publication);
  request.targets = targets;
  return engine.publish(turn, request).publication;
}

}  // namespace

Reply carry_out_about_topic(const Command& command, engine::Engine& engine, engine::Turn& turn) {
  if (command.action == Action::create_topic) return create_topic(command, engine, turn);
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
  const engine::Subscription* subscription = subscription_of(*topic, command.queue);
  if (subscription == nullptr)
    return {.outcome = Outcome::no_such_subscription, .topic = topic->id};
  reply.subscription = subscription->id;
  if (command.action == Action::unsubscribe) {
    engine.unsubscribe(turn, subscription->id);
  } else {
    engine.change_subscription(turn, subscription->id, command.subscription);
  }
  return reply;
}

}  // namespace mailrail::sim
