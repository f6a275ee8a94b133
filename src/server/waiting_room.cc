#include "server/waiting_room.h"

#include <utility>

#include <fmt/format.h>

#include "api/dispatch.h"
#include "api/errors.h"
#include "server/gate.h"

namespace mailrail::server {

WaitingRoom::WaitingRoom(http::Server& http,
                         std::span<const api::Service> services,
                         std::size_t bytes_max)
    : http_(http),
      refusals_(services, http.threads()),
      bytes_max_(bytes_max / http.threads()),
      waiting_(http.threads()),
      bytes_(http.threads()) {}

void WaitingRoom::on_request(http::ExchangeId exchange, http::Request request) {
  if (is_health_path(api::path_of(request))) {
    http::Response answer =
        http::text_response(503, fmt::format("recovering: {} %\n", percent_.load()));
    answer.headers.add("Retry-After", "1");
    http_.answer(exchange, std::move(answer));
    return;
  }
  std::size_t& bytes = bytes_[exchange.thread];
  if (bytes + request.body.size() > bytes_max_) {
    http_.answer(exchange, refusals_.refuse(request, exchange.thread,
                                            "As many calls as can be held wait for the recovery of "
                                            "this server. Try again."));
    return;
  }
  bytes += request.body.size();
  waiting_[exchange.thread].push_back({.exchange = exchange, .request = std::move(request)});
}

void WaitingRoom::on_gone(http::ExchangeId exchange) {
  std::erase_if(waiting_[exchange.thread], [&](const Waiting& each) {
    if (each.exchange != exchange) return false;
    bytes_[exchange.thread] -= each.request.body.size();
    return true;
  });
}

void WaitingRoom::let_in(std::uint32_t thread, http::Handler& next) {
  for (Waiting& each : std::exchange(waiting_[thread], {}))
    next.on_request(each.exchange, std::move(each.request));
  next.on_batch_end(thread);
}

}  // namespace mailrail::server
