#include "server/forwarder.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "api/dispatch.h"
#include "console/sessions.h"
#include "metrics/exposition.h"
#include "server/gate.h"
#include "server/scrapes.h"

namespace mailrail::server {
namespace {

constexpr Duration connect_timeout = 1s;

// Of one connection, not of the call; and what whoever sends writes by itself.
constexpr std::array<std::string_view, 10> not_handed_on = {
    "Connection", "Keep-Alive",        "Proxy-Connection", "Proxy-Authenticate", "TE",
    "Trailer",    "Transfer-Encoding", "Upgrade",          "Content-Length",     "Expect"};

// Also what the Connection header names.
bool is_handed_on(std::string_view name, std::string_view connection) {
  for (const std::string_view each : not_handed_on) {
    if (http::equal_ignoring_case(name, each)) return false;
  }
  while (!connection.empty()) {
    const std::size_t comma = std::min(connection.find(','), connection.size());
    std::string_view token = connection.substr(0, comma);
    connection.remove_prefix(std::min(comma + 1, connection.size()));
    token.remove_prefix(std::min(token.find_first_not_of(" \t"), token.size()));
    token = token.substr(0, token.find_last_not_of(" \t") + 1);
    if (http::equal_ignoring_case(name, token)) return false;
  }
  return true;
}

client::Headers handed_on(const http::Request& request, const std::string& node) {
  client::Headers headers;
  const std::string_view connection = request.header("Connection");
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto [name, value] = request.headers[i];
    if (is_handed_on(name, connection)) headers.emplace_back(name, value);
  }
  headers.emplace_back(api::forwarded_header, node);
  return headers;
}

http::Response response_of(client::HttpOutcome& outcome) {
  http::Response response{.status = outcome.status, .body = std::move(outcome.body)};
  for (const auto& [name, value] : outcome.headers) {
    const bool is_ours = http::equal_ignoring_case(name, "Date");  // A client's may be signed.
    if (is_handed_on(name, "") && !is_ours) response.headers.add(name, value);
  }
  return response;
}

client::HttpClient::Options client_options(const Forwarder::Options& options) {
  return {.addresses = {.otherwise = client::AddressRules::Default::allow_all},
          .requests_max = forwarded_max,
          .requests_per_host_max = forwarded_max,
          .connect_timeout = connect_timeout,
          .response_bytes_max = options.answer_bytes_max,
          .response = client::Response::keep,
          .kept_bytes_max = options.answers_bytes_max,
          .ca_file = options.ca_file};
}

}  // namespace

// A call that is with the owner.
struct Forwarder::Forwarded {
  http::ExchangeId exchange;
  http::Request head;  // Without the body.
  api::CallSlot slot;
};

Forwarder::Forwarder(const Parts& parts, Options options)
    : parts_(parts),
      options_(std::move(options)),
      refusals_(parts.services, parts.http.threads()),
      under_way_(parts.http.threads()),
      looked_at_(options_.now().count()),
      client_(std::make_unique<client::HttpClient>(client_options(options_))) {}

void Forwarder::looked(std::uint64_t bytes_behind) {
  bytes_behind_ = bytes_behind;
  looked_at_ = options_.now().count();
}

std::string Forwarder::readiness() const {
  return fmt::format("standby: {} bytes behind, last look {} ms ago\n", bytes_behind_.load(),
                     options_.now().count() - looked_at_.load());
}

Error Forwarder::ask_the_owner() const {
  return {.kind = &errors::turned_away,
          .message = fmt::format(
              "This node stands by, and hands on nothing that is for operators. Ask the owner of "
              "the log, which clients reach at {}: at the place of its own --admin-listen.",
              options_.owner)};
}

http::Response Forwarder::refuse_console(const http::Request& request, std::uint32_t thread) {
  std::string place;
  if (!options_.is_administration_apart)
    place = fmt::format("{}://{}/", options_.scheme, options_.owner);
  http::Response refusal =
      place.empty()
          ? refusals_.refuse(request, thread, ask_the_owner())
          : refusals_.refuse(
                request, thread,
                fmt::format("This node stands by. The console is the owner's, at {}.", place));
  refusal.headers.add(owner_header, place);
  return refusal;
}

void Forwarder::on_request(http::ExchangeId exchange, http::Request request) {
  const auto refuse = [&](std::string why) {
    parts_.http.answer(exchange, refusals_.refuse(request, exchange.thread, std::move(why)));
  };
  const std::string_view path = api::path_of(request);
  if (path == "/readyz" || path == "/health") {
    parts_.http.answer(exchange, http::text_response(503, readiness()));
    return;
  }
  if (Scrapes::is_for_it(path)) {  // The owner's are the owner's to tell.
    auto refusal = metrics_refusal(request, parts_.authenticator);
    parts_.http.answer(exchange, refusal ? *std::move(refusal)
                                         : metrics_response(metrics::standby_exposition(
                                               parts_.measures.read(log::Space()))));
    return;
  }
  if (request.headers.find(console::Sessions::header)) {
    parts_.http.answer(exchange, refuse_console(request, exchange.thread));
    return;
  }
  if (options_.is_administration_apart && is_call_of_operators(request)) {
    parts_.http.answer(exchange, refusals_.refuse(request, exchange.thread, ask_the_owner()));
    return;
  }
  if (request.headers.find(api::forwarded_header))
    return refuse("The node that this call was handed on to does not own the log. Try again.");
  std::optional<api::CallSlot> slot = parts_.slots.take(request.body.size());
  if (!slot || count_ >= forwarded_max)
    return refuse("As many calls as this node can hand on to the owner are under way. Try again.");

  ++count_;
  client::HttpRequest message{.url = fmt::format("{}://{}/", options_.scheme, options_.owner),
                              .headers = handed_on(request, options_.node),
                              .body = std::exchange(request.body, {}),
                              .timeout = options_.timeout,
                              .method = request.method,
                              .target = request.target};
  auto forwarded = std::make_shared<const Forwarded>(
      Forwarded{.exchange = exchange, .head = std::move(request), .slot = *std::move(slot)});
  under_way_[exchange.thread][exchange.generation] =
      client_->post(std::move(message), [this, forwarded](client::HttpOutcome outcome) {
        parts_.http.post(
            forwarded->exchange.thread,
            [this, forwarded, told = std::move(outcome)]() mutable { answer(*forwarded, told); });
      });
}

void Forwarder::answer(const Forwarded& forwarded, client::HttpOutcome& outcome) {
  const http::ExchangeId exchange = forwarded.exchange;
  under_way_[exchange.thread].erase(exchange.generation);
  --count_;
  if (outcome.status != 0) {
    parts_.http.answer(exchange, response_of(outcome));
    return;
  }
  parts_.http.answer(
      exchange, refusals_.refuse(forwarded.head, exchange.thread,
                                 fmt::format("The owner of the log gave no answer: {} Try again.",
                                             outcome.why)));
}

// So that the owner gives back what it may have leased for it.
void Forwarder::on_gone(http::ExchangeId exchange) {
  const auto& mine = under_way_[exchange.thread];
  const auto found = mine.find(exchange.generation);
  if (found != mine.end()) client_->break_off(found->second);
}

void Forwarder::break_off() { client_.reset(); }

}  // namespace mailrail::server
