// TestApi: answers what tests of services that use mailrail ask of it (test_request.h), and ends
// the name-spaces whose time is over.
//
// A server has it only with --test-api, on loopback: whoever reaches it may delete everything, or,
// where keys are in force, an administrator. Its clock goes on from where it was advanced to;
// signatures and certificates are judged by the machine's time as ever.

#pragma once

#include <condition_variable>
#include <expected>
#include <memory>
#include <mutex>
#include <thread>

#include "api/call_slots.h"
#include "auth/authenticator.h"
#include "base/random.h"
#include "http/server.h"
#include "server/namespaces.h"
#include "server/term.h"
#include "server/test_request.h"

namespace mailrail::server {

class TestApi {
 public:
  // What it works with, all of which outlives it.
  struct Parts {
    http::Server& http;
    api::CallSlots& slots;
    const auth::Authenticator& authenticator;
    Term& term;
  };
  explicit TestApi(const Parts& parts);
  ~TestApi();
  TestApi(const TestApi&) = delete;
  TestApi& operator=(const TestApi&) = delete;

  // On the exchange's HTTP thread. Answered there, or by a call.
  void take(http::ExchangeId exchange, const http::Request& request);

 private:
  // The call, or the answer that needs none.
  using Made = std::expected<std::unique_ptr<broker::Call>, http::Response>;
  Made make(const Reset& reset, api::Seat seat);
  Made make(const AdvanceClock& advance, api::Seat seat);
  Made make(const OpenNamespace& open, api::Seat seat);
  Made make(const CloseNamespace& close, api::Seat seat);

  void loop();

  const Parts parts_;
  SystemRandom random_;

  std::mutex mutex_;  // Of those below.
  std::condition_variable has_changed_;
  Namespaces namespaces_;
  Duration advanced_{0};
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace mailrail::server
