// Switchboard: hands each request to whoever serves now.
//
// Who serves changes while the process runs; each HTTP thread has its own pointer to it, changed on
// that thread and waited for, so that whoever served before is not asked any more when switch_to()
// returns, and may end. What asks the process itself is answered, or handed on, from here.

#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "http/server.h"

namespace mailrail::server {

class Switchboard final : public http::Handler {
 public:
  // Calls at paths that begin with `own_path`, on their HTTP thread.
  using Own = std::function<void(http::ExchangeId, http::Request)>;
  static constexpr std::string_view own_path = "/_mailrail/";

  // Whoever serves first is to be set before the first request comes.
  explicit Switchboard(std::uint32_t http_threads) : serving_(http_threads) {}

  // Before the first request comes; `first` then serves.
  void connect(http::Server& http, http::Handler& first, Own own);

  // From one thread at a time, but none of HTTP's. The one before gets no request from now on.
  void switch_to(http::Handler& next);
  // All that was posted to the HTTP threads is done.
  void flush();

  void on_request(http::ExchangeId exchange, http::Request request) override;
  void on_gone(http::ExchangeId exchange) override;

 private:
  void on_each_thread(const std::function<void(std::uint32_t)>& work);

  http::Server* http_ = nullptr;
  std::vector<http::Handler*> serving_;  // By HTTP thread.
  Own own_;
};

}  // namespace mailrail::server
