#include "server/unavailable.h"

#include "api/dispatch.h"
#include "api/errors.h"

namespace mailrail::server {

Refusals::Refusals(std::span<const api::Service> services, std::uint32_t http_threads)
    : services_(services) {
  SystemRandom seeds;
  for (std::uint32_t i = 0; i < http_threads; ++i) randoms_.emplace_back(seeds.next());
}

http::Response Refusals::refuse(const http::Request& request,
                                std::uint32_t thread,
                                std::string why) {
  return refuse(request, thread,
                Error{.kind = &api::errors::service_unavailable, .message = std::move(why)});
}

http::Response Refusals::refuse(const http::Request& request,
                                std::uint32_t thread,
                                const Error& why) {
  return api::refuse(services_, request, why, randoms_[thread]);
}

void Unavailable::on_request(http::ExchangeId exchange, http::Request request) {
  const std::string_view path = api::path_of(request);
  if (path == "/readyz" || path == "/health" || path == "/moto-api/") {
    http_.answer(exchange, http::text_response(503, why_ + "\n"));
  } else {
    http_.answer(exchange, refusals_.refuse(request, exchange.thread, why_));
  }
}

}  // namespace mailrail::server
