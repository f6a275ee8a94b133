// Unavailable: answers every call with 503, in its own protocol, while nobody can decide it.
//
// Clients take that for what it is and try again. The reason is a sentence for a person.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/service.h"
#include "base/random.h"
#include "http/server.h"

namespace mailrail::server {

// On an HTTP thread: answers to calls that nobody looks at.
class Refusals {
 public:
  Refusals(std::span<const api::Service> services, std::uint32_t http_threads);

  // Asks the client to try again.
  http::Response refuse(const http::Request& request, std::uint32_t thread, std::string why);
  // With an error of another kind.
  http::Response refuse(const http::Request& request, std::uint32_t thread, const Error& why);

 private:
  std::span<const api::Service> services_;
  std::vector<SeededRandom> randoms_;  // By HTTP thread.
};

class Unavailable final : public http::Handler {
 public:
  Unavailable(http::Server& http, std::span<const api::Service> services, std::string why)
      : http_(http), refusals_(services, http.threads()), why_(std::move(why)) {}

  void on_request(http::ExchangeId exchange, http::Request request) override;
  void on_gone(http::ExchangeId) override {}

 private:
  http::Server& http_;
  Refusals refusals_;
  const std::string why_;
};

}  // namespace mailrail::server
