// Switchboard: hands each request that the gate lets pass to whoever serves now.
//
// Who serves changes while the process runs; each HTTP thread has its own pointer to it, changed on
// that thread and waited for, so that whoever served before is not asked any more when switch_to()
// returns, and may end. What asks the process itself is answered, or handed on, from here.

#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "api/service.h"
#include "http/server.h"
#include "server/gate.h"
#include "server/unavailable.h"

namespace mailrail::server {

class Switchboard final : public http::Handler {
 public:
  // Calls at paths that begin with `own_path`, on their HTTP thread.
  using Own = std::function<void(http::ExchangeId, http::Request)>;
  static constexpr std::string_view own_path = "/_mailrail/";
  // What is answered whoever serves; nothing for all else. On any HTTP thread.
  using Front = std::function<std::optional<http::Response>(const http::Request&)>;

  // Whoever serves first is to be set before the first request comes.
  Switchboard(std::uint32_t http_threads, std::span<const api::Service> services, Front front)
      : front_(std::move(front)),
        serving_(http_threads),
        own_(http_threads),
        refusals_(services, http_threads) {}

  // Before the first request comes; `first` then serves. Without `own` it gets those calls, too.
  void connect(http::Server& http, Gate::Options gate, http::Handler& first, Own own);

  // From one thread at a time, but none of HTTP's. The one before gets no request from now on.
  void switch_to(http::Handler& next);
  void switch_to(http::Handler& next, const Own& own);
  // Runs on each HTTP thread, and is done there when this returns.
  void on_each_thread(const std::function<void(std::uint32_t)>& work);
  // All that was posted to the HTTP threads is done.
  void flush();

  void on_request(http::ExchangeId exchange, http::Request request) override;
  void on_gone(http::ExchangeId exchange) override;
  void on_batch_end(std::uint32_t thread) override { serving_[thread]->on_batch_end(thread); }

 private:
  http::Server* http_ = nullptr;
  std::optional<Gate> gate_;
  const Front front_;
  std::vector<http::Handler*> serving_;  // By HTTP thread.
  std::vector<Own> own_;                 // Likewise.
  Refusals refusals_;
};

}  // namespace mailrail::server
