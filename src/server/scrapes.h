// Scrapes: answers /metrics and /metrics/detailed.
//
// A snapshot is taken on the engine thread in short steps, rendered on a reader's thread, and
// answered on the HTTP thread that was asked. A few may be under way at once; more are told to come
// back. Where keys are in force it takes one that may view.

#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.h"
#include "http/server.h"
#include "log/log_store.h"
#include "server/engine_thread.h"
#include "server/measures.h"

namespace mailrail::server {

http::Response metrics_response(std::string exposition);

// Why these are not for whoever asks; nothing if they are.
std::optional<http::Response> metrics_refusal(const http::Request& request,
                                              const auth::Authenticator& authenticator);

class Scrapes {
 public:
  static constexpr std::size_t under_way_max = 4;

  // What it works with, all of which outlives it.
  struct Parts {
    http::Server& http;
    const log::LogStore& log;
    EngineThread& engine;
    const Measures& measures;
    const auth::Authenticator& authenticator;
  };
  explicit Scrapes(const Parts& parts) : parts_(parts) {}

  static bool is_for_it(std::string_view path) {
    return path == "/metrics" || path == "/metrics/detailed";
  }
  // On the exchange's thread.
  void take_request(http::ExchangeId exchange, const http::Request& request);

 private:
  struct Asked;
  static std::string render(const Parts& parts, const Asked& asked, const metrics::Snapshot& seen);

  const Parts parts_;
  const std::shared_ptr<std::atomic<std::size_t>> under_way_ =
      std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace mailrail::server
