#include "api/dispatch.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "api/path_action.h"
#include "api/service_choice.h"
#include "auth/authenticator.h"
#include "auth/caller.h"
#include "auth/errors.h"
#include "base/digest.h"
#include "http/target.h"

namespace mailrail::api {
namespace {

std::string fresh_request_id(Random& random) {
  const std::uint64_t high = random.next();
  const std::uint64_t low = random.next();
  return uuid_text((high & ~std::uint64_t{0xf000}) | 0x4000,  // Version 4, variant 1.
                   (low & ~(std::uint64_t{3} << 62)) | std::uint64_t{1} << 63);
}

// A path with at least two segments may name a queue.
std::string_view queue_path_of(const http::Request& request) {
  const std::string_view path = path_of(request);
  return std::ranges::count(path, '/') >= 2 && path.size() > 2 ? path : std::string_view{};
}

// As the caller wrote it, unless that is nothing that a URL may hold.
std::string_view host_of(const http::Request& request) {
  const std::string_view host = request.header("Host");
  return !host.empty() && auth::is_plain_text(host) ? host : "localhost";
}

// The target is the protocol's; who forgets it is told so in AWS JSON all the same.
bool is_aws_json(const http::Request& request) {
  return request.headers.find("X-Amz-Target") ||
         request.header("Content-Type").starts_with("application/x-amz-json-");
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Of AWS Query's two forms XML is the rule; JSON is for who names it, and not with a weight of 0.
bool accepts_json(const http::Request& request) {
  for (const auto& each : std::views::split(request.header("Accept"), ',')) {
    const std::string_view range(each);
    const std::size_t parameters = std::min(range.find(';'), range.size());
    if (!http::equal_ignoring_case(trimmed(range.substr(0, parameters)), "application/json"))
      continue;
    const std::size_t weight = range.find("q=0", parameters);
    return weight == std::string_view::npos ||
           range.find_first_not_of(".0 \t", weight + 3) != std::string_view::npos;
  }
  return false;
}

// What a header says may not be UTF-8; answers are.
std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char each) { return each < ' ' || each > '~'; }, '?');
  return out;
}

// AWS answers a request that names no action in a form of its own, whatever was accepted.
http::Response no_action(const std::string& request_id) {
  http::Response response{.status = 404, .headers = {}, .body = "<UnknownOperationException/>\n"};
  response.headers.add("Content-Type", "text/xml");
  response.headers.add("x-amzn-RequestId", request_id);
  return response;
}

// An administrator's client signs for SQS, or for what has no other name.
Result<void> expect_meant_for(const Service& service, const auth::Caller& caller) {
  if (!service.signing_name.empty()) return auth::expect_signed_for(caller, service.signing_name);
  return auth::expect_signed_for(caller, caller.service == "sqs" ? "sqs" : "mailrail");
}

http::Response no_room(const Envelope& envelope, const CallSlots& slots) {
  return answer_with(
      envelope,
      Error{.kind = &errors::calls_are_too_many,
            .message = fmt::format("More than {} calls or {} MiB of them are under way. Try again.",
                                   slots.calls_max(), slots.bytes_max() >> 20)});
}

// What the action takes, and how its service words a refusal.
void name_rules(Context& context, const Service& service, std::string_view action) {
  context.right = auth::find_right(service.policy_prefix, action);
  context.access_denied = service.access_denied;
  context.throttled = service.throttled;
}

}  // namespace

std::string_view path_of(const http::Request& request) { return http::path_of(request.target); }

http::Response refuse(std::span<const Service> services,
                      const http::Request& request,
                      const Error& why,
                      Random& random) {
  const Service* const service = service_signed_for(services, auth::caller_of(request).service);
  Envelope envelope{.service = service == nullptr ? &services.front().wire : &service->wire,
                    .request_id = fresh_request_id(random)};
  if (!is_aws_json(request))
    envelope.protocol = accepts_json(request) ? wire::Protocol::query_json : wire::Protocol::query;
  return answer_with(envelope, why);
}

Dispatcher::Dispatcher(Parts parts) : parts_(std::move(parts)) {
  for (const Service& each : parts_.services) {
    if (each.read_topic_message != nullptr) read_topic_message_ = each.read_topic_message;
  }
}

Context Dispatcher::context_of(const http::Request& request, auth::Caller caller) const {
  Context context{
      .caller = std::move(caller),
      .remote_address = request.remote_address,
      .user_agent = printable(request.header("User-Agent").substr(0, user_agent_bytes_max)),
      .transport = request.is_encrypted ? Transport::encrypted : Transport::plain,
      .endpoint =
          std::string(request.is_encrypted ? "https://" : "http://").append(host_of(request)),
      .trace_header = {},
      .queue_urls = parts_.customs.queue_urls,
      .identity = &parts_.identity,
      .signer = &parts_.signer,
      .traffic = parts_.traffic,
      .key_rates = parts_.key_rates,
      .read_topic_message = read_topic_message_,
      .snapshots = parts_.snapshots,
      .server = parts_.server};
  if (const auto node = request.headers.find(forwarded_header); node && auth::is_plain_text(*node))
    context.handed_on_by = *node;
  const auto trace = request.headers.find("X-Amzn-Trace-Id");
  if (trace && auth::is_plain_text(*trace)) context.trace_header = *trace;
  return context;
}

const Service* Dispatcher::service_of_target(std::string_view target) const {
  const auto found = std::ranges::find_if(parts_.services, [&](const Service& each) {
    return !each.target_prefix.empty() && target.starts_with(each.target_prefix);
  });
  return found == parts_.services.end() ? nullptr : &*found;
}

namespace {

// A HEAD that received messages would show them to nobody.
Result<void> expect_method(const http::Request& request) {
  if (request.method == "POST" || request.method == "GET") return {};
  return fail(errors::method_not_allowed,
              "Calls are made by POST or GET, not by another method of HTTP.");
}

std::string_view queue_path_in(const http::Request& request,
                               const Service& service,
                               const std::optional<NamedByPath>& by_path) {
  if (by_path) return by_path->queue_path;
  return service.queue_paths == QueuePaths::known ? queue_path_of(request) : std::string_view{};
}

}  // namespace

Made Dispatcher::dispatch(http::Request request,
                          http::ExchangeId exchange,
                          std::uint64_t call_id,
                          CallSlots& slots,
                          Random& random) const {
  auth::Caller caller = auth::caller_of(request, parts_.customs.home);
  return dispatch(std::move(request), std::move(caller), exchange, call_id, slots, random);
}

Made Dispatcher::dispatch(http::Request request,
                          auth::Caller caller,
                          http::ExchangeId exchange,
                          std::uint64_t call_id,
                          CallSlots& slots,
                          Random& random) const {
  Context context = context_of(request, std::move(caller));
  const Service* service = service_signed_for(parts_.services, context.caller.service);
  if (service == nullptr) service = &parts_.services.front();
  Envelope envelope{.service = &service->wire, .request_id = fresh_request_id(random)};
  const auto refuse = [&](const Error& error) {
    return std::unexpected(answer_with(envelope, error));
  };

  const auto by_path = named_by_path(parts_.services, path_of(request));
  std::optional<wire::Form> form;
  std::string name;
  if (is_aws_json(request)) {
    const std::string_view target = request.header("X-Amz-Target");
    service = service_of_target(target);
    name = printable(service == nullptr ? target : target.substr(service->target_prefix.size()));
  } else {
    envelope.protocol = accepts_json(request) ? wire::Protocol::query_json : wire::Protocol::query;
    auto parsed = wire::Form::parse(http::query_string_of(request.target), request.body);
    if (!parsed) return refuse(decode_error(envelope.protocol, parsed.error()));
    form = *std::move(parsed);
    const auto action = by_path ? std::optional(by_path->action->name) : form->find("Action");
    if (!action || action->empty()) return std::unexpected(no_action(envelope.request_id));
    name = *action;
    service = by_path ? by_path->service
                      : choose_service(parts_.services, {.signed_for = context.caller.service,
                                                         .queue_path = queue_path_of(request),
                                                         .host = request.header("Host"),
                                                         .form = *form});
    if (service == nullptr) return refuse(unknown_version(form->find("Version").value_or("")));
    envelope.service = &service->wire;
  }

  if (by_path) service = by_path->service;

  if (const Result<void> expected = expect_method(request); !expected)
    return refuse(expected.error());

  const ActionEntry* action = service == nullptr ? nullptr : find_action(*service, name);
  if (by_path) action = by_path->action;
  if (action == nullptr) {
    envelope.action = name;
    return refuse(unknown_action(envelope));
  }
  envelope.action = action->name;
  envelope.service = &service->wire;
  if (const Result<void> meant = expect_meant_for(*service, context.caller); !meant)
    return refuse(meant.error());
  name_rules(context, *service, action->name);
  if (const Result<void> allowed = authorize_for_account(context); !allowed)
    return refuse(allowed.error());

  std::optional<CallSlot> slot = slots.take(request.body.size());
  if (!slot) return std::unexpected(no_room(envelope, slots));
  context.is_query = form.has_value();
  return action->make(
      Incoming{.service = service,
               .seat = {.call_id = call_id, .exchange = exchange, .slot = *std::move(slot)},
               .envelope = std::move(envelope),
               .context = std::move(context),
               .json = request.body,
               .form = form ? &*form : nullptr,
               .queue_path = queue_path_in(request, *service, by_path)});
}

}  // namespace mailrail::api
