// Call: one request on its way through the engine.
//
// It is decided on the engine thread, once or, if it waits for messages, again and again: a long
// poll is the same call asked again when its queue may have something. When all that its answer
// tells is durable it leaves through the Outbox.

#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "base/ids.h"
#include "base/time.h"
#include "broker/consumer.h"
#include "engine/engine.h"

namespace mailrail::broker {

// What came of asking a call.
struct Decision {
  enum class Verdict : std::uint8_t {
    answer,  // It has its answer.
    wait,    // Ask again when `queue` may have something, and at `deadline` for the last time.
    again,   // Ask again in another turn: there was more to do than one should.
  };
  enum class Waits : std::uint8_t {
    for_everything,  // The answer leaves when all that was decided up to here is durable.
    for_bodies,      // ... when the messages in it are: losing the lease only shows them again.
  };

  Verdict verdict = Verdict::answer;
  Waits waits = Waits::for_everything;
  QueueId queue = {};
  Instant deadline = {};
};

// No queue at all: who waits at it is asked again at its deadline.
inline constexpr QueueId no_queue{std::numeric_limits<std::uint32_t>::max()};

class Call {
 public:
  // `id` is the caller's name for it, by which it can be cancelled while it waits. Zero: never.
  explicit Call(std::uint64_t id) : id_(id) {}
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Looks at the state and records facts; nothing else. At or after the deadline it named it has
  // its answer, or names a later one.
  virtual Decision decide(engine::Engine& engine, engine::Turn& turn) = 0;

  // The queue that it receives from; no_queue if it receives from none. Who waits there longer is
  // asked before it.
  virtual QueueId takes_from(const engine::Engine& /*engine*/) const { return no_queue; }

  // The bodies that the answer shows; asked once it is decided.
  virtual std::span<const engine::Body> bodies() const { return {}; }

  // Something else bounds how many of its kind there are: it takes no place among the calls that
  // may wait.
  virtual bool is_bounded_elsewhere() const { return false; }

  // Who waits by it, for people; once it is decided. Zero: nobody who asks for messages.
  virtual ConsumerId consumer() const { return {}; }

  std::uint64_t id() const { return id_; }

 private:
  std::uint64_t id_;
};

}  // namespace mailrail::broker
