// World: a whole server in one process, without sockets, threads or real time.
//
// Requests are dispatched, decided, made durable and answered, as the server's threads would do it
// one after the other. Time passes by advance() only. The log outlives restart() and crash(),
// everything else is made again from it.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "api/call_slots.h"
#include "api/dispatch.h"
#include "api/key_rates.h"
#include "auth/caller.h"
#include "base/random.h"
#include "broker/broker.h"
#include "broker/traffic.h"
#include "engine/engine.h"
#include "log/log_store.h"
#include "tests/cases/storage.h"

namespace mailrail::cases {

class World final : private broker::Outbox {
 public:
  explicit World(std::unique_ptr<Storage> storage = storage_in_memory());

  // Gives back the number that the answer will have.
  std::uint64_t ask(http::Request request);
  std::uint64_t ask(http::Request request, auth::Caller caller);
  // Null while the call waits, and for ever if a crash took it.
  const http::Response* answer(std::uint64_t call) const;
  // How many frames it has appended: it grows by whatever changes something.
  std::size_t frames() const { return frames_; }

  // What the endpoint of a pending subscription is sent.
  std::string token(std::string_view subscription_arn, engine::TokenUse use) const;

  // Stops at every moment at which something is due.
  void advance(Duration time);
  // Answers whoever waits, makes everything durable, and starts again.
  void restart();
  // The same, with another limit.
  void limit_memory(std::uint64_t bytes_max);
  // The same, keeping AWS's waiting times from then on.
  void be_strict();
  // Starts again from what is durable.
  void crash();

 private:
  void release(std::unique_ptr<broker::Call> call, std::vector<log::SharedFrame> frames) override;
  void drop(std::unique_ptr<broker::Call> call) override;
  void parked(const broker::Call& call) override;

  void start();
  void run(std::vector<std::unique_ptr<broker::Call>> calls);
  void turn(std::vector<std::unique_ptr<broker::Call>> calls);

  Instant now_ = from_unix_ms(1'735'689'600'000);  // 2025-01-01, midnight.
  SeededRandom random_{1};
  const std::unique_ptr<Storage> storage_;
  std::size_t frames_ = 0;
  broker::Options options_;
  engine::Strictness strictness_ = engine::Strictness::lenient;
  api::CallSlots slots_{1000, std::size_t{1} << 30};
  std::array<api::Service, 4> services_;
  std::uint64_t last_call_ = 0;
  std::map<std::uint64_t, http::Response> answers_;

  // Made from the log.
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<log::LogStore> log_;
  std::unique_ptr<broker::Traffic> traffic_;
  std::unique_ptr<api::KeyRates> key_rates_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<signing::Signer> signer_;
  std::unique_ptr<api::Dispatcher> dispatcher_;
};

}  // namespace mailrail::cases
