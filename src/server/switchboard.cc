#include "server/switchboard.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "api/dispatch.h"
#include "server/live_console.h"

namespace mailrail::server {

void Switchboard::connect(http::Server& http, Gate::Options gate, http::Handler& first, Own own) {
  http_ = &http;
  gate_.emplace(std::move(gate));
  for (http::Handler*& each : serving_) each = &first;
  for (Own& each : own_) each = own;
}

void Switchboard::switch_to(http::Handler& next) {
  on_each_thread([&](std::uint32_t thread) { serving_[thread] = &next; });
}

void Switchboard::switch_to(http::Handler& next, const Own& own) {
  on_each_thread([&](std::uint32_t thread) {
    serving_[thread] = &next;
    own_[thread] = own;
  });
}

void Switchboard::flush() {
  on_each_thread([](std::uint32_t) {});
}

void Switchboard::on_each_thread(const std::function<void(std::uint32_t)>& work) {
  std::mutex mutex;
  std::condition_variable is_done;
  std::size_t left = serving_.size();
  for (std::uint32_t thread = 0; thread < serving_.size(); ++thread) {
    http_->post(thread, [&, thread] {
      work(thread);
      const std::scoped_lock lock(mutex);
      if (--left == 0) is_done.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  is_done.wait(lock, [&] { return left == 0; });
}

void Switchboard::on_request(http::ExchangeId exchange, http::Request request) {
  const std::string_view path = api::path_of(request);
  if (path == "/livez") {
    http_->answer(exchange, http::text_response(200, "alive\n"));
  } else if (const std::optional<Error> objection = gate_->objection(request)) {
    http_->answer(exchange, refusals_.refuse(request, exchange.thread, *objection));
  } else if (std::optional<http::Response> answer = front_(request)) {
    http_->answer(exchange, *std::move(answer));
  } else if (path.starts_with(own_path) && !LiveConsole::is_for_it(path) && own_[exchange.thread]) {
    own_[exchange.thread](exchange, std::move(request));
  } else {
    serving_[exchange.thread]->on_request(exchange, std::move(request));
  }
}

// Whoever serves now may not be who got the request; then it means nothing to it.
void Switchboard::on_gone(http::ExchangeId exchange) {
  serving_[exchange.thread]->on_gone(exchange);
}

}  // namespace mailrail::server
