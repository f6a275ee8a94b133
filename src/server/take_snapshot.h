// TakeSnapshot: a call of the server's own that looks at all queues, a step a turn. What it saw
// goes to whoever asked, on a thread that may take its time.

#pragma once

#include <functional>
#include <utility>

#include "broker/call.h"
#include "broker/traffic.h"
#include "metrics/snapshot.h"

namespace mailrail::server {

class TakeSnapshot final : public broker::Call {
 public:
  // With the instant of its last turn.
  using Done = std::function<void(Instant, metrics::Snapshot)>;

  TakeSnapshot(const broker::Traffic& traffic, metrics::Detail detail, Done done)
      : Call(0), traffic_(traffic), taker_(std::move(detail)), done_(std::move(done)) {}

  // What it saw need not be durable: numbers promise nothing.
  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    using broker::Decision;
    at_ = turn.now;
    if (!taker_.step(engine, traffic_, turn.now)) return {.verdict = Decision::Verdict::again};
    return {.waits = Decision::Waits::for_bodies};
  }

  void finish() { done_(at_, taker_.take()); }

 private:
  const broker::Traffic& traffic_;
  metrics::SnapshotTaker taker_;
  Done done_;
  Instant at_;
};

}  // namespace mailrail::server
