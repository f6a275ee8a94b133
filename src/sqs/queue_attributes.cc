#include "sqs/queue_attributes.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "sqs/characters.h"
#include "sqs/errors.h"
#include "sqs/limits.h"
#include "sqs/policy.h"
#include "sqs/redrive_policy.h"
#include "sqs/validation.h"

namespace mailrail::sqs {
namespace {

using engine::DeduplicationScope;
using engine::FifoThroughputLimit;
using engine::QueueAttributes;

std::unexpected<Error> invalid_value(std::string_view name) {
  return fail(errors::invalid_attribute_value,
              fmt::format("Invalid value for the parameter {}.", name));
}

Result<int> integer(std::string_view name, std::string_view text, int min, int max) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < min || value > max)
    return invalid_value(name);
  return value;
}

Result<bool> boolean(std::string_view name, std::string_view text) {
  if (equal_ignoring_case(text, "true")) return true;
  if (equal_ignoring_case(text, "false")) return false;
  return invalid_value(name);
}

std::string_view name_of(bool value) { return value ? "true" : "false"; }

// Where one attribute goes: `given` is its text.
using Apply = Result<void> (*)(QueueAttributes& attributes,
                               std::string_view name,
                               std::string_view given);

template <Duration QueueAttributes::* Member, int min, int max>
Result<void> apply_seconds(QueueAttributes& attributes,
                           std::string_view name,
                           std::string_view given) {
  attributes.*Member = std::chrono::seconds(TRY(integer(name, given, min, max)));
  return {};
}

Result<void> apply_message_bytes(QueueAttributes& attributes,
                                 std::string_view name,
                                 std::string_view given) {
  const int bytes = TRY(integer(name, given, limits::message_bytes_min, limits::message_bytes_max));
  attributes.message_bytes_max = static_cast<std::uint32_t>(bytes);
  return {};
}

Result<void> apply_fifo_queue(QueueAttributes& attributes,
                              std::string_view name,
                              std::string_view given) {
  if (!attributes.is_fifo) return errors::unknown_attribute(name);
  if (TRY(boolean(name, given))) return {};
  return fail(
      errors::invalid_attribute_value,
      fmt::format(
          "Invalid value for the parameter {}. Reason: Modifying queue type is not supported.",
          name));
}

Result<void> apply_content_based_deduplication(QueueAttributes& attributes,
                                               std::string_view name,
                                               std::string_view given) {
  if (!attributes.is_fifo) return errors::unknown_attribute(name);
  attributes.content_based_deduplication = TRY(boolean(name, given));
  return {};
}

std::unexpected<Error> fifo_only(std::string_view name) {
  return fail(errors::invalid_attribute_name,
              fmt::format("You can specify the {} only when FifoQueue is set to true.", name));
}

Result<void> apply_deduplication_scope(QueueAttributes& attributes,
                                       std::string_view name,
                                       std::string_view given) {
  if (!attributes.is_fifo) return fifo_only(name);
  if (given != "queue" && given != "messageGroup") return invalid_value(name);
  attributes.deduplication_scope =
      given == "queue" ? DeduplicationScope::queue : DeduplicationScope::message_group;
  return {};
}

Result<void> apply_fifo_throughput_limit(QueueAttributes& attributes,
                                         std::string_view name,
                                         std::string_view given) {
  if (!attributes.is_fifo) return fifo_only(name);
  if (given != "perQueue" && given != "perMessageGroupId") return invalid_value(name);
  attributes.fifo_throughput_limit = given == "perQueue"
                                         ? FifoThroughputLimit::per_queue
                                         : FifoThroughputLimit::per_message_group_id;
  return {};
}

void keep(QueueAttributes& attributes, std::string_view name, std::string_view value) {
  attributes.kept.insert_or_assign(std::string(name), std::string(value));
}

void drop(QueueAttributes& attributes, std::string_view name) {
  attributes.kept.erase(std::string(name));
}

Result<void> apply_policy(QueueAttributes& attributes,
                          std::string_view name,
                          std::string_view given) {
  if (given.empty()) {
    drop(attributes, name);
    return {};
  }
  TRY(check_policy(given));
  keep(attributes, name, given);
  return {};
}

Result<void> apply_redrive_policy(QueueAttributes& attributes,
                                  std::string_view name,
                                  std::string_view given) {
  if (given.empty()) {
    drop(attributes, name);
    attributes.dead_letter.reset();
    return {};
  }
  if (given.size() > limits::policy_bytes_max) return invalid_value(name);
  attributes.dead_letter =
      TRY(parse_redrive_policy(given, attributes.is_fifo ? QueueType::fifo : QueueType::standard));
  keep(attributes, name, given);
  return {};
}

Result<void> apply_redrive_allow_policy(QueueAttributes& attributes,
                                        std::string_view name,
                                        std::string_view given) {
  if (given.empty()) {
    drop(attributes, name);
    return {};
  }
  if (given.size() > limits::policy_bytes_max) return invalid_value(name);
  TRY(check_redrive_allow_policy(given));
  keep(attributes, name, given);
  return {};
}

Result<void> apply_kms_reuse_period(QueueAttributes& attributes,
                                    std::string_view name,
                                    std::string_view given) {
  const int seconds =
      TRY(integer(name, given, limits::kms_reuse_seconds_min, limits::kms_reuse_seconds_max));
  keep(attributes, name, fmt::to_string(seconds));
  return {};
}

// Encryption by a key and encryption by the service exclude each other: turning one on turns the
// other off. An empty key turns the first off, and leaves the second as it is. The key isn't looked
// up; AWS doesn't either.
Result<void> apply_kms_key(QueueAttributes& attributes,
                           std::string_view name,
                           std::string_view given) {
  if (given.size() > limits::kms_key_id_bytes_max) return invalid_value(name);
  if (given.empty()) {
    drop(attributes, name);
    return {};
  }
  keep(attributes, name, given);
  keep(attributes, attribute::sqs_managed_sse_enabled, "false");
  return {};
}

Result<void> apply_managed_sse(QueueAttributes& attributes,
                               std::string_view name,
                               std::string_view given) {
  const bool is_enabled = TRY(boolean(name, given));
  keep(attributes, name, name_of(is_enabled));
  if (is_enabled) drop(attributes, attribute::kms_master_key_id);
  return {};
}

struct Attribute {
  std::string_view name;
  Apply apply = nullptr;  // None where only the server sets it.
};

// In the order in which they are checked and applied.
constexpr std::array attributes_known{
    Attribute{"DelaySeconds",
              &apply_seconds<&QueueAttributes::delay, 0, limits::delay_seconds_max>},
    Attribute{"MaximumMessageSize", &apply_message_bytes},
    Attribute{"MessageRetentionPeriod", &apply_seconds<&QueueAttributes::retention,
                                                       limits::retention_seconds_min,
                                                       limits::retention_seconds_max>},
    Attribute{"ReceiveMessageWaitTimeSeconds",
              &apply_seconds<&QueueAttributes::receive_wait, 0, limits::wait_seconds_max>},
    Attribute{
        "VisibilityTimeout",
        &apply_seconds<&QueueAttributes::visibility_timeout, 0, limits::visibility_seconds_max>},
    Attribute{"FifoQueue", &apply_fifo_queue},
    Attribute{"ContentBasedDeduplication", &apply_content_based_deduplication},
    Attribute{"DeduplicationScope", &apply_deduplication_scope},
    Attribute{"FifoThroughputLimit", &apply_fifo_throughput_limit},
    Attribute{attribute::policy, &apply_policy},
    Attribute{attribute::redrive_policy, &apply_redrive_policy},
    Attribute{attribute::redrive_allow_policy, &apply_redrive_allow_policy},
    Attribute{attribute::sqs_managed_sse_enabled, &apply_managed_sse},
    Attribute{attribute::kms_data_key_reuse_period_seconds, &apply_kms_reuse_period},
    Attribute{attribute::kms_master_key_id, &apply_kms_key},
    Attribute{attribute::queue_arn},
    Attribute{attribute::created_timestamp},
    Attribute{attribute::last_modified_timestamp},
    Attribute{attribute::approximate_number_of_messages},
    Attribute{attribute::approximate_number_of_messages_not_visible},
    Attribute{attribute::approximate_number_of_messages_delayed},
    Attribute{attribute::parked_conversations},
    Attribute{attribute::parked_messages},
};

bool is_ours(std::string_view name) {
  return name == attribute::parked_conversations || name == attribute::parked_messages;
}

const Attribute* find(std::string_view name) {
  const auto found = std::ranges::find(attributes_known, name, &Attribute::name);
  return found == attributes_known.end() ? nullptr : &*found;
}

std::string_view value_of(const AttributeMap& given, std::string_view name) {
  const auto found = given.find(std::string(name));
  return found == given.end() ? std::string_view() : std::string_view(found->second);
}

Result<void> check_encryption(const AttributeMap& given) {
  if (!value_of(given, attribute::kms_master_key_id).empty() &&
      equal_ignoring_case(value_of(given, attribute::sqs_managed_sse_enabled), "true")) {
    return fail(errors::invalid_attribute_name,
                "You can use one type of server-side encryption (SSE) at one time. You can either "
                "enable KMS SSE or "
                "SQS SSE.");
  }
  return {};
}

Result<QueueAttributes> applied(QueueAttributes attributes, const AttributeMap& given) {
  for (const auto& [name, value] : given) {
    const Attribute* known = find(name);
    if (known == nullptr || known->apply == nullptr) return errors::unknown_attribute(name);
  }
  for (const Attribute& each : attributes_known) {
    const auto found = given.find(std::string(each.name));
    if (found != given.end()) TRY(each.apply(attributes, each.name, found->second));
  }
  TRY(check_encryption(given));
  return attributes;
}

std::string seconds(Duration duration) {
  return fmt::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

void render_fifo(AttributeMap& rendered, const QueueAttributes& attributes) {
  rendered["FifoQueue"] = name_of(true);
  rendered["ContentBasedDeduplication"] = name_of(attributes.content_based_deduplication);
  rendered["DeduplicationScope"] =
      attributes.deduplication_scope == DeduplicationScope::queue ? "queue" : "messageGroup";
  rendered["FifoThroughputLimit"] =
      attributes.fifo_throughput_limit == FifoThroughputLimit::per_queue ? "perQueue"
                                                                         : "perMessageGroupId";
}

// What holds, whether it shows or not.
AttributeMap effective_attributes(const QueueAttributes& attributes) {
  AttributeMap rendered(attributes.kept.begin(), attributes.kept.end());
  rendered["DelaySeconds"] = seconds(attributes.delay);
  rendered["MaximumMessageSize"] = fmt::to_string(attributes.message_bytes_max);
  rendered["MessageRetentionPeriod"] = seconds(attributes.retention);
  rendered["ReceiveMessageWaitTimeSeconds"] = seconds(attributes.receive_wait);
  rendered["VisibilityTimeout"] = seconds(attributes.visibility_timeout);
  rendered.try_emplace(std::string(attribute::sqs_managed_sse_enabled), name_of(true));
  rendered.try_emplace(std::string(attribute::kms_data_key_reuse_period_seconds),
                       fmt::to_string(limits::kms_reuse_seconds_default));
  if (attributes.is_fifo) render_fifo(rendered, attributes);
  return rendered;
}

}  // namespace

Result<QueueAttributes> attributes_for_create(std::string_view queue_name,
                                              const AttributeMap& given) {
  const bool is_fifo = equal_ignoring_case(value_of(given, "FifoQueue"), "true");
  TRY(check_queue_name(queue_name, is_fifo ? QueueType::fifo : QueueType::standard));
  QueueAttributes attributes;
  attributes.is_fifo = is_fifo;
  return applied(std::move(attributes), given);
}

Result<QueueAttributes> attributes_after_set(const QueueAttributes& current,
                                             const AttributeMap& given) {
  QueueAttributes attributes = TRY(applied(current, given));
  TRY(check_throughput_limit(attributes));
  return attributes;
}

Result<void> check_throughput_limit(const QueueAttributes& attributes) {
  if (attributes.fifo_throughput_limit == FifoThroughputLimit::per_message_group_id &&
      attributes.deduplication_scope != DeduplicationScope::message_group) {
    return fail(errors::invalid_attribute_value,
                "Invalid value for the parameter FifoThroughputLimit. Reason: perMessageGroupId is "
                "allowed only when "
                "DeduplicationScope is messageGroup.");
  }
  return {};
}

AttributeMap render_attributes(const QueueAttributes& attributes) {
  AttributeMap rendered = effective_attributes(attributes);
  if (!rendered.contains(std::string(attribute::kms_master_key_id)))
    rendered.erase(std::string(attribute::kms_data_key_reuse_period_seconds));
  return rendered;
}

Result<std::optional<std::string>> first_difference(const QueueAttributes& current,
                                                    const AttributeMap& given) {
  const QueueAttributes wanted = TRY(attributes_after_set(current, given));
  const AttributeMap have = effective_attributes(current);
  const AttributeMap want = effective_attributes(wanted);
  for (const auto& [name, value] : given) {
    const bool is_equal = name == attribute::redrive_policy
                              ? current.dead_letter == wanted.dead_letter
                              : value_of(have, name) == value_of(want, name);
    if (!is_equal) return name;
  }
  return std::nullopt;
}

bool is_queue_attribute(std::string_view name) { return find(name) != nullptr; }

Result<void> check_queue_attribute_names(std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (name != attribute::all && !is_queue_attribute(name)) return errors::unknown_attribute(name);
  }
  return {};
}

AttributeMap select_attributes(const AttributeMap& rendered, std::span<const std::string> names) {
  const auto asks_for = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  const bool wants_all = asks_for(attribute::all);
  AttributeMap selected;
  for (const auto& each : rendered) {
    if (asks_for(each.first) || (wants_all && !is_ours(each.first))) selected.insert(each);
  }
  return selected;
}

}  // namespace mailrail::sqs
