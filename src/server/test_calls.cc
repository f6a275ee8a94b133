#include "server/test_calls.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/duration_text.h"
#include "base/json.h"

namespace mailrail::server {
namespace {

constexpr std::size_t expired_per_turn_max = 1000;
constexpr std::size_t lapsed_per_turn_max = 100;

constexpr broker::Decision ask_again{.verdict = broker::Decision::Verdict::again};

bool is_due(const std::optional<Instant>& at, Instant now) { return at && *at <= now; }

}  // namespace

broker::Decision ResetCall::decide(engine::Engine& engine, engine::Turn& turn) {
  return removal_.go_on(engine, turn) ? broker::Decision{} : ask_again;
}

http::Response ResetCall::finish(const api::Bodies&) const {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("queues");
  json.number(static_cast<std::int64_t>(removal_.queues()));
  json.key("topics");
  json.number(static_cast<std::int64_t>(removal_.topics()));
  json.end_object();
  return json_response(std::move(body));
}

broker::Decision CloseCall::decide(engine::Engine& engine, engine::Turn& turn) {
  return removal_.go_on(engine, turn) ? broker::Decision{} : ask_again;
}

// Leases, delays and moves are the broker's to end, before it asks calls; what has expired it looks
// for now and then only.
broker::Decision SettleCall::decide(engine::Engine& engine, engine::Turn& turn) {
  now_ = turn.now;
  const bool has_expired = !engine.remove_expired(turn, expired_per_turn_max);
  const bool has_lapsed = !engine.remove_lapsed(turn, lapsed_per_turn_max);
  const bool is_settled = !has_expired && !has_lapsed && !is_due(engine.next_due(), now_) &&
                          !is_due(engine.next_move(), now_);
  return is_settled ? broker::Decision{} : ask_again;
}

http::Response SettleCall::finish(const api::Bodies&) const {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.member("now", utc_text(now_));
  json.member("advanced", duration_text(advanced_));
  json.end_object();
  return json_response(std::move(body));
}

http::Response json_response(std::string body) {
  http::Response response{.status = 200, .headers = {}, .body = std::move(body) + "\n"};
  response.headers.add("Content-Type", "application/json");
  return response;
}

std::string utc_text(Instant instant) {
  const std::int64_t ms = unix_ms(instant);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(ms / 1000)), ms % 1000);
}

}  // namespace mailrail::server
