// Deciding about topics and subscriptions. Whether what is asked for exists already was compared
// before, by the service whose words it is in.

#include "base/check.h"
#include "engine/engine.h"

namespace mailrail::engine {

TopicId Engine::create_topic(Turn& turn,
                             const TopicName& name,
                             const TopicAttributes& attributes,
                             const std::map<std::string, std::string>& tags) {
  CHECK(topics_.find(name) == nullptr);
  const TopicId topic(topics_.last_topic().value() + 1);
  record(turn,
         TopicCreated{
             .topic = topic, .at = turn.now, .name = name, .attributes = attributes, .tags = tags});
  return topic;
}

void Engine::change_topic(Turn& turn,
                          TopicId topic,
                          const TopicAttributes& attributes,
                          const std::map<std::string, std::string>& tags) {
  CHECK(topics_.find(topic) != nullptr);
  record(turn,
         TopicChanged{.topic = topic, .at = turn.now, .attributes = attributes, .tags = tags});
}

void Engine::delete_topic(Turn& turn, TopicId topic) {
  CHECK(topics_.find(topic) != nullptr);
  record(turn, TopicDeleted{.topic = topic, .at = turn.now});
}

SubscriptionId Engine::subscribe(Turn& turn, const SubscribeRequest& request) {
  CHECK(topics_.find(request.topic) != nullptr);
  const SubscriptionId subscription(topics_.last_subscription().value() + 1);
  record(turn, SubscriptionCreated{.subscription = subscription,
                                   .topic = request.topic,
                                   .at = turn.now,
                                   .protocol = request.protocol,
                                   .endpoint = std::string(request.endpoint),
                                   .queue = request.queue,
                                   .state = request.state,
                                   .was_authenticated = request.was_authenticated,
                                   .attributes = request.attributes});
  return subscription;
}

void Engine::change_subscription(Turn& turn,
                                 SubscriptionId subscription,
                                 const SubscriptionAttributes& attributes) {
  CHECK(topics_.find(subscription) != nullptr);
  record(turn, SubscriptionChanged{
                   .subscription = subscription, .at = turn.now, .attributes = attributes});
}

void Engine::confirm(Turn& turn, SubscriptionId subscription, const Confirmation& confirmation) {
  CHECK(topics_.find(subscription) != nullptr);
  record(turn, SubscriptionConfirmed{
                   .subscription = subscription,
                   .at = turn.now,
                   .was_authenticated = confirmation.was_authenticated,
                   .must_authenticate_unsubscribe = confirmation.must_authenticate_unsubscribe});
}

void Engine::unsubscribe(Turn& turn, SubscriptionId subscription) {
  CHECK(topics_.find(subscription) != nullptr);
  record(turn, SubscriptionDeleted{.subscription = subscription, .at = turn.now});
}

void Engine::set_signing_key(Turn& turn,
                             const std::string& private_key,
                             const std::string& certificate) {
  CHECK(!private_key.empty() && !certificate.empty());
  record(turn,
         SigningKeySet{.at = turn.now, .private_key = private_key, .certificate = certificate});
}

}  // namespace mailrail::engine
