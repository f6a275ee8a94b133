#include "api/api_call.h"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "api/errors.h"

namespace mailrail::api {
namespace {

http::Response response_of(const Envelope& envelope, int status, std::string body) {
  http::Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", wire::content_type(envelope.protocol));
  response.headers.add("x-amzn-RequestId", envelope.request_id);
  response.about.service = envelope.service->name;
  response.about.action = envelope.action;
  return response;
}

// "Every 64 KB chunk of a payload is billed as 1 request" (Amazon SQS pricing).
constexpr std::size_t billed_chunk_bytes = std::size_t{64} << 10;

// The limit that a refusal tells of, if it tells of one.
std::string_view limit_met(const Error& error, std::string_view action) {
  if (error.kind == &errors::disk_is_full) return "disk";
  if (error.kind == &errors::memory_is_full) return "memory";
  if (error.kind == &errors::calls_are_too_many) return "calls";
  if (error.kind == &errors::request_throttled || error.kind == &errors::throttled) return "rate";
  if (error.kind->name == "Throttled") return "queue";  // One that a topic publishes to.
  if (error.kind->name == "OverLimit" && action.starts_with("SendMessage")) return "queue";
  return {};
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
  response.about.code = error.kind->query_code;
  const bool is_known =
      error.kind != &errors::unknown_operation && error.kind != &errors::invalid_action;
  if (!is_known) response.about.action = {};  // The client made it up.
  response.about.refused_for = limit_met(error, envelope.action);
  if (envelope.protocol == wire::Protocol::json)
    response.headers.add("x-amzn-query-error", wire::query_error_header(*error.kind));
  if (error.kind->http_status == 405) response.headers.add("Allow", "GET, POST");
  if (error.kind->http_status == 503 || error.kind->http_status == 429)
    response.headers.add("Retry-After", "1");
  return response;
}

std::uint32_t billed_requests(std::size_t payload_bytes) {
  const std::size_t chunks = (payload_bytes + billed_chunk_bytes - 1) / billed_chunk_bytes;
  return static_cast<std::uint32_t>(std::max<std::size_t>(chunks, 1));
}

Target target_of(std::string_view url_or_arn) {
  const std::string_view name = url_or_arn.substr(url_or_arn.find_last_of("/:") + 1);
  return {
      .name = std::string(name),
      .order = name.ends_with(".fifo") ? http::About::Order::fifo : http::About::Order::standard};
}

}  // namespace mailrail::api
