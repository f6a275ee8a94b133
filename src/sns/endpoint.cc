#include "sns/endpoint.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "api/context.h"
#include "sns/arn.h"
#include "sns/characters.h"
#include "sns/errors.h"
#include "sns/limits.h"
#include "sns/subscription_attributes.h"

namespace mailrail::sns {
namespace {

constexpr std::string_view protocols_elsewhere[] = {"application", "email",  "email-json",
                                                    "firehose",    "lambda", "sms"};

Result<engine::Protocol> parse_protocol(std::string_view protocol) {
  for (const engine::Protocol each :
       {engine::Protocol::sqs, engine::Protocol::http, engine::Protocol::https}) {
    if (protocol == name_of(each)) return each;
  }
  if (std::ranges::find(protocols_elsewhere, protocol) != std::end(protocols_elsewhere)) {
    return errors::invalid_parameter(
        {.parameter = "Protocol",
         .reason = fmt::format("mailrail delivers by sqs, http and https, not by {}", protocol)});
  }
  return errors::invalid_parameter(
      fmt::format("Amazon SNS does not support this protocol string: {}", protocol));
}

// Its port, if there is one: `:8080`.
bool is_port(std::string_view text) {
  if (text.empty()) return true;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
  return text.front() == ':' && error == std::errc() && end == text.data() + text.size() &&
         port > 0;
}

// A name or an address, that of IPv6 in brackets, and its port.
bool is_host(std::string_view host) {
  if (!host.starts_with('[')) {
    const std::size_t end = std::min(host.find(':'), host.size());
    const std::string_view name = host.substr(0, end);
    const bool is_name = std::ranges::all_of(name, [](char each) {
      return is_letter_or_digit(each) || each == '-' || each == '.' || each == '_' || each == '%';
    });
    return !name.empty() && is_name && is_port(host.substr(end));
  }
  const std::size_t end = host.find(']');
  return end != std::string_view::npos && end > 1 && is_port(host.substr(end + 1));
}

// `http://host...`, of what a request's head may hold.
Result<void> check_url(engine::Protocol protocol, std::string_view url) {
  const std::string scheme = std::string(name_of(protocol)) + "://";
  if (!url.starts_with(scheme))
    return errors::invalid_parameter("Endpoint must match the specified protocol");
  const std::string_view rest = url.substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view host = authority.substr(authority.find('@') + 1);  // Behind a password.
  const bool is_plain = auth::is_plain_text(url) && !url.contains(' ') && !authority.contains('\\');
  if (!is_host(host) || !is_plain || url.size() > limits::endpoint_bytes_max)
    return errors::invalid_parameter({.parameter = "Endpoint", .reason = "it is not a URL"});
  return {};
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view protocol,
                                const std::optional<std::string>& endpoint) {
  if (!endpoint || endpoint->empty())
    return fail(errors::not_found_kind, "Endpoint not specified in subscription");
  Endpoint parsed{.protocol = TRY(parse_protocol(protocol)), .text = *endpoint, .queue = {}};
  if (parsed.protocol != engine::Protocol::sqs) {
    TRY(check_url(parsed.protocol, parsed.text));
    return parsed;
  }
  parsed.queue = api::parse_queue_arn(parsed.text);
  if (!parsed.queue || parsed.text.size() > limits::endpoint_bytes_max)
    return errors::invalid_parameter("SQS endpoint ARN");
  return parsed;
}

std::string shown_endpoint(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  const std::size_t begin = scheme + 3;
  const std::string_view authority = text.substr(begin, text.find_first_of("/?#", begin) - begin);
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  if (at == std::string_view::npos || colon > at) return std::string(text);
  return fmt::format("{}****{}", text.substr(0, begin + colon + 1), text.substr(begin + at));
}

Result<void> check_endpoint(const Endpoint& endpoint, const engine::Topic& topic) {
  if (endpoint.queue && endpoint.queue->name.ends_with(".fifo") && !topic.attributes.is_fifo) {
    return errors::invalid_parameter(  // AWS says it twice.
        "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
        "SNS topics");
  }
  return {};
}

}  // namespace mailrail::sns
