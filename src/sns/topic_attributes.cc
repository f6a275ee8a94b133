#include "sns/topic_attributes.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "sns/arn.h"
#include "sns/characters.h"
#include "sns/delivery_policy.h"
#include "sns/errors.h"
#include "sns/json_text.h"
#include "sns/limits.h"
#include "sns/policy.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

using errors::Given;

// What an attribute is to be kept as: empty takes it away.
using Read = Result<std::string> (*)(std::string_view name, std::string_view value);

enum class For { all_topics, fifo_topics };

struct Kind {
  std::string_view name;
  Read read;
  For whom = For::all_topics;
};

std::unexpected<Error> invalid(std::string_view name, std::string_view reason) {
  return errors::invalid_attribute(fmt::format("{}: {}", name, reason));
}

std::unexpected<Error> invalid_value(std::string_view name,
                                     std::string_view value,
                                     std::string_view right) {
  return invalid(name, fmt::format("Invalid value [{}]. {}", shown(value), right));
}

Result<std::string> read_boolean(std::string_view name, std::string_view value) {
  for (const std::string_view each : {"true", "false"}) {
    if (equal_ignoring_case(value, each)) return std::string(each);
  }
  return invalid_value(name, value, "Must be true or false.");
}

Result<std::string> read_delivery_policy(std::string_view, std::string_view value) {
  return topic_delivery_policy(value);
}

Result<std::string> read_policy(std::string_view, std::string_view value) {
  if (!value.empty()) TRY(check_policy(value));
  return std::string(value);
}

Result<std::string> read_display_name(std::string_view name, std::string_view value) {
  if (character_count(value) <= limits::display_name_size_max) return std::string(value);
  return invalid(
      name, fmt::format("must not have more than {} characters", limits::display_name_size_max));
}

Result<std::string> read_text(std::string_view name, std::string_view value) {
  if (value.size() <= limits::kept_text_bytes_max) return std::string(value);
  return invalid(name,
                 fmt::format("must not have more than {} bytes", limits::kept_text_bytes_max));
}

Result<std::string> read_signature_version(std::string_view name, std::string_view value) {
  if (value == "1" || value == "2") return std::string(value);
  return invalid_value(name, value, "Must be 1 or 2.");
}

Result<std::string> read_tracing_config(std::string_view name, std::string_view value) {
  if (value.empty() || value == "PassThrough" || value == "Active") return std::string(value);
  return invalid_value(name, value, "Must be PassThrough or Active.");
}

Result<std::string> read_throughput_scope(std::string_view name, std::string_view value) {
  if (value == "Topic" || value == "MessageGroup") return std::string(value);
  return invalid_value(name, value, "Must be Topic or MessageGroup.");
}

std::optional<int> integer_in(std::string_view text) {
  int number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::string> read_message_size(std::string_view name, std::string_view value) {
  const std::optional<int> bytes = integer_in(value);
  if (bytes && *bytes >= limits::message_bytes_min && *bytes <= limits::message_bytes_max)
    return fmt::to_string(*bytes);
  return invalid_value(name, value,
                       fmt::format("Must be between {} and {}.", limits::message_bytes_min,
                                   limits::message_bytes_max));
}

Result<std::string> read_sample_rate(std::string_view name, std::string_view value) {
  const std::optional<int> rate = integer_in(value);
  if (value.empty() || (rate && *rate >= 0 && *rate <= limits::sample_rate_max))
    return std::string(value);
  return invalid(name, fmt::format("{} value provided is not an integer between 0-{}", shown(value),
                                   limits::sample_rate_max));
}

// `{"MessageRetentionPeriod": "30"}`; `{}` ends it.
Result<std::string> read_archive_policy(std::string_view name, std::string_view value) {
  if (value.empty()) return std::string();
  boost::system::error_code error;
  const json::value parsed = json::parse(value, error);
  if (error || !parsed.is_object()) return invalid(name, "failed to parse JSON");
  const json::object& policy = parsed.get_object();
  if (policy.empty()) return std::string();
  const json::value* period = policy.if_contains("MessageRetentionPeriod");
  if (period != nullptr && policy.size() == 1 && (period->is_string() || period->is_int64())) {
    const std::optional<int> days = integer_in(
        period->is_string() ? std::string_view(period->get_string()) : json::serialize(*period));
    if (days && *days >= limits::archive_days_min && *days <= limits::archive_days_max)
      return std::string(value);
  }
  return invalid(name, fmt::format("must have a MessageRetentionPeriod from {} to {} days",
                                   limits::archive_days_min, limits::archive_days_max));
}

constexpr Kind kinds[] = {
    {attribute::archive_policy, &read_archive_policy, For::fifo_topics},
    {attribute::content_based_deduplication, &read_boolean, For::fifo_topics},
    {attribute::delivery_policy, &read_delivery_policy},
    {attribute::display_name, &read_display_name},
    {attribute::fifo_throughput_scope, &read_throughput_scope, For::fifo_topics},
    {attribute::kms_master_key_id, &read_text},
    {attribute::maximum_message_size, &read_message_size},
    {attribute::policy, &read_policy},
    {attribute::signature_version, &read_signature_version},
    {attribute::tracing_config, &read_tracing_config},
    {"ApplicationFailureFeedbackRoleArn", &read_text},
    {"ApplicationSuccessFeedbackRoleArn", &read_text},
    {"ApplicationSuccessFeedbackSampleRate", &read_sample_rate},
    {"FirehoseFailureFeedbackRoleArn", &read_text},
    {"FirehoseSuccessFeedbackRoleArn", &read_text},
    {"FirehoseSuccessFeedbackSampleRate", &read_sample_rate},
    {"HTTPFailureFeedbackRoleArn", &read_text},
    {"HTTPSuccessFeedbackRoleArn", &read_text},
    {"HTTPSuccessFeedbackSampleRate", &read_sample_rate},
    {"LambdaFailureFeedbackRoleArn", &read_text},
    {"LambdaSuccessFeedbackRoleArn", &read_text},
    {"LambdaSuccessFeedbackSampleRate", &read_sample_rate},
    {"SQSFailureFeedbackRoleArn", &read_text},
    {"SQSSuccessFeedbackRoleArn", &read_text},
    {"SQSSuccessFeedbackSampleRate", &read_sample_rate},
};

const Kind* kind_of(std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &Kind::name);
  return found == std::end(kinds) ? nullptr : &*found;
}

Result<void> set(engine::TopicAttributes& attributes, const Kind& kind, std::string_view value) {
  std::string read = TRY(kind.read(kind.name, value));
  if (kind.whom == For::fifo_topics && !attributes.is_fifo) {
    if (read.empty() || read == "false") return {};
    return invalid(kind.name, "only FIFO topics have it");
  }
  if (kind.name == attribute::content_based_deduplication) {
    attributes.content_based_deduplication = read == "true";
    return {};
  }
  if (kind.name == attribute::fifo_throughput_scope) {
    attributes.deduplication_scope = read == "Topic"
                                         ? engine::TopicDeduplicationScope::topic
                                         : engine::TopicDeduplicationScope::message_group;
  }
  if (kind.name == attribute::maximum_message_size)
    attributes.message_bytes_max = static_cast<std::uint32_t>(*integer_in(read));
  if (read.empty()) {
    attributes.kept.erase(std::string(kind.name));
  } else {
    attributes.kept.insert_or_assign(std::string(kind.name), std::move(read));
  }
  return {};
}

Result<void> check_name(std::string_view name, bool is_fifo) {
  constexpr std::string_view suffix = ".fifo";
  std::string_view rest = name;
  if (is_fifo) {
    if (!name.ends_with(suffix)) return errors::invalid_parameter("Topic Name");
    rest.remove_suffix(suffix.size());
  }
  const auto may_be_in = [](char each) {
    return is_letter_or_digit(each) || each == '-' || each == '_';
  };
  if (rest.empty() || name.size() > limits::topic_name_size_max ||
      !std::ranges::all_of(rest, may_be_in)) {
    return errors::invalid_parameter("Topic Name");
  }
  return {};
}

Result<bool> is_fifo_by(const AttributeMap& given) {
  const auto found = given.find(std::string(attribute::fifo_topic));
  if (found == given.end()) return false;
  const Result<std::string> read = read_boolean(attribute::fifo_topic, found->second);
  if (!read) return errors::as_given(Given::among_attributes, read.error());
  return *read == "true";
}

}  // namespace

std::string_view kept_attribute(const std::map<std::string, std::string>& kept,
                                std::string_view name) {
  const auto found = kept.find(std::string(name));
  return found == kept.end() ? std::string_view{} : std::string_view(found->second);
}

Result<engine::TopicAttributes> attributes_for_create(std::string_view topic_name,
                                                      const AttributeMap& given) {
  engine::TopicAttributes attributes{.is_fifo = TRY(is_fifo_by(given))};
  TRY(check_name(topic_name, attributes.is_fifo));
  for (const auto& [name, value] : given) {
    if (name == attribute::fifo_topic) continue;
    const Kind* kind = kind_of(name);
    const Result<void> done =
        kind == nullptr
            ? errors::invalid_attribute(fmt::format("Unknown attribute {}", shown(name)))
            : set(attributes, *kind, value);
    if (!done) return errors::as_given(Given::among_attributes, done.error());
  }
  return attributes;
}

Result<engine::TopicAttributes> attributes_after_set(const engine::TopicAttributes& current,
                                                     std::string_view name,
                                                     std::string_view value) {
  const Kind* kind = kind_of(name);
  if (kind == nullptr) return errors::invalid_parameter("AttributeName");
  engine::TopicAttributes attributes = current;
  if (const Result<void> done = set(attributes, *kind, value); !done)
    return errors::as_given(Given::alone, done.error());
  return attributes;
}

Result<engine::TopicAttributes> with_data_protection_policy(engine::TopicAttributes attributes,
                                                            std::string_view policy) {
  const std::string name(attribute::data_protection_policy);
  if (policy.empty()) {
    attributes.kept.erase(name);
    return attributes;
  }
  if (!is_json_object(policy))
    return errors::invalid_parameter({.parameter = name, .reason = "failed to parse JSON"});
  if (policy.size() > limits::data_protection_policy_bytes_max) {
    return errors::invalid_parameter(
        {.parameter = name,
         .reason = fmt::format("must not have more than {} bytes",
                               limits::data_protection_policy_bytes_max)});
  }
  attributes.kept.insert_or_assign(name, std::string(policy));
  return attributes;
}

AttributeMap render_attributes(const engine::Topic& topic) {
  AttributeMap rendered = topic.attributes.kept;
  rendered.erase(std::string(attribute::data_protection_policy));
  const auto add = [&](std::string_view name, std::string value) {
    rendered.try_emplace(std::string(name), std::move(value));
  };
  add(attribute::topic_arn, topic_arn(topic.name));
  add(attribute::owner, topic.name.account);
  add(attribute::display_name, "");
  add(attribute::policy, default_policy(topic.name));
  add(attribute::effective_delivery_policy,
      effective_topic_delivery_policy(
          kept_attribute(topic.attributes.kept, attribute::delivery_policy)));
  const engine::SubscriptionCounts counts = topic.counts();
  add(attribute::subscriptions_confirmed, fmt::to_string(counts.confirmed));
  add(attribute::subscriptions_pending, fmt::to_string(counts.pending));
  add(attribute::subscriptions_deleted, fmt::to_string(counts.deleted));
  if (topic.attributes.is_fifo) {
    add(attribute::fifo_topic, "true");
    add(attribute::content_based_deduplication,
        topic.attributes.content_based_deduplication ? "true" : "false");
  }
  return rendered;
}

bool has_the_same(const engine::Topic& topic,
                  const AttributeMap& given,
                  const engine::TopicAttributes& made) {
  if (topic.attributes.is_fifo != made.is_fifo) return false;
  const AttributeMap shown = render_attributes(topic);
  const AttributeMap wanted = render_attributes({.name = topic.name, .attributes = made});
  return std::ranges::all_of(given, [&](const auto& each) {
    const auto there = shown.find(each.first);
    const auto asked = wanted.find(each.first);
    if (there == shown.end() || asked == wanted.end())
      return there == shown.end() && asked == wanted.end();
    return say_the_same(there->second, asked->second);
  });
}

bool has_archive(const engine::TopicAttributes& attributes) {
  return attributes.kept.contains(std::string(attribute::archive_policy));
}

SignatureVersion signature_version_of(const engine::TopicAttributes& attributes) {
  return kept_attribute(attributes.kept, attribute::signature_version) == "2"
             ? SignatureVersion::sha256
             : SignatureVersion::sha1;
}

}  // namespace mailrail::sns
