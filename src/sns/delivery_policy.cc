#include "sns/delivery_policy.h"

#include <algorithm>
#include <span>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "api/context.h"
#include "sns/errors.h"
#include "sns/limits.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

std::unexpected<Error> invalid(std::string_view reason) {
  return errors::invalid_attribute(fmt::format("DeliveryPolicy: {}", reason));
}

// `path` is where the value stands: `http.defaultHealthyRetryPolicy.numRetries`.
using Read = Result<json::value> (*)(const json::value& value, const std::string& path);

struct Member {
  std::string_view name;
  Read read;
};

// What is there of `members`, in their order; what else is there is refused.
Result<json::value> read_members(std::span<const Member> members,
                                 const json::value& value,
                                 const std::string& path) {
  const json::object* given = value.if_object();
  if (given == nullptr) return invalid(fmt::format("{} must be an object", path));
  const std::string prefix = path.empty() ? path : path + ".";
  for (const auto& [name, each] : *given) {
    if (std::ranges::find(members, std::string_view(name), &Member::name) == members.end())
      return invalid(fmt::format("Unexpected JSON member: {}", std::string_view(name)));
  }
  json::object read;
  for (const Member& member : members) {
    const json::value* found = given->if_contains(member.name);
    if (found == nullptr || found->is_null()) continue;
    read[member.name] = TRY(member.read(*found, prefix + std::string(member.name)));
  }
  return read;
}

Result<json::value> read_integer(const json::value& value,
                                 const std::string& path,
                                 int least,
                                 int most) {
  if (!value.is_int64() && !value.is_uint64())
    return invalid(fmt::format("{} must be an integer", path));
  const bool is_huge = value.is_uint64();
  if (is_huge || value.get_int64() > most)
    return invalid(fmt::format("{} must be less than or equal to {}", path, most));
  if (value.get_int64() < least)
    return invalid(fmt::format("{} must be greater than or equal to {}", path, least));
  return value;
}

Result<json::value> read_delay(const json::value& value, const std::string& path) {
  return read_integer(value, path, limits::delay_target_min, limits::delay_target_max);
}

Result<json::value> read_retries(const json::value& value, const std::string& path) {
  return read_integer(value, path, 0, limits::retries_max);
}

Result<json::value> read_rate(const json::value& value, const std::string& path) {
  return read_integer(value, path, limits::receives_per_second_min, INT32_MAX);
}

Result<json::value> read_boolean(const json::value& value, const std::string& path) {
  if (!value.is_bool()) return invalid(fmt::format("{} must be true or false", path));
  return value;
}

Result<json::value> read_backoff(const json::value& value, const std::string& path) {
  for (const std::string_view each : {"arithmetic", "exponential", "geometric", "linear"}) {
    if (value.is_string() && std::string_view(value.get_string()) == each) return value;
  }
  return invalid(
      fmt::format("{} must be one of arithmetic, exponential, geometric and linear", path));
}

// It goes into a header.
Result<json::value> read_content_type(const json::value& value, const std::string& path) {
  if (value.is_string()) {
    const std::string_view text = value.get_string();
    if (!text.empty() && text.size() <= limits::kept_text_bytes_max && auth::is_plain_text(text))
      return value;
  }
  return invalid(fmt::format("{} must be a content type", path));
}

constexpr Member retry_members[] = {
    {"minDelayTarget", &read_delay},      {"maxDelayTarget", &read_delay},
    {"numRetries", &read_retries},        {"numMaxDelayRetries", &read_retries},
    {"numNoDelayRetries", &read_retries}, {"numMinDelayRetries", &read_retries},
    {"backoffFunction", &read_backoff}};

json::object default_retry_policy() {
  return {{"minDelayTarget", 20},       {"maxDelayTarget", 20},   {"numRetries", 3},
          {"numMaxDelayRetries", 0},    {"numNoDelayRetries", 0}, {"numMinDelayRetries", 0},
          {"backoffFunction", "linear"}};
}

// The second's members take the place of the first's.
json::object merged(json::object first, const json::object& second) {
  for (const auto& [name, value] : second) first[name] = value;
  return first;
}

Result<json::value> read_retry_policy(const json::value& value, const std::string& path) {
  json::value read = TRY(read_members(retry_members, value, path));
  const json::object whole = merged(default_retry_policy(), read.get_object());
  const auto number = [&](std::string_view name) { return whole.at(name).to_number<int>(); };
  if (number("minDelayTarget") > number("maxDelayTarget"))
    return invalid(
        fmt::format("{0}.minDelayTarget must be less than or equal to maxDelayTarget", path));
  const int phases =
      number("numMaxDelayRetries") + number("numNoDelayRetries") + number("numMinDelayRetries");
  if (phases > number("numRetries")) {
    return invalid(
        fmt::format("{}.numRetries must be greater than or equal to the sum of "
                    "numMaxDelayRetries, numNoDelayRetries and numMinDelayRetries",
                    path));
  }
  return read;
}

Result<json::value> read_throttle_policy(const json::value& value, const std::string& path) {
  static constexpr Member members[] = {{"maxReceivesPerSecond", &read_rate}};
  return read_members(members, value, path);
}

Result<json::value> read_request_policy(const json::value& value, const std::string& path) {
  static constexpr Member members[] = {{"headerContentType", &read_content_type}};
  return read_members(members, value, path);
}

constexpr Member topic_members[] = {{"defaultHealthyRetryPolicy", &read_retry_policy},
                                    {"defaultSicklyRetryPolicy", &read_retry_policy},
                                    {"disableSubscriptionOverrides", &read_boolean},
                                    {"defaultThrottlePolicy", &read_throttle_policy},
                                    {"defaultRequestPolicy", &read_request_policy}};

constexpr Member subscription_members[] = {{"healthyRetryPolicy", &read_retry_policy},
                                           {"sicklyRetryPolicy", &read_retry_policy},
                                           {"throttlePolicy", &read_throttle_policy},
                                           {"requestPolicy", &read_request_policy},
                                           {"guaranteed", &read_boolean}};

Result<json::value> parse(std::string_view given) {
  if (given.size() > limits::policy_bytes_max)
    return invalid(fmt::format("must not have more than {} bytes", limits::policy_bytes_max));
  boost::system::error_code error;
  json::value parsed = json::parse(given, error);
  if (error || !parsed.is_object()) return invalid("failed to parse JSON");
  return parsed;
}

// Of what is kept, which was checked.
json::object kept_object(std::string_view kept) {
  return kept.empty() ? json::object() : json::parse(kept).as_object();
}

json::object object_in(const json::object& policy, std::string_view name) {
  const json::value* found = policy.if_contains(name);
  return found == nullptr ? json::object() : found->as_object();
}

// What a topic's policy has for HTTP, whole.
json::object effective_http(std::string_view topic) {
  const json::object given = object_in(kept_object(topic), "http");
  json::object whole = merged(
      {{"defaultHealthyRetryPolicy", nullptr}, {"disableSubscriptionOverrides", false}}, given);
  whole["defaultHealthyRetryPolicy"] =
      merged(default_retry_policy(), object_in(given, "defaultHealthyRetryPolicy"));
  whole["defaultRequestPolicy"] = merged({{"headerContentType", "text/plain; charset=UTF-8"}},
                                         object_in(given, "defaultRequestPolicy"));
  return whole;
}

json::value value_or_null(const json::object& policy, std::string_view name) {
  const json::value* found = policy.if_contains(name);
  return found == nullptr ? json::value() : *found;
}

}  // namespace

Result<std::string> topic_delivery_policy(std::string_view given) {
  if (given.empty()) return std::string();
  const json::value parsed = TRY(parse(given));
  for (const auto& [name, each] : parsed.get_object()) {
    if (name != "http")
      return invalid(fmt::format("Unexpected JSON member: {}", std::string_view(name)));
  }
  const json::value* http = parsed.get_object().if_contains("http");
  if (http == nullptr || http->is_null()) return std::string();
  json::value shown = *http;
  if (json::object* members = shown.if_object()) {
    json::value& is_fixed = (*members)["disableSubscriptionOverrides"];
    if (is_fixed.is_null()) is_fixed = false;
  }
  return json::serialize(json::object{{"http", TRY(read_members(topic_members, shown, "http"))}});
}

Result<std::string> subscription_delivery_policy(std::string_view given) {
  if (given.empty()) return std::string();
  const json::value parsed = TRY(parse(given));
  const json::object read = TRY(read_members(subscription_members, parsed, "")).get_object();
  return read.empty() ? std::string() : json::serialize(read);
}

std::string effective_topic_delivery_policy(std::string_view topic) {
  return json::serialize(json::object{{"http", effective_http(topic)}});
}

std::string effective_subscription_delivery_policy(std::string_view subscription,
                                                   std::string_view topic) {
  const json::object http = effective_http(topic);
  const bool is_fixed = http.at("disableSubscriptionOverrides").as_bool();
  const json::object own = is_fixed ? json::object() : kept_object(subscription);
  json::value throttle = value_or_null(own, "throttlePolicy");
  if (throttle.is_null()) throttle = value_or_null(http, "defaultThrottlePolicy");
  json::value sickly = value_or_null(own, "sicklyRetryPolicy");
  if (sickly.is_null()) sickly = value_or_null(http, "defaultSicklyRetryPolicy");
  // Members of one retry policy belong together: a subscription's stands in place of the topic's.
  const bool has_own = own.contains("healthyRetryPolicy");
  return json::serialize(json::object{
      {"healthyRetryPolicy",
       has_own ? merged(default_retry_policy(), object_in(own, "healthyRetryPolicy"))
               : object_in(http, "defaultHealthyRetryPolicy")},
      {"sicklyRetryPolicy", sickly},
      {"throttlePolicy", throttle},
      {"requestPolicy",
       merged(object_in(http, "defaultRequestPolicy"), object_in(own, "requestPolicy"))},
      {"guaranteed", own.contains("guaranteed") ? own.at("guaranteed") : json::value(false)}});
}

}  // namespace mailrail::sns
