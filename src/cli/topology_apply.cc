#include "cli/topology_apply.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/exit_codes.h"
#include "cli/printable.h"
#include "cli/references.h"
#include "cli/topology_existing.h"
#include "sns/subscription_shapes.h"
#include "sns/topic_shapes.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Client;
using client::Service;
using topology::Action;
using topology::Step;
using topology::Thing;

constexpr const char* default_account = "000000000000";

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// https://host/ACCOUNT/NAME.
std::string account_in_url(std::string_view url) {
  const std::string_view without_name = url.substr(0, url.rfind('/'));
  return std::string(without_name.substr(without_name.rfind('/') + 1));
}

std::vector<sns::Tag> tag_list(const topology::Attributes& tags) {
  std::vector<sns::Tag> list;
  for (const auto& [key, value] : tags) list.push_back({.key = key, .value = value});
  return list;
}

Result<void> create_queue(Client& client, const Step& step) {
  TRY(client.ask<sqs::CreateQueueOutput>(
      Service::sqs, "CreateQueue",
      sqs::CreateQueueInput{
          .queue_name = step.name, .attributes = step.attributes, .tags = step.tags}));
  return {};
}

Result<void> change_queue(Client& client, const Step& step) {
  const std::string url = TRY(queue_url_of(client, step.name));
  if (!step.attributes.empty()) {
    TRY(client.ask(Service::sqs, "SetQueueAttributes",
                   sqs::SetQueueAttributesInput{.queue_url = url, .attributes = step.attributes}));
  }
  if (step.tags.empty()) return {};
  TRY(client.ask(Service::sqs, "TagQueue",
                 sqs::TagQueueInput{.queue_url = url, .tags = step.tags}));
  return {};
}

Result<void> remove_queue(Client& client, const Step& step) {
  const std::string url = TRY(queue_url_of(client, step.name));
  TRY(client.ask(Service::sqs, "DeleteQueue", sqs::DeleteQueueInput{.queue_url = url}));
  return {};
}

Result<void> create_topic(Client& client, const Step& step) {
  TRY(client.ask<sns::CreateTopicOutput>(
      Service::sns, "CreateTopic",
      sns::CreateTopicInput{
          .name = step.name, .attributes = step.attributes, .tags = tag_list(step.tags)}));
  return {};
}

Result<void> change_topic(Client& client, const Step& step, const std::string& arn) {
  for (const auto& [name, value] : step.attributes) {
    TRY(client.ask(Service::sns, "SetTopicAttributes",
                   sns::SetTopicAttributesInput{
                       .topic_arn = arn, .attribute_name = name, .attribute_value = value}));
  }
  if (step.tags.empty()) return {};
  TRY(client.ask(Service::sns, "TagResource",
                 sns::TagResourceInput{.resource_arn = arn, .tags = tag_list(step.tags)}));
  return {};
}

Result<void> create_subscription(Client& client, const Step& step, const std::string& topic_arn) {
  TRY(client.ask<sns::SubscribeOutput>(Service::sns, "Subscribe",
                                       sns::SubscribeInput{.topic_arn = topic_arn,
                                                           .protocol = step.subscription.protocol,
                                                           .endpoint = step.subscription.endpoint,
                                                           .attributes = step.attributes}));
  return {};
}

Result<void> change_subscription(Client& client, const Step& step) {
  for (const auto& [name, value] : step.attributes) {
    TRY(client.ask(
        Service::sns, "SetSubscriptionAttributes",
        sns::SetSubscriptionAttributesInput{
            .subscription_arn = step.arn, .attribute_name = name, .attribute_value = value}));
  }
  return {};
}

Result<void> apply_to_queue(Client& client, const Step& step) {
  if (step.action == Action::create) return create_queue(client, step);
  if (step.action == Action::change) return change_queue(client, step);
  return remove_queue(client, step);
}

Result<void> apply_to_topic(Client& client, const Step& step, const std::string& arn) {
  if (step.action == Action::create) return create_topic(client, step);
  if (step.action == Action::change) return change_topic(client, step, arn);
  TRY(client.ask(Service::sns, "DeleteTopic", sns::DeleteTopicInput{.topic_arn = arn}));
  return {};
}

Result<void> apply_to_subscription(Client& client, const Step& step, const std::string& topic_arn) {
  if (step.action == Action::create) return create_subscription(client, step, topic_arn);
  if (step.action == Action::change) return change_subscription(client, step);
  TRY(client.ask(Service::sns, "Unsubscribe", sns::UnsubscribeInput{.subscription_arn = step.arn}));
  return {};
}

Result<void> apply(Client& client, const Step& step, const topology::Place& place) {
  switch (step.thing) {
    case Thing::queue:
      return apply_to_queue(client, step);
    case Thing::topic:
      return apply_to_topic(client, step, topology::topic_arn(place, step.name));
    case Thing::subscription:
      return apply_to_subscription(client, step,
                                   topology::topic_arn(place, step.subscription.topic));
  }
  return {};
}

}  // namespace

Result<topology::Place> place_of(Client& client, const std::optional<std::string>& account) {
  topology::Place place{.region = client.settings().region(Service::sqs)};
  if (place.region.starts_with("cn-")) place.partition = "aws-cn";
  if (place.region.starts_with("us-gov-")) place.partition = "aws-us-gov";
  if (account) {
    if (!is_account(*account)) {
      return fail(errors::usage, fmt::format("--account must have 12 digits, like {}, not \"{}\".",
                                             default_account, *account));
    }
    place.account = *account;
    return place;
  }
  const auto listed = TRY(client.ask<sqs::ListQueuesOutput>(
      Service::sqs, "ListQueues", sqs::ListQueuesInput{.max_results = 1}));
  const auto& credentials = client.settings().credentials;
  if (!listed.queue_urls.empty()) {
    place.account = account_in_url(listed.queue_urls.front());
  } else if (client::is_amazon(client.settings().endpoint(Service::sqs).url)) {
    return fail(errors::usage,
                "There is no queue yet that would show which account of AWS this is. Say it with "
                "--account.");
  } else if (credentials && is_account(credentials->key_id)) {
    place.account = credentials->key_id;
  }
  return place;
}

Result<topology::Plan> planned(Client& client,
                               const topology::Topology& wanted,
                               const topology::Place& place,
                               topology::Pruning pruning) {
  const topology::Existing found = TRY(existing(client, wanted, place, pruning));
  auto made = topology::plan(wanted, found, pruning);
  if (made) return *std::move(made);
  return fail(errors::refused, printable(fmt::format("{}", fmt::join(made.error(), "\n"))));
}

Result<void> apply_plan(Client& client, const topology::Plan& plan, const topology::Place& place) {
  for (const Step& each : plan.steps) {
    if (each.action == Action::keep) continue;
    if (const auto applied = apply(client, each, place); !applied) {
      Error error = applied.error();
      error.message = fmt::format("{} {} {}: {}", name_of(each.action), name_of(each.thing),
                                  printable(each.name), error.message);
      return std::unexpected(std::move(error));
    }
  }
  return {};
}

}  // namespace mailrail::cli
