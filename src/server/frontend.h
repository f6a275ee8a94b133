// Frontend: joins HTTP with the engine thread: requests become calls, calls that leave become
// answers.
//
// It owns no thread. Requests come and answers are rendered on the HTTP threads; cold bodies are
// read by the readers. A receive whose client is gone before the answer was written gives its
// leases back.

#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "api/call_slots.h"
#include "api/dispatch.h"
#include "base/random.h"
#include "http/server.h"
#include "log/log_store.h"
#include "server/byte_budget.h"
#include "server/engine_thread.h"
#include "server/limits.h"
#include "server/readers.h"
#include "signing/signer.h"

namespace mailrail::server {

class Frontend final : public http::Handler {
 public:
  // `http_threads` is the number of HTTP threads to come.
  Frontend(const Limits& limits, std::uint32_t http_threads);

  // Before the first request comes.
  void connect(const api::Dispatcher& dispatcher,
               const signing::Signer& signer,
               const log::LogStore& log,
               http::Server& http,
               EngineThread& engine);

  void on_request(http::ExchangeId exchange, http::Request request) override;
  void on_gone(http::ExchangeId exchange) override;

  // What the engine thread calls.
  void deliver(std::vector<Leaving> leaving);
  static void parked(const broker::Call& call);
  // Has a reader do it.
  void read(Readers::Job job) { readers_.add(std::move(job)); }

  // From now on /readyz says 503.
  void begin_shutdown() { is_stopping_ = true; }
  // After the engine thread has stopped: what is being read is still delivered.
  void stop_readers() { readers_.stop(); }

 private:
  struct Ready {
    std::unique_ptr<api::ApiCall> call;
    api::Bodies bodies;
    std::optional<Error> unreadable;
    std::size_t read_bytes = 0;         // Taken from the budget until it is answered.
    std::vector<log::Hold> holds = {};  // What is to be read.
  };

  // What is asked by a path alone: no call.
  std::optional<http::Response> answer_path(const http::Request& request) const;
  std::optional<http::Response> answer_health(std::string_view path) const;
  std::optional<http::Response> answer_certificate(std::string_view path) const;
  void read_and_post(std::shared_ptr<Ready> ready, std::vector<log::SharedFrame> frames);
  void post(std::uint32_t thread, std::vector<Ready> ready);
  void answer(Ready& ready);

  const api::Dispatcher* dispatcher_ = nullptr;
  const signing::Signer* signer_ = nullptr;
  const log::LogStore* log_ = nullptr;
  api::CallSlots slots_;
  std::vector<SeededRandom> randoms_;  // By HTTP thread.
  http::Server* http_ = nullptr;
  EngineThread* engine_ = nullptr;
  ByteBudget read_budget_;
  Readers readers_;
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace mailrail::server
