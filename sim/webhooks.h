// Webhooks: what delivers to HTTP endpoints in one life of the simulated server.
//
// The real Courier. Its calls go through the server's broker and past the judge like those of
// clients, its requests to the simulated endpoints. A new life has a new one, which knows nothing.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "delivery/courier.h"
#include "log/log_store.h"
#include "sim/endpoints.h"
#include "sim/judge.h"

namespace mailrail::sim {

// A call of the courier's on its way through the broker, with the judge looking on.
class CourierCall final : public broker::Call {
 public:
  // No command: it only asks who is there to deliver to.
  CourierCall(std::uint64_t number,
              std::optional<Command> command,
              std::unique_ptr<delivery::Call> call,
              Judge& judge)
      : Call(number), command_(std::move(command)), call_(std::move(call)), judge_(judge) {}

  broker::Decision decide(engine::Engine& engine, engine::Turn& turn) override;
  std::span<const engine::Body> bodies() const override { return call_->bodies(); }
  QueueId takes_from(const engine::Engine& engine) const override {
    return call_->takes_from(engine);
  }

  const std::optional<Command>& command() const { return command_; }
  const Reply& reply() const { return reply_; }
  delivery::Call& call() { return *call_; }

 private:
  std::optional<Command> command_;
  std::unique_ptr<delivery::Call> call_;
  Judge& judge_;
  Reply reply_;
};

class Webhooks final : private delivery::Hands {
 public:
  // What all lives have in common.
  struct World {
    Endpoints& endpoints;
    signing::Signer& signer;
    Random& random;
    Judge& judge;
  };

  Webhooks(const World& world, const engine::Identity& identity, const log::LogStore& log);

  // What endpoints have answered, and what else is due.
  void advance(Instant now);
  std::optional<Instant> next_due(Instant now) const;
  std::vector<std::unique_ptr<broker::Call>> take_calls() { return std::exchange(calls_, {}); }
  // All that the call tells is durable.
  void release(std::unique_ptr<CourierCall> call,
               std::vector<log::SharedFrame> frames,
               Instant now);
  // The readers get on with what is not in memory.
  void read_next(Instant now);
  bool is_reading() const { return !readings_.empty(); }
  bool has_calls() const { return !calls_.empty(); }
  // The server stops: it asks for nothing more, and may tell the courier that nobody answered.
  void stop(Instant now);

 private:
  struct Reading {
    std::unique_ptr<CourierCall> call;
    std::vector<log::SharedFrame> frames;
    std::vector<log::Hold> holds;
  };
  // A message whose fate the courier decides next, or the request that it sends for it.
  struct Pending {
    engine::ReceiptHandle handle;
    SubscriptionId subscription;
    std::optional<int> status = {};
    bool was_posted = false;
  };

  void submit(std::unique_ptr<delivery::Call> call) override;
  void post(std::uint64_t request, client::HttpRequest message) override;
  void gave_up(const delivery::GivenUp& given_up) override;
  void leave(Reading reading, Instant now);
  // Nothing: it was broken off.
  void respond(std::uint64_t request, std::optional<int> status, Instant now);
  std::optional<Command> command_for(const delivery::Call& call);

  World world_;
  const log::LogStore& log_;
  std::uint64_t life_;
  delivery::Courier courier_;
  Instant now_{};
  std::uint64_t calls_made_ = 0;
  std::vector<std::unique_ptr<broker::Call>> calls_;  // For the next turn.
  std::deque<Reading> readings_;
  std::deque<Pending> pending_;
  std::map<std::uint64_t, Pending> under_way_;  // By request.
};

}  // namespace mailrail::sim
