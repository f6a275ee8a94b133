// Frontend: joins HTTP with the engine thread: requests become calls, calls that leave become
// answers.
//
// It owns no thread. Requests come and answers are rendered on the HTTP threads; bodies that are no
// longer in our memory are read there, too, and by the readers if that takes waiting for the log. A
// receive whose client is gone before the answer was written gives its leases back. What is no
// longer certain to be ours to tell is not told: the connection closes.

#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "api/call_slots.h"
#include "api/dispatch.h"
#include "auth/authenticator.h"
#include "base/md5_lanes.h"
#include "base/random.h"
#include "console/sessions.h"
#include "http/server.h"
#include "log/log_store.h"
#include "server/byte_budget.h"
#include "server/engine_thread.h"
#include "server/limits.h"
#include "server/live_console.h"
#include "server/measures.h"
#include "server/ownership.h"
#include "server/read_back.h"
#include "server/readers.h"
#include "server/scrapes.h"
#include "signing/signer.h"

namespace mailrail::server {

class Frontend final : public http::Handler {
 public:
  // What it works with, all of which outlives it.
  struct Parts {
    const auth::Authenticator& authenticator;
    console::Sessions& sessions;
    const api::Dispatcher& dispatcher;
    const signing::Signer& signer;
    const log::LogStore& log;
    http::Server& http;
    api::CallSlots& slots;
    const Ownership& ownership;
    EngineThread& engine;
    Readers& readers;
    Measures& measures;
    LiveConsole& live;
  };
  Frontend(const Parts& parts, const Limits& limits);

  void on_request(http::ExchangeId exchange, http::Request request) override;
  void on_gone(http::ExchangeId exchange) override;
  void on_batch_end(std::uint32_t thread) override { submit_gathered(thread); }

  // What the engine thread calls.
  void deliver(std::vector<Leaving> leaving);
  static void parked(const broker::Call& call);
  // From now on /readyz says 503.
  void begin_shutdown() { is_stopping_ = true; }

 private:
  struct Ready {
    std::unique_ptr<api::ApiCall> call;
    std::vector<log::SharedFrame> frames = {};  // Of each body, or null if memory has it no more.
    std::vector<log::Hold> holds = {};          // What is to be read.
    std::unique_ptr<ReadBack> read = {};        // The bodies, if some had to be read.
    std::size_t read_bytes = 0;                 // Taken from the budget until it is answered.
    std::unique_ptr<http::Response> finished = {};  // The answer already, if it took reading files.

    bool is_to_be_read() const { return !holds.empty() && !read; }
    std::size_t bytes_to_read() const;
  };

  // Calls of requests that came together: they are digested and submitted together.
  struct Gathered {
    std::vector<std::unique_ptr<broker::Call>> calls;
    Md5Batch digests;  // Of their texts.
  };

  // A call that was answered before it was one.
  struct Refused {
    std::chrono::steady_clock::time_point began;
    std::string trace_id;
  };

  // What is asked by a path alone: no call.
  std::optional<http::Response> answer_path(const http::Request& request) const;
  std::optional<http::Response> answer_health(std::string_view path) const;
  std::optional<http::Response> answer_certificate(std::string_view path) const;
  void gather(std::unique_ptr<api::ApiCall> call);
  void submit_gathered(std::uint32_t thread);
  void finish_own(std::unique_ptr<broker::Call> call);
  void take_in(Ready& ready, ReadBack read);
  bool read_at_once(Ready& ready);
  void read_and_post(Ready& ready);
  void read_files(Ready& ready);
  void post_alone(Ready& ready);
  void post(std::uint32_t thread, std::vector<Ready> ready);
  void answer(Ready& ready);
  http::Response finish(Ready& ready) const;
  void tell_activity(const api::ApiCall& call, const http::About& about);
  void answer_now(http::ExchangeId exchange, const Refused& refused, http::Response response);

  const Parts parts_;
  Scrapes scrapes_;
  std::vector<SeededRandom> randoms_;  // By HTTP thread.
  std::vector<Gathered> gathered_;     // Likewise.
  ByteBudget read_budget_;
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace mailrail::server
