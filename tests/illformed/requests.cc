#include "tests/illformed/requests.h"

#include <fmt/format.h>

#include "base/check.h"
#include "tests/cases/protocol.h"

namespace mailrail::illformed {
namespace {

namespace json = boost::json;
using cases::Protocol;

// Stands where an ill value will.
constexpr std::string_view mark = "mailrail-mark";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

constexpr std::string_view ill_targets[] = {
    "",
    ".",
    "AmazonSQS",
    "AmazonSQS.",
    "AmazonSQS..",
    "amazonsqs.SendMessage",
    "AmazonSQS.sendmessage",
    "AmazonSQS.SendMessage.",
    "AmazonSQS.Send Message",
    "AmazonSNS.Publish",
    "AmazonSQS.RetryConversation",
    "Mailrail",
    "Mailrail.",
    "Mailrail.SendMessage",
    "Mailrail.retryConversation",
    "mailrail.RetryConversation",
    "Mailrail.RetryConversation ",
    "SendMessage",
    "AmazonSQS.\xff",
    "\xc3\x28",
    "AmazonSQS.\x01",
    "AmazonSQS.\"\\</Message>",
};

constexpr std::string_view ill_paths[] = {
    "",
    "//",
    "///q",
    "/../..",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/000000000000/../q",
    "/000000000000/",
    "/000000000000/%ff",
    "/000000000000/\xff",
    "/000000000000/%",
    "/a/b/c/d/e/f/g",
    "*",
    "http://",
    "http://h",
    "http://h/000000000000/q",
    "://://",
    "/?",
    "/?&=&%41",
    "/000000000000/q;a=b",
    "/#",
};

constexpr std::string_view ill_hosts[] = {
    "", " ", "\xff", "a b", "<a>", "\"", "h:99999999", "[::1]:80", "a/b?c#d", "@", "\x7f",
};

http::Request with_header(const http::Request& request,
                          std::string_view name,
                          std::string_view value) {
  http::Request changed = request;
  changed.headers = {};
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const http::Header each = request.headers[i];
    changed.headers.add(each.name, each.name == name ? value : each.value);
  }
  return changed;
}

// Where in a form the parameter stands whose value is the mark.
struct Parameter {
  std::size_t begin;
  std::size_t bytes;
  std::string name;
};

Parameter marked_parameter(std::string_view form) {
  const std::size_t value = form.find(mark);
  CHECK(value != std::string_view::npos);
  const std::size_t begin = form.rfind('&', value) + 1;
  return {.begin = begin,
          .bytes = value + mark.size() - begin,
          .name = std::string(form.substr(begin, value - 1 - begin))};
}

std::string with_ill_value(Protocol protocol, const std::string& body, const IllValue& ill) {
  if (protocol == Protocol::json) return replaced(body, fmt::format("\"{}\"", mark), ill.text);
  const Parameter parameter = marked_parameter(body);
  std::string changed = body;
  changed.replace(parameter.begin, parameter.bytes, replaced(ill.text, "@", parameter.name));
  return changed;
}

// A form whose last escape is cut off says so.
bool ends_within_escape(std::string_view form) {
  const std::size_t percent = form.rfind('%');
  return percent != std::string_view::npos && percent + 3 > form.size();
}

// `Action=ListSubscriptions`, of ListSubscriptionsByTopic.
bool calls_another_action(std::string_view form, std::string_view action) {
  constexpr std::string_view begin = "Action=";
  if (!form.starts_with(begin)) return false;
  const std::string_view called = form.substr(begin.size());
  return called != cases::wire_name(action) && cases::find_action(called) != nullptr;
}

Verdict verdict_on_truncated(Protocol protocol, std::string_view body) {
  if (protocol != Protocol::json)
    return ends_within_escape(body) ? Verdict::undecodable : Verdict::answered;
  return body.empty() ? Verdict::answered : Verdict::undecodable;
}

}  // namespace

http::Request request_of(const Scene& scene, std::string_view action, const json::object& input) {
  static const std::vector<std::string> no_options;
  http::Request request = cases::request_of(
      scene.protocol(), {.action = action, .options = no_options, .input = input});
  // As SDKs do: what is left of a request tells its service still.
  if (cases::owner_of(action) == cases::Owner::sns) {
    request.headers.add("Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/sns/aws4_request, "
                        "SignedHeaders=host, Signature=0");
  }
  return request;
}

void each_ill_value(const Scene& scene, const Example& example, const Visit& visit) {
  const json::object& input = scene.input();
  for (const Place& place : places_of(*example.shapes->input, input)) {
    const http::Request marked =
        request_of(scene, example.action(), with(input, place, json::value(mark)));
    const std::vector<IllValue> values = scene.protocol() == Protocol::json
                                             ? json_values(place, fitting_value(input, place))
                                             : query_values(place);
    for (const IllValue& each : values) {
      http::Request request = marked;
      request.body = with_ill_value(scene.protocol(), marked.body, each);
      visit({.name = fmt::format("{} = {}", place.name(), each.name),
             .request = std::move(request),
             .verdict = each.verdict,
             .place = &place});
    }
  }
}

void each_ill_body(const Scene& scene, const Example& example, const Visit& visit) {
  const http::Request right = request_of(scene, example.action(), scene.input());
  for (const IllValue& each : scene.protocol() == Protocol::json ? json_bodies() : query_bodies()) {
    http::Request request = right;
    request.body = replaced(each.text, "@", cases::wire_name(example.action()));
    visit({.name = each.name, .request = std::move(request), .verdict = each.verdict});
  }
}

void each_ill_head(const Scene& scene, const Example& example, const Visit& visit) {
  const http::Request right = request_of(scene, example.action(), scene.input());
  for (const std::string_view path : ill_paths) {
    http::Request request = right;
    request.target = path;
    visit({.name = fmt::format("path {}", path),
           .request = std::move(request),
           .verdict = Verdict::answered});
  }
  for (const std::string_view host : ill_hosts) {
    visit({.name = fmt::format("Host: {}", host),
           .request = with_header(right, "Host", host),
           .verdict = Verdict::answered});
  }
  if (scene.protocol() != Protocol::json) return;
  std::vector<std::string> targets(std::begin(ill_targets), std::end(ill_targets));
  targets.push_back("AmazonSQS." + std::string(15'000, 'a'));
  for (const std::string& target : targets) {
    visit({.name = "X-Amz-Target: " + target,
           .request = with_header(right, "X-Amz-Target", target),
           .verdict = Verdict::refused});
  }
}

void each_truncation(const Scene& scene, const Example& example, const Visit& visit) {
  const http::Request right = request_of(scene, example.action(), scene.input());
  for (std::size_t bytes = 0; bytes < right.body.size(); ++bytes) {
    http::Request request = right;
    request.body.resize(bytes);
    if (calls_another_action(request.body, example.action())) continue;
    const Verdict verdict = verdict_on_truncated(scene.protocol(), request.body);
    visit({.name = fmt::format("{} of {} bytes", bytes, right.body.size()),
           .request = std::move(request),
           .verdict = verdict});
  }
}

}  // namespace mailrail::illformed
