#include "server/test_api.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/duration_text.h"
#include "base/json.h"
#include "server/administrator.h"
#include "server/test_calls.h"

namespace mailrail::server {
namespace {

// So far ahead of the machine it may be; dates stay such that every client can read them.
constexpr Duration advanced_max = 10 * advance_max;

std::unexpected<http::Response> refuse(int status, std::string sentence) {
  return std::unexpected(http::text_response(status, std::move(sentence) + "\n"));
}

// What a test needs to be in it.
http::Response describe(const std::string& account, const OpenNamespace& opened) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.member("account", account);
  json.member("accessKeyId", account);
  json.member("secretAccessKey", "any");
  json.member("ttl", duration_text(opened.time_to_live));
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace

TestApi::TestApi(const Parts& parts) : parts_(parts), thread_([this] { loop(); }) {}

TestApi::~TestApi() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
  }
  has_changed_.notify_one();
  thread_.join();
}

void TestApi::take(http::ExchangeId exchange, const http::Request& request) {
  if (const auto allowed = expect_administrator(request, parts_.authenticator); !allowed) {
    const Error& why = allowed.error();
    parts_.http.answer(exchange, http::text_response(why.kind->http_status, why.message + "\n"));
    return;
  }
  const auto parsed = parse_test_request(request);
  if (!parsed) {
    parts_.http.answer(exchange, parsed.error());
    return;
  }
  std::optional<api::CallSlot> slot = parts_.slots.take(request.body.size());
  if (!slot) {
    parts_.http.answer(exchange,
                       http::text_response(503, "Too many calls are under way. Try again.\n"));
    return;
  }
  api::Seat seat{.call_id = 0, .exchange = exchange, .slot = *std::move(slot)};
  Made made = std::visit([&](const auto& asked) { return make(asked, std::move(seat)); }, *parsed);
  if (made) {
    parts_.term.submit(*std::move(made));
  } else {
    parts_.http.answer(exchange, std::move(made).error());
  }
}

TestApi::Made TestApi::make(const Reset& reset, api::Seat seat) {
  return std::make_unique<ResetCall>(std::move(seat), reset.selection);
}

TestApi::Made TestApi::make(const AdvanceClock& advance, api::Seat seat) {
  const std::scoped_lock lock(mutex_);
  if (advanced_ + advance.time > advanced_max) {
    return refuse(400, fmt::format("The clock is {} ahead, and goes no further than {}.",
                                   duration_text(advanced_), duration_text(advanced_max)));
  }
  advanced_ += advance.time;
  parts_.term.advance_clock(advance.time);
  return std::make_unique<SettleCall>(std::move(seat), advanced_);
}

TestApi::Made TestApi::make(const OpenNamespace& open, api::Seat) {
  std::optional<std::string> account;
  {
    const std::scoped_lock lock(mutex_);
    account = namespaces_.open(std::chrono::steady_clock::now() + open.time_to_live, random_);
  }
  if (!account) {
    return refuse(503, fmt::format("There are {} name-spaces. Delete some with DELETE "
                                   "/_mailrail/namespaces/ID, or let them end.",
                                   Namespaces::count_max));
  }
  has_changed_.notify_one();
  return std::unexpected(describe(*account, open));
}

TestApi::Made TestApi::make(const CloseNamespace& close, api::Seat seat) {
  const std::scoped_lock lock(mutex_);
  if (!namespaces_.close(close.account))
    return refuse(404, fmt::format("There is no name-space {}.", close.account));
  return std::make_unique<ResetCall>(std::move(seat), Selection{.account = close.account});
}

void TestApi::loop() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    for (std::string& each : namespaces_.take_ended(std::chrono::steady_clock::now()))
      parts_.term.submit(std::make_unique<CloseCall>(Selection{.account = std::move(each)}));
    if (const auto next = namespaces_.next_end()) {
      has_changed_.wait_until(lock, *next);
    } else {
      has_changed_.wait(lock);
    }
  }
}

}  // namespace mailrail::server
