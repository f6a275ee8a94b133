#include "sqs/redrive_policy.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "sqs/arn.h"
#include "sqs/errors.h"
#include "sqs/limits.h"

namespace mailrail::sqs {
namespace {

namespace dom = simdjson::dom;

std::unexpected<Error> invalid_redrive_policy(std::string_view policy, std::string_view reason) {
  return errors::invalid_parameter({.name = "RedrivePolicy", .value = policy}, reason);
}

std::unexpected<Error> invalid_redrive_allow_policy(std::string_view policy,
                                                    std::string_view reason) {
  return errors::invalid_parameter({.name = "RedriveAllowPolicy", .value = policy}, reason);
}

// A number, or the same in a string.
std::optional<std::int64_t> integer_in(dom::element json) {
  std::int64_t number = 0;
  if (json.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (json.get(text) != simdjson::SUCCESS) return std::nullopt;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string text_of(dom::element json) {
  std::string_view text;
  return json.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(json);
}

struct RedriveAllowPolicy {
  enum class Permission { allow_all, deny_all, by_queue } permission = Permission::allow_all;
  std::vector<std::string> source_arns;
};

Result<RedriveAllowPolicy> parse_redrive_allow_policy(std::string_view policy) {
  using Permission = RedriveAllowPolicy::Permission;
  dom::parser parser;
  dom::object json;
  if (parser.parse(policy.data(), policy.size()).get(json) != simdjson::SUCCESS) {
    return invalid_redrive_allow_policy(policy, "Redrive allow policy is not a valid JSON map");
  }
  RedriveAllowPolicy parsed;
  std::string_view permission;
  if (json["redrivePermission"].get(permission) != simdjson::SUCCESS) {
    return invalid_redrive_allow_policy(
        policy, "Redrive allow policy does not contain mandatory attribute: redrivePermission");
  }
  if (permission == "denyAll") {
    parsed.permission = Permission::deny_all;
  } else if (permission == "byQueue") {
    parsed.permission = Permission::by_queue;
  } else if (permission != "allowAll") {
    return invalid_redrive_allow_policy(policy,
                                        "redrivePermission must be allowAll, denyAll or byQueue");
  }

  dom::element sources;
  const bool has_sources = json["sourceQueueArns"].get(sources) == simdjson::SUCCESS;
  if (has_sources != (parsed.permission == Permission::by_queue)) {
    return invalid_redrive_allow_policy(
        policy, "sourceQueueArns is needed with the redrivePermission byQueue, and only with it");
  }
  if (!has_sources) return parsed;
  dom::array arns;
  if (sources.get(arns) != simdjson::SUCCESS || arns.size() == 0 ||
      arns.size() > limits::redrive_sources_max) {
    return invalid_redrive_allow_policy(policy,
                                        "sourceQueueArns must be a list of 1 to 10 queue ARNs");
  }
  for (const dom::element each : arns) {
    std::string_view arn;
    if (each.get(arn) != simdjson::SUCCESS || !parse_queue_arn(arn)) {
      return invalid_redrive_allow_policy(
          policy, fmt::format("Invalid value for sourceQueueArns: {}", text_of(each)));
    }
    parsed.source_arns.emplace_back(arn);
  }
  return parsed;
}

}  // namespace

Result<engine::DeadLetter> parse_redrive_policy(std::string_view policy, QueueType type) {
  dom::parser parser;
  dom::object json;
  if (parser.parse(policy.data(), policy.size()).get(json) != simdjson::SUCCESS) {
    return invalid_redrive_policy(policy, "Redrive policy is not a valid JSON map");
  }
  dom::element arn;
  dom::element count;
  if (json["deadLetterTargetArn"].get(arn) != simdjson::SUCCESS) {
    return invalid_redrive_policy(
        policy, "Redrive policy does not contain mandatory attribute: deadLetterTargetArn");
  }
  if (json["maxReceiveCount"].get(count) != simdjson::SUCCESS) {
    return invalid_redrive_policy(
        policy, "Redrive policy does not contain mandatory attribute: maxReceiveCount");
  }
  const std::optional<std::int64_t> receive_count = integer_in(count);
  if (!receive_count || *receive_count < limits::receive_count_min ||
      *receive_count > limits::receive_count_max) {
    return invalid_redrive_policy(
        policy,
        fmt::format(
            "Invalid value for maxReceiveCount: {}, valid values are from {} to {} both inclusive",
            text_of(count), limits::receive_count_min, limits::receive_count_max));
  }
  const std::optional<engine::QueueName> target =
      arn.is_string() ? parse_queue_arn(text_of(arn)) : std::nullopt;
  if (!target) {
    return invalid_redrive_policy(policy, "Invalid value for deadLetterTargetArn");
  }
  if (is_fifo_name(target->name) != (type == QueueType::fifo)) {
    return invalid_redrive_policy(policy,
                                  "Dead-letter queue must be same type of queue as the source");
  }
  return engine::DeadLetter{.target = *target,
                            .receive_count_max = static_cast<std::uint32_t>(*receive_count)};
}

Result<void> check_redrive_allow_policy(std::string_view policy) {
  TRY(parse_redrive_allow_policy(policy));
  return {};
}

bool allows_redrive(std::string_view policy, std::string_view source_arn) {
  if (policy.empty()) return true;
  const Result<RedriveAllowPolicy> parsed = parse_redrive_allow_policy(policy);
  if (!parsed) return false;
  switch (parsed->permission) {
    case RedriveAllowPolicy::Permission::allow_all:
      return true;
    case RedriveAllowPolicy::Permission::deny_all:
      return false;
    case RedriveAllowPolicy::Permission::by_queue:
      return std::ranges::find(parsed->source_arns, source_arn) != parsed->source_arns.end();
  }
  return false;
}

}  // namespace mailrail::sqs
