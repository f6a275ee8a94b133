#include "api/api_call.h"

#include <spdlog/spdlog.h>

#include "api/errors.h"

namespace mailrail::api {
namespace {

http::Response response_of(const Envelope& envelope, int status, std::string body) {
  http::Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", wire::content_type(envelope.protocol));
  response.headers.add("x-amzn-RequestId", envelope.request_id);
  return response;
}

}  // namespace

http::Response answer_with(const Envelope& envelope, Source output) {
  const wire::Answer answer{.action = envelope.action, .request_id = envelope.request_id};
  return response_of(envelope, 200,
                     wire::render_output(envelope.protocol, *envelope.service, answer, output));
}

http::Response answer_with(const Envelope& envelope, const Error& error) {
  if (error.kind == &errors::internal_failure) {
    spdlog::error("{} {}: {}", envelope.action, envelope.request_id, error.message);
  }
  http::Response response = response_of(
      envelope, error.kind->http_status,
      wire::render_error(envelope.protocol, *envelope.service, envelope.request_id, error));
  if (envelope.protocol == wire::Protocol::json)
    response.headers.add("x-amzn-query-error", wire::query_error_header(*error.kind));
  if (error.kind->http_status == 405) response.headers.add("Allow", "GET, POST");
  if (error.kind->http_status == 503 || error.kind->http_status == 429)
    response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace mailrail::api
