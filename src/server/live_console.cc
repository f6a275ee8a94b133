#include "server/live_console.h"

#include <algorithm>
#include <ranges>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "api/errors.h"
#include "base/json.h"
#include "base/shown.h"
#include "console/front_desk.h"
#include "console/topic.h"
#include "http/target.h"

namespace mailrail::server {
namespace {

constexpr std::string_view stream_path = "/_mailrail/stream";
constexpr std::string_view history_path = "/_mailrail/history";
constexpr auto period = std::chrono::seconds(1);

// An EventSource comes back two seconds after its stream has ended. No proxy gathers events.
http::Response stream_head() {
  http::Response head{.status = 200, .headers = {}, .body = "retry: 2000\n\n"};
  head.headers.add("Content-Type", "text/event-stream");
  head.headers.add("Cache-Control", "no-store");
  head.headers.add("X-Content-Type-Options", "nosniff");
  head.headers.add("X-Accel-Buffering", "no");
  return head;
}

Error too_many(std::string sentence) {
  return {.kind = &api::errors::service_unavailable, .message = std::move(sentence)};
}

}  // namespace

bool LiveConsole::ByPlace::operator()(const http::ExchangeId& left,
                                      const http::ExchangeId& right) const {
  return std::tie(left.thread, left.slot, left.generation) <
         std::tie(right.thread, right.slot, right.generation);
}

LiveConsole::LiveConsole(const Parts& parts, std::string epoch)
    : parts_(parts),
      recorder_(parts.engine.traffic()),
      board_({.sessions = parts.sessions,
              .dispatcher = parts.dispatcher,
              .channels = {.traffic = parts.engine.traffic(),
                           .recorder = recorder_,
                           .activity = activity_},
              .epoch = std::move(epoch)}) {}

void LiveConsole::run() {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "console");
}

void LiveConsole::stop() {
  if (!thread_.joinable()) return;
  change_mail([](Mail& mail) { mail.stops = true; });
  thread_.join();
}

template <class Change>
void LiveConsole::change_mail(Change change) {
  {
    const std::scoped_lock lock(mutex_);
    change(mail_);
  }
  has_mail_.notify_one();
}

// --- On HTTP threads.

bool LiveConsole::is_for_it(std::string_view path) {
  return path == stream_path || path == history_path;
}

void LiveConsole::take_request(http::ExchangeId exchange, http::Request request) {
  if (request.method != "GET") {
    http::Response refused = console::refusal({.kind = &api::errors::method_not_allowed,
                                               .message = "What the console sees is read by GET."});
    refused.headers.add("Allow", "GET");
    parts_.http.answer(exchange, std::move(refused));
    return;
  }
  Result<auth::Caller> caller = parts_.sessions.caller_of(request);
  if (!caller) return refuse(exchange, caller.error());
  const auto parameters = wire::Form::parse(http::query_string_of(request.target));
  if (!parameters) {
    refuse(exchange, {.kind = &api::errors::invalid_parameter_value,
                      .message = parameters.error().message()});
  } else if (http::path_of(request.target) == stream_path) {
    begin_stream({.exchange = exchange, .caller = *caller, .parameters = *parameters},
                 std::move(request));
  } else {
    ask_history({.exchange = exchange, .caller = *caller, .parameters = *parameters}, request);
  }
}

void LiveConsole::refuse(http::ExchangeId exchange, const Error& error) {
  parts_.http.answer(exchange, console::refusal(error));
}

void LiveConsole::begin_stream(const Asked& asked, http::Request request) {
  const http::ExchangeId exchange = asked.exchange;
  Result<std::vector<console::Topic>> topics =
      console::parse_topics(asked.parameters.find("topics").value_or(""));
  if (!topics) return refuse(exchange, topics.error());
  std::string after(asked.parameters.find("after").value_or(""));
  if (after.empty()) after = request.header("Last-Event-ID");
  if (const Result<void> place = take_place(exchange, asked.caller); !place)
    return refuse(exchange, place.error());
  if (!parts_.http.begin_stream(exchange, stream_head(), &parts_.ownership)) {
    gone(exchange);
    return;
  }
  change_mail([&](Mail& mail) {
    mail.came.push_back({.exchange = exchange,
                         .request = std::move(request),
                         .topics = *std::move(topics),
                         .after = std::move(after)});
  });
}

// One key leaves room for others. Where nobody needs a key all are alike.
Result<void> LiveConsole::take_place(http::ExchangeId exchange, const auth::Caller& caller) {
  const bool is_keyed = parts_.sessions.has_keys() && caller.grant != nullptr;
  const std::string key = is_keyed ? caller.grant->key_id : "";
  const std::scoped_lock lock(mutex_);
  const auto of_key = std::ranges::count(streams_ | std::views::values, key);
  if (is_keyed && static_cast<std::size_t>(of_key) >= streams_of_key_max) {
    return std::unexpected(too_many(fmt::format(
        "{} pages are open with this key, the most that one may have. Close one, then load this "
        "page again.",
        of_key)));
  }
  if (streams_.size() >= streams_max) {
    return std::unexpected(too_many(fmt::format(
        "{} pages are open, the most there may be. Close one, then load this page again.",
        streams_.size())));
  }
  streams_.emplace(exchange, key);
  return {};
}

void LiveConsole::ask_history(const Asked& asked, const http::Request& request) {
  const std::string_view span = asked.parameters.find("span").value_or("10m");
  const bool is_day = span == "24h";
  if (!is_day && span != "10m") {
    return refuse(asked.exchange,
                  {.kind = &api::errors::invalid_parameter_value,
                   .message = fmt::format("span is \"{}\". It must be 10m or 24h.", shown(span))});
  }
  auto question = std::make_unique<console::QueueQuestion>(
      parts_.dispatcher.context_of(request, asked.caller),
      std::string(asked.parameters.find("queue").value_or("")));
  const HistoryAsked history{
      .exchange = asked.exchange,
      .span = is_day ? console::History::Span::day : console::History::Span::ten_minutes,
      .question = question.get()};
  std::vector<std::unique_ptr<console::Question>> questions;
  questions.push_back(std::move(question));
  auto look = std::make_unique<console::Look>(parts_.engine.traffic(), std::move(questions));
  {
    const std::scoped_lock lock(mutex_);
    if (histories_.size() >= histories_max) {
      return refuse(asked.exchange,
                    too_many(fmt::format("{} histories are asked for, the most there may be at "
                                         "once. Ask again in a second.",
                                         histories_.size())));
    }
    histories_.emplace(look.get(), history);
  }
  parts_.engine.submit(std::move(look));
}

void LiveConsole::gone(http::ExchangeId exchange) {
  {
    const std::scoped_lock lock(mutex_);
    if (streams_.erase(exchange) == 0) return;
    mail_.gone.push_back(exchange);
  }
  has_mail_.notify_one();
}

// --- On the engine thread.

bool LiveConsole::is_for_it(const Leaving& leaving) {
  return dynamic_cast<const console::Look*>(leaving.call.get()) != nullptr;
}

void LiveConsole::deliver(Leaving leaving) {
  std::unique_ptr<console::Look> look(dynamic_cast<console::Look*>(leaving.call.release()));
  change_mail([&](Mail& mail) { mail.looks.push_back(std::move(look)); });
}

// --- On its own.

void LiveConsole::loop() {
  Steady::time_point next_look = Steady::now();
  while (true) {
    Mail mail = next_mail(next_look);
    if (mail.stops) return;
    for (console::Board::Visitor& each : mail.came) board_.join(std::move(each));
    for (const http::ExchangeId each : mail.gone) board_.leave(each);
    for (const auto& each : mail.looks) take(*each);
    const Steady::time_point now = Steady::now();
    if (now < next_look) continue;
    next_look = std::max(next_look + period, now);
    look();
  }
}

LiveConsole::Mail LiveConsole::next_mail(Steady::time_point deadline) {
  std::unique_lock lock(mutex_);
  has_mail_.wait_until(lock, deadline, [this] { return !mail_.empty(); });
  return std::exchange(mail_, {});
}

// Not while the last one is under way: an engine that has much to do is not asked for more.
void LiveConsole::look() {
  if (looking_ != nullptr) return;
  std::vector<std::unique_ptr<console::Question>> questions;
  auto sample = recorder_.next_sample();
  sample_ = sample.get();
  questions.push_back(std::move(sample));
  for (auto& each : board_.questions()) questions.push_back(std::move(each));
  auto look = std::make_unique<console::Look>(parts_.engine.traffic(), std::move(questions));
  looking_ = look.get();
  parts_.engine.submit(std::move(look));
}

void LiveConsole::take(const console::Look& look) {
  if (&look == looking_) {
    looking_ = nullptr;
    recorder_.take(*std::exchange(sample_, nullptr), look.at());
    push(board_.take(look.at(), look.next_event()));
    return;
  }
  HistoryAsked asked;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = histories_.extract(&look);
    if (!found) return;
    asked = found.mapped();
  }
  answer_history(asked);
}

void LiveConsole::answer_history(const HistoryAsked& asked) {
  const Result<QueueId>& queue = asked.question->found();
  if (!queue) return answer(asked.exchange, console::refusal(queue.error()));
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  console::write(json, recorder_.history().read(*queue, asked.span));
  json.end_object();
  answer(asked.exchange, console::json_response(std::move(body)));
}

void LiveConsole::answer(http::ExchangeId exchange, http::Response response) {
  parts_.http.post(exchange.thread,
                   [http = &parts_.http, permit = &parts_.ownership, exchange,
                    shared = std::make_shared<http::Response>(std::move(response))] {
                     http->answer(exchange, std::move(*shared), permit);
                   });
}

// A batch for each thread.
void LiveConsole::push(std::vector<console::Piece> pieces) {
  std::vector<std::vector<console::Piece>> by_thread(parts_.http.threads());
  for (console::Piece& each : pieces) {
    if (each.is_end) {
      const std::scoped_lock lock(mutex_);
      streams_.erase(each.exchange);
    }
    by_thread[each.exchange.thread].push_back(std::move(each));
  }
  for (std::uint32_t thread = 0; thread < by_thread.size(); ++thread) {
    if (by_thread[thread].empty()) continue;
    parts_.http.post(thread, [http = &parts_.http, batch = std::move(by_thread[thread])] {
      for (const console::Piece& each : batch) {
        if (each.is_end) {
          http->end_stream(each.exchange);
        } else if (http->push(each.exchange, each.text) == http::Server::Pushed::refused &&
                   each.lost != nullptr) {
          ++each.lost->pieces[each.topic];
          each.lost->events[each.topic] += each.events;
        }
      }
    });
  }
}

}  // namespace mailrail::server
