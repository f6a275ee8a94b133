#include "sns/fan_out.h"

#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "api/errors.h"
#include "api/room.h"
#include "base/seeded_bug.h"
#include "sns/endpoint.h"
#include "sns/errors.h"
#include "sns/limits.h"
#include "sns/queue_policy.h"

namespace mailrail::sns {
namespace {

// A filter policy as the engine keeps it.
class CompiledFilter final : public engine::Matcher {
 public:
  explicit CompiledFilter(FilterPolicy policy) : policy_(std::move(policy)) {}

  const FilterPolicy& policy() const { return policy_; }

  std::uint64_t memory_bytes() const override {
    return sizeof(*this) + bytes_of(policy_.conditions);
  }

 private:
  static std::uint64_t bytes_of(const FilterConditions& conditions) {
    std::uint64_t bytes = 0;
    for (const FilterConditions::Key& each : conditions.keys) {
      bytes += sizeof(each) + each.path.text().capacity() + each.source.capacity() +
               each.patterns.memory_bytes();
    }
    for (const std::vector<FilterConditions>& branches : conditions.alternatives) {
      for (const FilterConditions& each : branches) bytes += sizeof(each) + bytes_of(each);
    }
    return bytes;
  }

  FilterPolicy policy_;
};

Result<std::shared_ptr<const engine::Matcher>> matcher_of(
    engine::Engine& engine, const engine::Subscription& subscription) {
  if (subscription.matcher != nullptr) return subscription.matcher;
  Result<FilterPolicy> policy = parse_filter_policy(subscription.attributes.filter_policy,
                                                    subscription.attributes.filter_scope);
  if (!policy) {
    return fail(api::errors::internal_failure,
                fmt::format("The filter policy of the subscription of {} cannot be read: {}.",
                            shown_endpoint(subscription.endpoint), policy.error().message));
  }
  auto made = std::make_shared<const CompiledFilter>(*std::move(policy));
  engine.keep_matcher(subscription.id, made);
  return made;
}

Result<bool> lets_through(engine::Engine& engine,
                          const engine::Subscription& subscription,
                          const Event& event) {
  if (subscription.attributes.filter_policy.empty()) return true;
  const auto matcher = TRY(matcher_of(engine, subscription));
  return matches(static_cast<const CompiledFilter&>(*matcher).policy(), event);
}

// Whether it would take the message by SendMessage, if it may come at all.
bool has_room_for(const engine::Queue& queue,
                  const PreparedMessage& message,
                  const engine::Subscription& subscription) {
  const PreparedForm& form = message.form_for(subscription.protocol);
  const std::size_t bytes_max = queue.attributes.message_bytes_max;
  if (!subscription.attributes.is_raw) return form.enveloped_bytes <= bytes_max;
  return form.raw_text_bytes > 0 && message.attribute_count <= limits::raw_attributes_max &&
         form.raw_bytes <= bytes_max;
}

// The queue from which an HTTP endpoint is sent it; null if it may not be sent that much.
const engine::Queue* delivery_queue_for(const engine::Engine& engine,
                                        const engine::Subscription& subscription,
                                        const PreparedMessage& message) {
  if (!is_http(subscription.protocol) || message.counted_bytes > limits::pushed_bytes_max)
    return nullptr;
  return engine.delivery_queue(subscription.id);
}

// The queue from which it goes on to the subscription, or the one for its dead letters; null if
// neither takes it.
const engine::Queue* queue_for(engine::Engine& engine,
                               const engine::Topic& topic,
                               const engine::Subscription& subscription,
                               const PreparedMessage& message) {
  if (const engine::Queue* queue = delivery_queue_for(engine, subscription, message)) return queue;
  for (const auto* name : {&subscription.queue, &subscription.attributes.dead_letter_target}) {
    const engine::Queue* queue = *name ? engine.find_queue(**name) : nullptr;
    if (queue == nullptr || (queue->attributes.is_fifo && !topic.attributes.is_fifo)) continue;
    if (has_room_for(*queue, message, subscription) &&
        policy_towards(engine, *queue, topic.name) == QueuePolicy::lets_in)
      return queue;
  }
  return nullptr;
}

// What goes to an endpoint counts when it has come there, or not.
void count(broker::FanOutTraffic& traffic,
           const engine::Subscription& subscription,
           const engine::Queue* queue) {
  if (queue != nullptr && queue->attributes.is_delivery_queue()) return;
  const bool is_delivered = queue != nullptr && subscription.queue == queue->name;
  (is_delivered ? traffic.delivered : traffic.failed) += 1;
}

Error too_fast(const engine::Engine& engine, QueueId queue) {
  return {.kind = &errors::throttled,
          .message = api::sentence_about_rate(*engine.find_queue(queue))};
}

}  // namespace

Result<Targets> targets_of(engine::Engine& engine,
                           const engine::Topic& topic,
                           const PreparedMessage& message) {
  Targets targets;
  for (const auto& [id, subscription] : topic.subscriptions) {
    if (!subscription->is_confirmed() && !has_bug(SeededBug::publishes_to_pending)) continue;
    const PreparedForm& form = message.form_for(subscription->protocol);
    if (!TRY(lets_through(engine, *subscription, form.event))) {
      targets.traffic.filtered_out += 1;
      continue;
    }
    const engine::Queue* queue = queue_for(engine, topic, *subscription, message);
    count(targets.traffic, *subscription, queue);
    if (queue == nullptr) continue;
    targets.queues.push_back({.queue = queue->id,
                              .subscription = id,
                              .is_raw = subscription->attributes.is_raw,
                              .protocol = subscription->protocol});
    if (queue->bounds.sends_per_second) targets.whose_rate_is_bounded.push_back(queue->id);
  }
  return targets;
}

Result<void> expect_room_in(const engine::Engine& engine,
                            const std::vector<engine::PublishTarget>& targets) {
  for (const engine::PublishTarget& each : targets) {
    const auto reached = engine.reached_bound(each.queue);
    if (!reached) continue;
    return fail(errors::throttled_kind,
                api::sentence_about(*engine.find_queue(each.queue), *reached));
  }
  return {};
}

std::optional<api::HeldBack> hold_back(engine::Engine& engine,
                                       Instant now,
                                       const std::vector<QueueId>& targets,
                                       std::optional<Instant>& place) {
  if (!place) {
    std::map<QueueId, std::size_t> messages;
    for (const QueueId each : targets) messages[each] += 1;
    std::vector<engine::PlaceRequest> requests;
    for (const auto& [queue, count] : messages)
      requests.push_back({.queue = queue, .messages = count});
    const auto wait = engine.await_places(now, requests);
    if (!wait) return api::HeldBack{.otherwise = too_fast(engine, wait.error())};
    place = now + *wait;
  }
  if (now >= *place || targets.empty()) return std::nullopt;
  return api::held_until(*place, too_fast(engine, targets.front()));
}

Result<std::optional<FilterMismatch>> mismatch_of(engine::Engine& engine,
                                                  const engine::Subscription& subscription,
                                                  const Event& event) {
  if (subscription.attributes.filter_policy.empty()) return std::nullopt;
  const auto matcher = TRY(matcher_of(engine, subscription));
  return explain_mismatch(static_cast<const CompiledFilter&>(*matcher).policy(), event);
}

}  // namespace mailrail::sns
