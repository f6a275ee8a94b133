// Calls that the server makes by itself, for nobody who waits for an answer. They put right what an
// answer that never left, or bytes that cannot be read, would leave behind, and show that the
// engine turns.

#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "broker/call.h"
#include "server/engine_thread.h"
#include "server/read_back.h"

namespace mailrail::server {

// The answer never reached its consumer: the lease ends now, if it still is that lease.
class GiveBack final : public broker::Call {
 public:
  explicit GiveBack(std::vector<engine::ReceiptHandle> leases)
      : Call(0), leases_(std::move(leases)) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    for (const engine::ReceiptHandle& each : leases_) engine.give_back(turn, each);
    return {};
  }

 private:
  std::vector<engine::ReceiptHandle> leases_;
};

// Messages of an answer were found damaged. The leases are those of all that the answer leaves
// out: of what is behind them, and of what turns out to lie elsewhere by now.
class MarkDamaged final : public broker::Call {
 public:
  MarkDamaged(std::vector<engine::ReceivedMessage> messages,
              std::vector<engine::ReceiptHandle> leases)
      : Call(0), messages_(std::move(messages)), leases_(std::move(leases)) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override {
    for (const engine::ReceivedMessage& each : messages_)
      engine.mark_damaged(turn, each.queue, each.seq, each.body.position);
    for (const engine::ReceiptHandle& each : leases_) engine.give_back(turn, each);
    return {};
  }

 private:
  std::vector<engine::ReceivedMessage> messages_;
  std::vector<engine::ReceiptHandle> leases_;
};

// Whoever asks for it wants to know that there are turns.
class Pulse final : public broker::Call {
 public:
  explicit Pulse(std::function<void()> beat) : Call(0), beat_(std::move(beat)) {}

  broker::Decision decide(engine::Engine&, engine::Turn&) override {
    beat_();
    return {};
  }

 private:
  std::function<void()> beat_;
};

// What reading back an answer found, if it found any.
inline void mark_damaged(EngineThread& engine, ReadBack& read) {
  if (read.damaged.empty()) return;
  engine.submit(std::make_unique<MarkDamaged>(std::move(read.damaged), std::move(read.left_out)));
}

}  // namespace mailrail::server
