#include "sns/subscription_attributes.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/check.h"
#include "sns/arn.h"
#include "sns/characters.h"
#include "sns/delivery_policy.h"
#include "sns/endpoint.h"
#include "sns/errors.h"
#include "sns/filter_policy.h"
#include "sns/json_text.h"
#include "sns/limits.h"
#include "sns/replay_policy.h"

namespace mailrail::sns {
namespace {

namespace json = boost::json;

using engine::SubscriptionAttributes;
using errors::Given;

std::unexpected<Error> invalid(std::string_view name, std::string_view reason) {
  return errors::invalid_attribute(fmt::format("{}: {}", name, reason));
}

bool is_fifo(const engine::QueueName& queue) { return queue.name.ends_with(".fifo"); }

void keep(SubscriptionAttributes& attributes, std::string_view name, std::string value) {
  if (value.empty()) {
    attributes.kept.erase(std::string(name));
  } else {
    attributes.kept.insert_or_assign(std::string(name), std::move(value));
  }
}

Result<bool> read_raw(std::string_view value) {
  if (equal_ignoring_case(value, "true")) return true;
  if (equal_ignoring_case(value, "false")) return false;
  return invalid(attribute::raw_message_delivery,
                 fmt::format("Invalid value [{}]. Must be true or false.", shown(value)));
}

Result<engine::FilterScope> read_scope(std::string_view value) {
  if (value == "MessageAttributes") return engine::FilterScope::message_attributes;
  if (value == "MessageBody") return engine::FilterScope::message_body;
  return invalid(attribute::filter_policy_scope,
                 fmt::format("Invalid value [{}]. Please use either MessageBody or "
                             "MessageAttributes",
                             shown(value)));
}

Result<void> check_filter(const SubscriptionAttributes& attributes) {
  if (attributes.filter_policy.empty()) return {};
  TRY(parse_filter_policy(attributes.filter_policy, attributes.filter_scope));
  return {};
}

std::optional<engine::QueueName> target_in(const json::object& redrive_policy) {
  const json::value* arn = redrive_policy.if_contains("deadLetterTargetArn");
  if (arn == nullptr || !arn->is_string()) return std::nullopt;
  return api::parse_queue_arn(arn->get_string());
}

// The queue that a redrive policy names.
Result<engine::QueueName> read_redrive_policy(const Subject& subject, std::string_view value) {
  boost::system::error_code error;
  const json::value parsed = json::parse(value, error);
  if (error || !parsed.is_object() || value.size() > limits::kept_text_bytes_max)
    return invalid(attribute::redrive_policy, "failed to parse JSON");
  const std::optional<engine::QueueName> target = target_in(parsed.get_object());
  if (!target) return invalid(attribute::redrive_policy, "deadLetterTargetArn is an invalid arn");
  const bool must_be_fifo =
      subject.topic.attributes.is_fifo && (!subject.queue || is_fifo(*subject.queue));
  if (must_be_fifo && !is_fifo(*target)) {
    return invalid(attribute::redrive_policy,
                   "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.");
  }
  if (!subject.topic.attributes.is_fifo && is_fifo(*target)) {
    return invalid(attribute::redrive_policy,
                   "must use a standard queue as DLQ for a Subscription to a standard Topic.");
  }
  return *target;
}

Result<void> set_redrive_policy(const Subject& subject,
                                SubscriptionAttributes& attributes,
                                std::string_view value) {
  attributes.dead_letter_target.reset();
  if (!value.empty()) attributes.dead_letter_target = TRY(read_redrive_policy(subject, value));
  keep(attributes, attribute::redrive_policy, std::string(value));
  return {};
}

Result<std::string> replay_policy_for(const Subject& subject, std::string_view value) {
  if (!value.empty() && !subject.topic.attributes.is_fifo)
    return invalid(attribute::replay_policy, "only subscriptions to FIFO topics have it");
  Result<std::string> read = read_replay_policy(value);
  if (!read) return invalid(attribute::replay_policy, read.error().message);
  return read;
}

Result<std::string> read_role(std::string_view value) {
  if (value.size() <= limits::kept_text_bytes_max) return std::string(value);
  return invalid(attribute::subscription_role_arn,
                 fmt::format("must not have more than {} bytes", limits::kept_text_bytes_max));
}

constexpr std::string_view names[] = {
    attribute::delivery_policy,      attribute::filter_policy,  attribute::filter_policy_scope,
    attribute::raw_message_delivery, attribute::redrive_policy, attribute::replay_policy,
    attribute::subscription_role_arn};

bool is_known(std::string_view name) { return std::ranges::find(names, name) != std::end(names); }

// A filter policy is not checked here: its scope may be set after it.
Result<void> set(const Subject& subject,
                 SubscriptionAttributes& attributes,
                 std::string_view name,
                 std::string_view value) {
  if (name == attribute::raw_message_delivery) {
    attributes.is_raw = TRY(read_raw(value));
  } else if (name == attribute::filter_policy) {
    attributes.filter_policy = value;
  } else if (name == attribute::filter_policy_scope) {
    attributes.filter_scope = TRY(read_scope(value));
  } else if (name == attribute::redrive_policy) {
    return set_redrive_policy(subject, attributes, value);
  } else if (name == attribute::delivery_policy) {
    keep(attributes, name, TRY(subscription_delivery_policy(value)));
  } else if (name == attribute::replay_policy) {
    keep(attributes, name, TRY(replay_policy_for(subject, value)));
  } else {
    CHECK(name == attribute::subscription_role_arn);
    keep(attributes, name, TRY(read_role(value)));
  }
  return {};
}

std::string_view name_of(engine::FilterScope scope) {
  return scope == engine::FilterScope::message_body ? "MessageBody" : "MessageAttributes";
}

std::string text_of(const SubscriptionAttributes& attributes, std::string_view name) {
  if (name == attribute::raw_message_delivery) return attributes.is_raw ? "true" : "false";
  if (name == attribute::filter_policy) return attributes.filter_policy;
  if (name == attribute::filter_policy_scope) return std::string(name_of(attributes.filter_scope));
  return std::string(kept_attribute(attributes.kept, name));
}

}  // namespace

std::optional<engine::QueueName> dead_letter_target_in(std::string_view redrive_policy) {
  boost::system::error_code error;
  const json::value parsed = json::parse(redrive_policy, error);
  if (error || !parsed.is_object()) return std::nullopt;
  return target_in(parsed.get_object());
}

Result<SubscriptionAttributes> attributes_for_subscribe(const Subject& subject,
                                                        const AttributeMap& given) {
  SubscriptionAttributes attributes;
  const auto set_all = [&]() -> Result<void> {
    for (const auto& [name, value] : given) {
      if (!is_known(name)) return errors::invalid_attribute("AttributeName");
      TRY(set(subject, attributes, name, value));
    }
    return check_filter(attributes);
  };
  if (const Result<void> done = set_all(); !done)
    return errors::as_given(Given::among_attributes, done.error());
  return attributes;
}

Result<SubscriptionAttributes> subscription_attributes_after_set(
    const Subject& subject,
    const SubscriptionAttributes& current,
    std::string_view name,
    std::string_view value) {
  if (!is_known(name)) return errors::invalid_parameter("AttributeName");
  SubscriptionAttributes attributes = current;
  Result<void> done = set(subject, attributes, name, value);
  if (done) done = check_filter(attributes);
  if (!done) return errors::as_given(Given::alone, done.error());
  return attributes;
}

bool has_the_same(const SubscriptionAttributes& there,
                  const AttributeMap& given,
                  const SubscriptionAttributes& made) {
  return std::ranges::all_of(given, [&](const auto& each) {
    return say_the_same(text_of(there, each.first), text_of(made, each.first));
  });
}

Result<void> check_filter_count(const engine::Topic& topic,
                                const SubscriptionAttributes& attributes) {
  if (attributes.filter_policy.empty()) return {};
  if (topic.subscriptions.size() < limits::filter_policies_max) return {};
  const auto has_policy = [](const auto& each) {
    return !each.second->attributes.filter_policy.empty();
  };
  if (std::ranges::count_if(topic.subscriptions, has_policy) <
      static_cast<std::ptrdiff_t>(limits::filter_policies_max)) {
    return {};
  }
  return fail(errors::filter_policy_limit_exceeded_kind,
              fmt::format("Filter policy limit exceeded: a topic has at most {} of them.",
                          limits::filter_policies_max));
}

AttributeMap render_attributes(const engine::Subscription& subscription,
                               const engine::Topic& topic,
                               const engine::Identity& identity) {
  const SubscriptionAttributes& attributes = subscription.attributes;
  AttributeMap rendered = attributes.kept;
  const auto add = [&](std::string_view name, std::string_view value) {
    rendered.insert_or_assign(std::string(name), std::string(value));
  };
  add(attribute::subscription_arn,
      subscription_arn(topic.name, identity.subscription_id(subscription.id)));
  add(attribute::topic_arn, topic_arn(topic.name));
  add(attribute::owner, topic.name.account);
  add(attribute::subscription_principal,
      fmt::format("arn:{}:iam::{}:root", api::arn_partition(topic.name.region),
                  topic.name.account));
  add(attribute::protocol, name_of(subscription.protocol));
  add(attribute::endpoint, shown_endpoint(subscription.endpoint));
  add(attribute::pending_confirmation, subscription.is_confirmed() ? "false" : "true");
  add(attribute::confirmation_was_authenticated, subscription.was_authenticated ? "true" : "false");
  add(attribute::raw_message_delivery, text_of(attributes, attribute::raw_message_delivery));
  if (!attributes.filter_policy.empty()) {
    add(attribute::filter_policy, attributes.filter_policy);
    add(attribute::filter_policy_scope, name_of(attributes.filter_scope));
  }
  if (subscription.protocol != engine::Protocol::sqs) {
    add(attribute::effective_delivery_policy,
        effective_subscription_delivery_policy(
            kept_attribute(attributes.kept, attribute::delivery_policy),
            kept_attribute(topic.attributes.kept, attribute::delivery_policy)));
  }
  return rendered;
}

std::string_view name_of(engine::Protocol protocol) {
  switch (protocol) {
    case engine::Protocol::sqs:
      return "sqs";
    case engine::Protocol::http:
      return "http";
    case engine::Protocol::https:
      return "https";
  }
  CHECK(false);
}

}  // namespace mailrail::sns
