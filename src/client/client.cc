#include "client/client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "auth/sigv4.h"
#include "base/shown.h"
#include "client/errors.h"
#include "client/target.h"
#include "wire/json_encode.h"
#include "wire/query_encode.h"

namespace mailrail::client {
namespace {

constexpr std::string_view sns_version = "2010-03-31";

bool is_read(std::string_view action) {
  constexpr std::array<std::string_view, 6> beginnings = {"Get",      "List",  "Peek",
                                                          "Describe", "Check", "TestFilter"};
  return std::ranges::any_of(beginnings,
                             [&](std::string_view each) { return action.starts_with(each); });
}

std::string_view name_of(Service service) {
  switch (service) {
    case Service::sqs:
      return "sqs";
    case Service::sns:
      return "sns";
    case Service::mailrail:
      return "mailrail";
  }
  return {};
}

// As libcurl would write it: without the port that goes with the scheme.
std::string host_header(const std::string& url, const Target& target) {
  std::string host = target.authority;
  const std::string_view usual = url.starts_with("https:") ? ":443" : ":80";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  return host;
}

// What follows the host; empty, or it begins with a slash and ends with none.
std::string path_of(const std::string& url) {
  const std::size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string::npos ? "" : url.substr(slash);
}

http::Request unsigned_request(Service service, std::string_view action, Source input) {
  http::Request request{.method = "POST", .target = "/"};
  if (service == Service::sns) {
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.body = wire::encode_query({.name = action, .version = sns_version}, input);
    return request;
  }
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  const std::string_view prefix = service == Service::sqs ? "AmazonSQS" : "Mailrail";
  request.headers.add("X-Amz-Target", fmt::format("{}.{}", prefix, action));
  request.body = wire::encode_json(input);
  return request;
}

// Where no keys are in force any will do, and only their region counts.
const auth::Credentials any_key = {.key_id = "mailrail", .secret = "mailrail"};

}  // namespace

Client::Client(Options options)
    : options_(std::move(options)), session_(options_.settings.ca_file) {}

Instant Client::system_time() {
  return Instant(
      std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()));
}

void Client::sleep_for(Duration duration) { std::this_thread::sleep_for(duration); }

Twice Client::twice(std::string_view action) {
  constexpr std::array<std::string_view, 7> harmful = {
      "SendMessage",     "SendMessageBatch",   "Publish", "PublishBatch", "StartMessageMoveTask",
      "RedriveMessages", "StartRampedMoveTask"};
  return std::ranges::find(harmful, action) == harmful.end() ? Twice::harmless : Twice::harmful;
}

Result<void> Client::expect_changeable(Service service, std::string_view action) const {
  const ServiceEndpoint& endpoint = options_.settings.endpoint(service);
  if (options_.on_amazon == OnAmazon::anything || !is_amazon(endpoint.url)) return {};
  return fail(errors::unconfirmed,
              fmt::format("{} (from {}) is AWS itself, and {} would change something there. Add "
                          "--aws if that is meant.",
                          shown(endpoint.url), endpoint.where, action));
}

Result<void> Client::expect_mailrail(std::string_view action) const {
  if (!is_amazon(options_.settings.endpoint(Service::mailrail).url)) return {};
  return fail(errors::refused, fmt::format("AWS has no {}: only mailrail has.", action));
}

Result<void> Client::call(const Call& call, Source input, mailrail::Target output) {
  last_refusal_ = {};
  if (call.service == Service::mailrail) TRY(expect_mailrail(call.action));
  if (!is_read(call.action)) TRY(expect_changeable(call.service, call.action));

  for (int attempt = 1;; ++attempt) {
    const HttpRequest request =
        TRY(signed_request(call.service, unsigned_request(call.service, call.action, input)));
    const Result<HttpAnswer> answer =
        options_.send ? options_.send(request) : session_.ask(request);
    if (answer && answer->status == 200)
      return read_output(call.service, call.action, *answer, output);
    Error error = error_of(call, answer);
    const Failure failure{.status = answer ? answer->status : 0,
                          .code = last_refusal_.code,
                          .was_sent = answer || answer.error().kind != &errors::not_sent};
    if (attempt == attempts_max || !may_try_again(failure, call.twice))
      return std::unexpected(std::move(error));
    options_.pause(pause_after(attempt, answer ? retry_after(*answer) : std::nullopt, random_));
  }
}

Result<HttpAnswer> Client::get(const std::string& path, Duration timeout) {
  HttpRequest request = TRY(signed_request(Service::mailrail, {.method = "GET", .target = path}));
  request.method = "GET";
  request.timeout = timeout;
  return options_.send ? options_.send(request) : session_.ask(request);
}

Result<HttpAnswer> Client::post(const std::string& path, const Headers& headers, Duration timeout) {
  http::Request unsigned_one{.method = "POST", .target = path};
  for (const auto& [name, value] : headers) unsigned_one.headers.add(name, value);
  HttpRequest request = TRY(signed_request(Service::mailrail, std::move(unsigned_one)));
  request.timeout = timeout;
  return session_.ask(request);
}

Result<HttpRequest> Client::signed_request(Service service, http::Request request) const {
  const Settings& settings = options_.settings;
  const std::string& url = settings.endpoint(service).url;
  if (is_amazon(url) && !settings.credentials) {
    return fail(errors::settings,
                "No key is set up for AWS: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                "name a profile that has one with --profile.");
  }
  const Target target = TRY(parse_target(url));
  HttpRequest out{.url = url + request.target, .timeout = answer_within};
  request.target = path_of(url) + request.target;
  request.headers.add("Host", host_header(url, target));
  const auto signature = auth::sign(request, {.credentials = settings.credentials.value_or(any_key),
                                              .region = settings.region(service),
                                              .service = std::string(name_of(service)),
                                              .time = options_.now()});
  for (std::size_t i = 0; i < request.headers.size(); ++i)
    out.headers.emplace_back(request.headers[i].name, request.headers[i].value);
  for (const auto& each : signature) out.headers.push_back(each);
  out.headers.emplace_back("User-Agent", options_.agent);
  out.body = std::move(request.body);
  return out;
}

Error Client::error_of(const Call& call, const Result<HttpAnswer>& answer) {
  const ServiceEndpoint& endpoint = options_.settings.endpoint(call.service);
  last_refusal_ = {};
  if (!answer) {
    const bool is_unknown =
        answer.error().kind != &errors::not_sent && call.twice == Twice::harmful;
    return {.kind = &errors::unreachable,
            .message = answer.error().message +
                       (is_unknown ? " It is not known whether it was done." : "")};
  }
  auto refusal = read_refusal(call.service, *answer);
  if (!refusal) {
    return {.kind = answer->status >= 500 ? &errors::unreachable : &errors::refused,
            .message = fmt::format("{} answered {}, and not as {} does.", shown(endpoint.url),
                                   answer->status,
                                   call.service == Service::mailrail ? "mailrail"
                                   : call.service == Service::sqs    ? "SQS"
                                                                     : "SNS")};
  }
  last_refusal_ = *std::move(refusal);
  std::string message(
      shown(last_refusal_.message.empty() ? last_refusal_.code : last_refusal_.message));
  return {.kind = &kind_of(answer->status, last_refusal_), .message = std::move(message)};
}

}  // namespace mailrail::client
