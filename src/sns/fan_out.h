// Fan-out: which queues get a message that is published, and because of which subscription.
//
// Every confirmed subscription whose filter the message meets counts; that of an HTTP endpoint has
// a delivery queue. What a subscription's queue does not take, for its size or by its policy, goes
// to its dead-letter queue, or nowhere.

#pragma once

#include <optional>
#include <vector>

#include "api/held_back.h"
#include "base/result.h"
#include "broker/traffic.h"
#include "engine/engine.h"
#include "sns/filter_policy.h"
#include "sns/prepared_message.h"

namespace mailrail::sns {

struct Targets {
  std::vector<engine::PublishTarget> queues;
  broker::FanOutTraffic traffic;
  // The same queue once for each of its targets.
  std::vector<QueueId> whose_rate_is_bounded = {};
};

// In the order in which subscriptions were made. Compiled filters and policies are kept in the
// engine. Fails if a filter that is stored cannot be read any more.
Result<Targets> targets_of(engine::Engine& engine,
                           const engine::Topic& topic,
                           const PreparedMessage& message);

// Every queue that it is for has room, or else nobody gets the message: who published it tries
// again.
Result<void> expect_room_in(const engine::Engine& engine,
                            const std::vector<engine::PublishTarget>& targets);

// What becomes of a call that publishes while some queue's rate gives its messages no place yet:
// all of them wait, or are refused, and who published them tries again. Nothing: they have their
// places. `place` is the call's own.
std::optional<api::HeldBack> hold_back(engine::Engine& engine,
                                       Instant now,
                                       const std::vector<QueueId>& targets,
                                       std::optional<Instant>& place);

// What keeps an event from a subscription; nothing if its filter lets it through.
Result<std::optional<FilterMismatch>> mismatch_of(engine::Engine& engine,
                                                  const engine::Subscription& subscription,
                                                  const Event& event);

}  // namespace mailrail::sns
