// WaitingRoom: keeps the calls that come while a server recovers, until it can decide them.
//
// A client whose call takes longer notices nothing of a restart; one that is refused tries again a
// few times within a second or two, which a long recovery outlasts. So calls wait, within bounds,
// and whoever asks for readiness is told how far it is.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "api/service.h"
#include "http/server.h"
#include "server/unavailable.h"

namespace mailrail::server {

class WaitingRoom final : public http::Handler {
 public:
  WaitingRoom(http::Server& http, std::span<const api::Service> services, std::size_t bytes_max);

  // Any thread: of what is to be recovered, how much is.
  void tell_percent(std::uint32_t percent) { percent_ = percent; }

  void on_request(http::ExchangeId exchange, http::Request request) override;
  void on_gone(http::ExchangeId exchange) override;

  // On that HTTP thread, once no requests come here any more: gives all that wait to `next`.
  void let_in(std::uint32_t thread, http::Handler& next);

 private:
  struct Waiting {
    http::ExchangeId exchange;
    http::Request request;
  };

  http::Server& http_;
  Refusals refusals_;
  const std::size_t bytes_max_;                // Of bodies, of each thread.
  std::vector<std::vector<Waiting>> waiting_;  // By HTTP thread, which alone touches it.
  std::vector<std::size_t> bytes_;             // Likewise.
  std::atomic<std::uint32_t> percent_ = 0;
};

}  // namespace mailrail::server
