// Call: what delivery asks of the engine. Like any call of the broker's it is decided in a turn and
// leaves when what it tells is durable: then its Courier is told.

#pragma once

#include <span>
#include <string_view>

#include "base/time.h"
#include "broker/call.h"
#include "engine/engine.h"

namespace mailrail::delivery {

class Courier;

class Call : public broker::Call {
 public:
  Call() : broker::Call(0) {}

  // There is one for each subscription.
  bool is_bounded_elsewhere() const override { return true; }

  // The messages that it received, one for each body, in the same order.
  virtual std::span<const engine::ReceivedMessage> messages() const { return {}; }

  // The queue that they are in; null: there are none.
  virtual const engine::QueueName* queue() const { return nullptr; }

  // `sent` has the fact of each message; empty: it cannot be read.
  virtual void leave(Courier& courier, std::span<const std::string_view> sent, Instant now) = 0;
};

}  // namespace mailrail::delivery
