// Term: everything that lives as long as one ownership of a log: the log itself, the engine that
// was replayed from it, and the threads between them and HTTP.
//
// It ends in order, with everything durable and delivered and the log closed, or in disorder: then
// whatever it holds is thrown away, and nobody learns of it. Either way no HTTP thread may ask it
// any more when it is destroyed, and what it has posted to them must have been done.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "api/call_slots.h"
#include "api/customs.h"
#include "api/dispatch.h"
#include "api/key_rates.h"
#include "api/service.h"
#include "auth/authenticator.h"
#include "base/random.h"
#include "client/address_rules.h"
#include "console/sessions.h"
#include "engine/engine.h"
#include "http/server.h"
#include "log/log_store.h"
#include "log/shared_log.h"
#include "log/snapshot.h"
#include "server/engine_clock.h"
#include "server/engine_thread.h"
#include "server/frontend.h"
#include "server/limits.h"
#include "server/live_console.h"
#include "server/lookout.h"
#include "server/measures.h"
#include "server/ownership.h"
#include "server/readers.h"
#include "server/webhooks.h"
#include "signing/signer.h"

namespace mailrail::server {

// A log, and what it holds.
struct ReplayedLog {
  std::unique_ptr<log::LogStore> log;
  std::unique_ptr<engine::Engine> engine;
  log::SharedLog* shared = nullptr;  // The same log, if others follow it.
  Instant last_time = {};            // Of its last frame, or its checkpoint if that is later.
  std::uint64_t bytes = 0;           // Of payload that was replayed.
};

class Term {
 public:
  // What it works with, all of which outlives it.
  struct Parts {
    http::Server& http;
    api::CallSlots& slots;
    std::span<const api::Service> services;
    const auth::Authenticator& authenticator;
    console::Sessions& sessions;
    Random& random;
    Ownership& ownership;
    Measures& measures;
    const api::ServerView& view;
  };
  struct Options {
    Limits limits;
    client::AddressRules webhook_addresses;
    api::Customs customs;
    // On the log thread, once. Nothing leaves from then on; whoever owns the term ends it.
    std::function<void(const log::Appended&)> log_failed;
  };
  Term(const Parts& parts, Options options, ReplayedLog held);
  ~Term();  // In disorder, unless it has ended in order.

  void run();
  // Calls `beat` in the engine's next turn.
  void feel_pulse(std::function<void()> beat);
  http::Handler& handler() { return *frontend_; }

  // Begins to end in order: open long polls are answered, and no webhooks begun.
  void begin_stop();
  // Whether all webhooks that were under way have ended, within that time.
  bool is_drained(std::chrono::milliseconds patience) { return webhooks_.is_drained(patience); }
  // Makes all durable, delivers it and ends the threads. `flush` returns when all that was posted
  // to the HTTP threads is done; what the readers post after it is still to be waited for. The
  // error says why the log failed.
  Result<void> settle(EngineThread::Ending ending, const std::function<void()>& flush);
  // Then: closes the log.
  Result<void> close() { return held_.log->close(); }
  // Ends in disorder.
  void abandon();

  // Any thread, for what the server does by itself.
  void submit(std::unique_ptr<broker::Call> call) { engine_thread_->submit(std::move(call)); }
  // Any thread: for whatever is submitted from now on it is so much later.
  void advance_clock(Duration time) { clock_.advance(time); }

 private:
  EngineThread::Hooks hooks();
  void make_engine_thread();
  void load_signing_key();
  void deliver(std::vector<Leaving> leaving);
  void raise_alarm_about(const broker::Unreadable& found);

  const Parts parts_;
  const Options options_;
  const ReplayedLog held_;
  EngineClock clock_;
  signing::Signer signer_;
  std::unique_ptr<log::Snapshots> snapshots_;  // Null: the log is in no files.
  Readers readers_;
  Webhooks webhooks_;
  api::KeyRates key_rates_;  // For the engine thread alone, like its traffic.
  std::unique_ptr<EngineThread> engine_thread_;
  std::unique_ptr<api::Dispatcher> dispatcher_;
  std::unique_ptr<LiveConsole> live_console_;
  std::unique_ptr<Frontend> frontend_;
  std::unique_ptr<Lookout> lookout_;
};

}  // namespace mailrail::server
