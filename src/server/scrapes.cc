#include "server/scrapes.h"

#include <memory>
#include <string>
#include <utility>

#include "api/dispatch.h"
#include "metrics/exposition.h"
#include "server/administrator.h"
#include "server/take_snapshot.h"
#include "wire/form.h"

namespace mailrail::server {

// Gives its place back when nobody needs it any more, whatever became of it: also after the end of
// whoever took it.
struct Scrapes::Asked {
  Asked(std::shared_ptr<std::atomic<std::size_t>> taken, http::ExchangeId from)
      : under_way(std::move(taken)), exchange(from) {}
  ~Asked() { --*under_way; }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  const std::shared_ptr<std::atomic<std::size_t>> under_way;
  const http::ExchangeId exchange;
  bool is_detailed = false;
};

namespace {

std::string_view query_of(const http::Request& request) {
  const std::size_t at = request.target.find('?');
  return at == std::string::npos ? std::string_view{}
                                 : std::string_view(request.target).substr(at + 1);
}

}  // namespace

http::Response metrics_response(std::string exposition) {
  http::Response response{.status = 200, .body = std::move(exposition)};
  response.headers.add("Content-Type", metrics::exposition_type);
  return response;
}

std::optional<http::Response> metrics_refusal(const http::Request& request,
                                              const auth::Authenticator& authenticator) {
  if (request.method != "GET") {
    http::Response response = http::text_response(405, "Metrics are read by GET.\n");
    response.headers.add("Allow", "GET");
    return response;
  }
  const Result<void> allowed = expect_viewer(request, authenticator);
  if (allowed) return std::nullopt;
  const Error& why = allowed.error();
  return http::text_response(why.kind->http_status, why.message + "\n");
}

void Scrapes::take_request(http::ExchangeId exchange, const http::Request& request) {
  const auto refuse = [&](int status, std::string why) {
    http::Response response = http::text_response(status, std::move(why));
    if (status == 503) response.headers.add("Retry-After", "1");
    parts_.http.answer(exchange, std::move(response));
  };
  if (auto refusal = metrics_refusal(request, parts_.authenticator)) {
    parts_.http.answer(exchange, *std::move(refusal));
    return;
  }
  if (++*under_way_ > under_way_max) {
    --*under_way_;
    return refuse(503, "As many scrapes as there may be are under way. Try again.\n");
  }
  auto asked = std::make_shared<Asked>(under_way_, exchange);
  metrics::Detail detail;
  if (api::path_of(request) == "/metrics/detailed") {
    asked->is_detailed = true;
    const auto form = wire::Form::parse(query_of(request), {});
    if (!form) return refuse(400, "The query of the URL cannot be read.\n");
    detail.names = std::string(form->find("queue").value_or("*"));
    detail.overflow = metrics::Detail::Overflow::first_are_told;
  }
  parts_.engine.submit(std::make_unique<TakeSnapshot>(
      parts_.engine.traffic(), std::move(detail),
      [parts = parts_, asked](Instant, const metrics::Snapshot& seen) {
        http::Response response = metrics_response(render(parts, *asked, seen));
        parts.http.post(asked->exchange.thread,
                        [&http = parts.http, asked,
                         shared = std::make_shared<http::Response>(std::move(response))] {
                          http.answer(asked->exchange, std::move(*shared));
                        });
      }));
}

std::string Scrapes::render(const Parts& parts, const Asked& asked, const metrics::Snapshot& seen) {
  const metrics::CloudWatchNames names = parts.measures.options().cloudwatch_names;
  if (asked.is_detailed) return metrics::detailed_exposition(seen, names);
  return metrics::exposition(seen, parts.measures.read(parts.log.space()), names);
}

}  // namespace mailrail::server
