// Fan-out: which queues get a message that is published, and because of which subscription.
//
// Every confirmed subscription whose filter the message meets counts; that of an HTTP endpoint has
// a delivery queue. What a subscription's queue does not take, for its size or by its policy, goes
// to its dead-letter queue, or nowhere.

#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "broker/traffic.h"
#include "engine/engine.h"
#include "sns/filter_policy.h"
#include "sns/prepared_message.h"

namespace mailrail::sns {

struct Targets {
  std::vector<engine::PublishTarget> queues;
  broker::FanOutTraffic traffic;
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

// What keeps an event from a subscription; nothing if its filter lets it through.
Result<std::optional<FilterMismatch>> mismatch_of(engine::Engine& engine,
                                                  const engine::Subscription& subscription,
                                                  const Event& event);

}  // namespace mailrail::sns
