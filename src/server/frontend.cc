#include "server/frontend.h"

#include <utility>

#include "api/errors.h"
#include "server/own_calls.h"
#include "server/take_snapshot.h"

namespace mailrail::server {
namespace {

// Of one thread's calls, before they are submitted; and of the texts to be digested.
constexpr std::size_t gathered_max = 32;
constexpr std::size_t gathered_bytes_max = std::size_t{256} << 10;
constexpr std::string_view certificates = "/SimpleNotificationService-";

Instant wall_clock() {
  return Instant(
      std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()));
}

Error log_is_slow() {
  return {.kind = &api::errors::service_unavailable,
          .message = "The database that keeps the log takes too long to answer. Try again."};
}

std::string_view request_id_of(const http::Response& response) {
  return response.headers.find("x-amzn-RequestId").value_or(std::string_view());
}

std::uint64_t call_id(http::ExchangeId exchange) {
  return exchange.generation << 8 | (exchange.thread + 1);
}

}  // namespace

Frontend::Frontend(const Parts& parts, const Limits& limits)
    : parts_(parts),
      scrapes_({.http = parts.http,
                .log = parts.log,
                .engine = parts.engine,
                .measures = parts.measures,
                .authenticator = parts.authenticator}),
      gathered_(parts.http.threads()),
      read_budget_(limits.read_bytes_max()) {
  SystemRandom seeds;
  for (std::uint32_t i = 0; i < parts_.http.threads(); ++i) randoms_.emplace_back(seeds.next());
}

void Frontend::on_request(http::ExchangeId exchange, http::Request request) {
  if (auto answer = answer_path(request)) {
    parts_.http.answer(exchange, *std::move(answer));
    return;
  }
  if (Scrapes::is_for_it(api::path_of(request))) {
    scrapes_.take_request(exchange, request);
    return;
  }
  const Refused refused{.began = std::chrono::steady_clock::now(),
                        .trace_id = std::string(request.header("X-Amzn-Trace-Id"))};
  Random& random = randoms_[exchange.thread];
  if (!parts_.ownership.takes_calls()) {
    answer_now(exchange, refused, parts_.dispatcher.refuse(request, log_is_slow(), random));
    return;
  }
  if (LiveConsole::is_for_it(api::path_of(request))) {
    parts_.live.take_request(exchange, std::move(request));
    return;
  }
  Result<auth::Caller> caller = parts_.sessions.authenticate(request);
  if (!caller) {
    answer_now(exchange, refused, parts_.dispatcher.refuse(request, caller.error(), random));
    return;
  }
  api::Made made = parts_.dispatcher.dispatch(std::move(request), *std::move(caller), exchange,
                                              call_id(exchange), parts_.slots, random);
  if (made) {
    (*made)->began = refused.began;
    gather(*std::move(made));
  } else {
    answer_now(exchange, refused, std::move(made).error());
  }
}

// No longer than is worth it: the engine waits for them.
void Frontend::gather(std::unique_ptr<api::ApiCall> call) {
  const std::uint32_t thread = call->exchange.thread;
  Gathered& gathered = gathered_[thread];
  call->add_texts(gathered.digests);
  gathered.calls.push_back(std::move(call));
  if (gathered.calls.size() >= gathered_max || gathered.digests.bytes() >= gathered_bytes_max)
    submit_gathered(thread);
}

void Frontend::submit_gathered(std::uint32_t thread) {
  Gathered& gathered = gathered_[thread];
  if (gathered.calls.empty()) return;
  gathered.digests.write();
  parts_.engine.submit(std::exchange(gathered.calls, {}));
}

// A call of its may still be gathered; only what was submitted can be cancelled.
void Frontend::on_gone(http::ExchangeId exchange) {
  submit_gathered(exchange.thread);
  parts_.engine.cancel(call_id(exchange));
  parts_.live.gone(exchange);
}

void Frontend::deliver(std::vector<Leaving> leaving) {
  std::vector<std::vector<Ready>> by_thread(parts_.http.threads());
  for (Leaving& each : leaving) {
    auto* call = dynamic_cast<api::ApiCall*>(each.call.get());
    if (call == nullptr) {
      finish_own(std::move(each.call));
      continue;
    }
    Ready ready{.call = std::unique_ptr<api::ApiCall>(call), .frames = std::move(each.frames)};
    (void)each.call.release();
    if (call->reads_files()) {
      parts_.readers.add(
          [this, shared = std::make_shared<Ready>(std::move(ready))] { read_files(*shared); });
      continue;
    }
    if (std::ranges::find(ready.frames, nullptr) != ready.frames.end()) {
      for (const engine::Body& body : call->bodies())
        ready.holds.push_back(parts_.log.hold(body.position));
    }
    by_thread[call->exchange.thread].push_back(std::move(ready));
  }
  for (std::uint32_t thread = 0; thread < by_thread.size(); ++thread) {
    if (!by_thread[thread].empty()) post(thread, std::move(by_thread[thread]));
  }
}

// One of the server's own calls has nobody to answer.
void Frontend::finish_own(std::unique_ptr<broker::Call> call) {
  if (dynamic_cast<TakeSnapshot*>(call.get()) == nullptr) return;
  parts_.readers.add([taken = std::shared_ptr<broker::Call>(std::move(call))] {
    static_cast<TakeSnapshot&>(*taken).finish();
  });
}

void Frontend::parked(const broker::Call& call) {
  if (const auto* waiting = dynamic_cast<const api::ApiCall*>(&call)) waiting->slot.give_back();
}

std::optional<http::Response> Frontend::answer_path(const http::Request& request) const {
  const std::string_view path = api::path_of(request);
  auto health = answer_health(path);
  return health ? std::move(health) : answer_certificate(path);
}

std::optional<http::Response> Frontend::answer_health(std::string_view path) const {
  if (path == "/readyz" || path == "/health" || path == "/moto-api/") {
    if (is_stopping_) return http::text_response(503, "stopping\n");
    if (!parts_.ownership.takes_calls()) return http::text_response(503, "the log is slow\n");
    return http::text_response(200, "ready\n");
  }
  if (path == "/_localstack/health") {
    http::Response response{.status = 200,
                            .headers = {},
                            .body = R"({"services": {"sqs": "running", "sns": "running"}})"};
    response.headers.add("Content-Type", "application/json");
    return response;
  }
  return std::nullopt;
}

// Where notifications say that it is.
std::optional<http::Response> Frontend::answer_certificate(std::string_view path) const {
  if (!path.starts_with(certificates) || !path.ends_with(".pem")) return std::nullopt;
  const auto certificate = parts_.signer.certificate(path.substr(1));
  if (!certificate) return http::text_response(404, "no certificate of that name\n");
  http::Response response{.status = 200, .headers = {}, .body = std::string(*certificate)};
  response.headers.add("Content-Type", "application/x-pem-file");
  return response;
}

std::size_t Frontend::Ready::bytes_to_read() const {
  const std::span<const engine::Body> places = call->bodies();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < frames.size(); ++i)
    bytes += frames[i] == nullptr ? places[i].length : 0;
  return bytes;
}

void Frontend::take_in(Ready& ready, ReadBack read) {
  mark_damaged(parts_.engine, read);
  ready.read = std::make_unique<ReadBack>(std::move(read));
  ready.holds.clear();
}

// False if that would have to wait, for the log or for what others hold.
bool Frontend::read_at_once(Ready& ready) {
  const std::size_t bytes = ready.bytes_to_read();
  if (!read_budget_.try_take(bytes)) return false;
  std::optional<ReadBack> read = read_back_cached(parts_.log, *ready.call, ready.frames);
  if (!read) {
    read_budget_.give_back(bytes);
    return false;
  }
  ready.read_bytes = bytes;
  take_in(ready, *std::move(read));
  return true;
}

void Frontend::read_and_post(Ready& ready) {
  ready.read_bytes = ready.bytes_to_read();
  read_budget_.take(ready.read_bytes);
  take_in(ready, read_back(parts_.log, *ready.call, std::move(ready.frames)));
  post_alone(ready);
}

void Frontend::read_files(Ready& ready) {
  ready.finished = std::make_unique<http::Response>(ready.call->finish({}));
  post_alone(ready);
}

void Frontend::post_alone(Ready& ready) {
  const std::uint32_t thread = ready.call->exchange.thread;
  std::vector<Ready> one;
  one.push_back(std::move(ready));
  post(thread, std::move(one));
}

void Frontend::post(std::uint32_t thread, std::vector<Ready> ready) {
  parts_.http.post(thread, [this, batch = std::make_shared<std::vector<Ready>>(std::move(ready))] {
    for (Ready& each : *batch) answer(each);
  });
}

void Frontend::answer_now(http::ExchangeId exchange,
                          const Refused& refused,
                          http::Response response) {
  parts_.measures.answered(exchange.thread,
                           {.about = response.about,
                            .status = response.status,
                            .request_id = request_id_of(response),
                            .trace_id = refused.trace_id,
                            .took = std::chrono::steady_clock::now() - refused.began});
  parts_.http.answer(exchange, std::move(response));
}

void Frontend::answer(Ready& ready) {
  if (ready.is_to_be_read() && !read_at_once(ready)) {
    parts_.readers.add(
        [this, shared = std::make_shared<Ready>(std::move(ready))] { read_and_post(*shared); });
    return;
  }
  const api::ApiCall& call = *ready.call;
  http::Response response = finish(ready);
  const auto& trace_id = call.context().trace_header;
  parts_.measures.answered(call.exchange.thread,
                           {.about = response.about,
                            .status = response.status,
                            .request_id = request_id_of(response),
                            .target = call.target(),
                            .trace_id = trace_id ? *trace_id : std::string_view{},
                            .took = std::chrono::steady_clock::now() - call.began});
  tell_activity(call, response.about);
  const bool is_taken = parts_.http.answer(call.exchange, std::move(response), &parts_.ownership);
  if (ready.read_bytes > 0) {
    ready.read.reset();
    read_budget_.give_back(ready.read_bytes);
  }
  if (is_taken) return;
  std::vector<engine::ReceiptHandle> leases = call.leases();
  if (!leases.empty()) parts_.engine.submit(std::make_unique<GiveBack>(std::move(leases)));
}

http::Response Frontend::finish(Ready& ready) const {
  const api::ApiCall& call = *ready.call;
  if (ready.finished) return *std::move(ready.finished);
  if (!ready.read) return call.finish(api::Bodies(call.bodies(), std::move(ready.frames), {}));
  if (ready.read->failure) return call.finish_unreadable(*ready.read->failure);
  return call.finish(ready.read->bodies);
}

void Frontend::tell_activity(const api::ApiCall& call, const http::About& about) {
  const api::Context& context = call.context();
  if (context.right == nullptr || !console::Activity::is_audited(*context.right)) return;
  const auth::Grant* grant = context.caller.grant.get();
  const bool is_known = grant != nullptr && !grant->is_anonymous();
  parts_.live.activity().add({.at = wall_clock(),
                              .who = !is_known             ? context.remote_address
                                     : grant->name.empty() ? grant->key_id
                                                           : grant->name,
                              .service = context.right->service,
                              .action = std::string(about.action),
                              .target = std::string(call.target()),
                              .code = std::string(about.code)});
}

}  // namespace mailrail::server
