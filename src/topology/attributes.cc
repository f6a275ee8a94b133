#include "topology/attributes.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/duration_text.h"
#include "base/size.h"

namespace mailrail::topology {
namespace {

namespace json = boost::json;

constexpr AttributeName queue_names[] = {
    {"FifoQueue", "fifo", ValueKind::boolean},
    {"VisibilityTimeout", "visibility_timeout", ValueKind::seconds},
    {"MessageRetentionPeriod", "retention", ValueKind::seconds},
    {"DelaySeconds", "delay", ValueKind::seconds},
    {"ReceiveMessageWaitTimeSeconds", "receive_wait", ValueKind::seconds},
    {"MaximumMessageSize", "message_size_max", ValueKind::bytes},
    {"ContentBasedDeduplication", "content_based_deduplication", ValueKind::boolean},
    {"DeduplicationScope", "deduplication_scope"},
    {"FifoThroughputLimit", "fifo_throughput_limit"},
    {"RedrivePolicy", "redrive_policy", ValueKind::json},
    {"RedriveAllowPolicy", "redrive_allow_policy", ValueKind::json},
    {"Policy", "policy", ValueKind::json},
    {"KmsMasterKeyId", "kms_master_key_id"},
    {"KmsDataKeyReusePeriodSeconds", "kms_data_key_reuse_period", ValueKind::seconds},
    {"SqsManagedSseEnabled", "sqs_managed_sse", ValueKind::boolean},
};

constexpr AttributeName topic_names[] = {
    {"FifoTopic", "fifo", ValueKind::boolean},
    {"DisplayName", "display_name"},
    {"ContentBasedDeduplication", "content_based_deduplication", ValueKind::boolean},
    {"FifoThroughputScope", "fifo_throughput_scope"},
    {"Policy", "policy", ValueKind::json},
    {"DeliveryPolicy", "delivery_policy", ValueKind::json},
    {"KmsMasterKeyId", "kms_master_key_id"},
    {"SignatureVersion", "signature_version"},
    {"TracingConfig", "tracing_config"},
    {"ArchivePolicy", "archive_policy", ValueKind::json},
};

constexpr AttributeName subscription_names[] = {
    {"FilterPolicy", "filter", ValueKind::json},
    {"FilterPolicyScope", "filter_scope"},
    {"RawMessageDelivery", "raw", ValueKind::boolean},
    {"RedrivePolicy", "redrive_policy", ValueKind::json},
    {"DeliveryPolicy", "delivery_policy", ValueKind::json},
    {"ReplayPolicy", "replay_policy", ValueKind::json},
    {"SubscriptionRoleArn", "subscription_role_arn"},
};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> whole_number(const json::value& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0)
    return static_cast<std::uint64_t>(value.get_int64());
  return value.is_string() ? whole_number(std::string_view(value.get_string())) : std::nullopt;
}

std::optional<std::uint64_t> seconds_in(std::string_view text) {
  const std::optional<Duration> duration = parse_duration(text);
  if (!duration || *duration < 0s || *duration % 1s != 0s) return std::nullopt;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(*duration).count());
}

std::expected<std::string, std::string_view> number_text(
    const json::value& value,
    std::optional<std::uint64_t> (*parse)(std::string_view),
    std::string_view right) {
  std::optional<std::uint64_t> number = whole_number(value);
  if (!number && value.is_string()) number = parse(std::string_view(value.get_string()));
  if (number) return fmt::to_string(*number);
  return std::unexpected(right);
}

std::expected<std::string, std::string_view> boolean_text(const json::value& value) {
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  if (value == "true" || value == "false") return std::string(value.get_string());
  return std::unexpected("true or false");
}

// An empty text is how AWS takes a document away.
std::expected<std::string, std::string_view> document_text(const json::value& value) {
  if (value == "") return std::string();
  if (const auto document = json_in(value)) return json::serialize(*document);
  return std::unexpected("a table, or JSON as text");
}

std::expected<std::string, std::string_view> plain_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (const auto number = whole_number(value)) return fmt::to_string(*number);
  return std::unexpected("text, in quotes");
}

}  // namespace

std::span<const AttributeName> queue_attribute_names() { return queue_names; }
std::span<const AttributeName> topic_attribute_names() { return topic_names; }
std::span<const AttributeName> subscription_attribute_names() { return subscription_names; }

const AttributeName* find_attribute(std::span<const AttributeName> names, std::string_view name) {
  const auto found = std::ranges::find_if(
      names, [&](const AttributeName& each) { return each.aws == name || each.friendly == name; });
  return found == names.end() ? nullptr : &*found;
}

std::expected<std::string, std::string_view> text_of(const json::value& value, ValueKind kind) {
  switch (kind) {
    case ValueKind::text:
      return plain_text(value);
    case ValueKind::boolean:
      return boolean_text(value);
    case ValueKind::seconds:
      return number_text(value, &seconds_in, "a duration like 30s, 5m, 12h or 4d");
    case ValueKind::bytes:
      return number_text(value, &parse_size, "a size like 256KiB");
    case ValueKind::json:
      return document_text(value);
  }
  return std::unexpected("known");
}

std::optional<json::value> json_in(const json::value& value) {
  if (value.is_object()) return value;
  if (!value.is_string()) return std::nullopt;
  boost::system::error_code error;
  json::value parsed = json::parse(std::string_view(value.get_string()), error);
  if (error || !parsed.is_object()) return std::nullopt;
  return parsed;
}

}  // namespace mailrail::topology
