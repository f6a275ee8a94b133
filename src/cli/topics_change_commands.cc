#include <memory>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/shown.h"
#include "cli/argument.h"
#include "cli/confirm.h"
#include "cli/message_options.h"
#include "cli/option_values.h"
#include "cli/references.h"
#include "cli/session.h"
#include "cli/subscriptions.h"
#include "cli/topics_command.h"
#include "sns/topic_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct CreateOptions {
  SessionOptions session;
  std::string name;
  bool is_fifo = false;
  bool is_deduplicating = false;
  std::vector<std::string> attributes;
  std::vector<std::string> tags;
};

struct SubscribeOptions {
  SessionOptions session;
  std::string topic;
  std::string endpoint;
  std::optional<std::string> filter;
  std::optional<std::string> filter_scope;
  std::optional<std::string> dead_letters;
  bool is_raw = false;
  std::vector<std::string> attributes;
};

struct UnsubscribeOptions {
  SessionOptions session;
  std::string subscription;
};

struct RemoveOptions {
  SessionOptions session;
  Confirmation confirmation;
  std::string topic;
};

Result<ExitCode> create(const CreateOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sns, "CreateTopic"));
  sns::CreateTopicInput input{.name = options.name,
                              .attributes = TRY(pairs_of("--attribute", options.attributes)),
                              .tags = {},
                              .data_protection_policy = {}};
  if (options.is_fifo || is_fifo(options.name)) input.attributes["FifoTopic"] = "true";
  if (options.is_deduplicating) input.attributes["ContentBasedDeduplication"] = "true";
  for (const auto& [key, value] : TRY(pairs_of("--tag", options.tags)))
    input.tags.push_back({.key = key, .value = value});
  const auto created =
      TRY(session.client.ask<sns::CreateTopicOutput>(Service::sns, "CreateTopic", input));
  print_object(session.output, object_of(created));
  return ExitCode::done;
}

// A queue of the topic's own account and region may be named without its ARN.
std::string arn_beside(const std::string& topic_arn, const std::string& queue) {
  if (queue.starts_with("arn:")) return queue;
  std::string arn = topic_arn.substr(0, topic_arn.rfind(':') + 1) + name_in(queue);
  const std::size_t service = arn.find(":sns:");
  if (service != std::string::npos) arn.replace(service, 5, ":sqs:");
  return arn;
}

std::string protocol_of(const std::string& endpoint) {
  if (endpoint.starts_with("https://")) return "https";
  if (endpoint.starts_with("http://")) return "http";
  return "sqs";
}

Result<ExitCode> subscribe(const SubscribeOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sns, "Subscribe"));
  const std::string topic = TRY(topic_arn_of(session.client, options.topic));
  const std::string protocol = protocol_of(options.endpoint);
  sns::SubscribeInput input{
      .topic_arn = topic,
      .protocol = protocol,
      .endpoint = protocol == "sqs" ? arn_beside(topic, options.endpoint) : options.endpoint,
      .attributes = TRY(pairs_of("--attribute", options.attributes)),
      .return_subscription_arn = true};
  if (options.filter) input.attributes["FilterPolicy"] = TRY(read_message(*options.filter));
  if (options.filter_scope) {
    input.attributes["FilterPolicyScope"] =
        *options.filter_scope == "body" ? "MessageBody" : "MessageAttributes";
  }
  if (options.is_raw) input.attributes["RawMessageDelivery"] = "true";
  if (options.dead_letters) {
    input.attributes["RedrivePolicy"] = boost::json::serialize(
        boost::json::object{{"deadLetterTargetArn", arn_beside(topic, *options.dead_letters)}});
  }
  const auto subscribed =
      TRY(session.client.ask<sns::SubscribeOutput>(Service::sns, "Subscribe", input));
  print_object(session.output, object_of(subscribed));
  return ExitCode::done;
}

Result<ExitCode> unsubscribe(const UnsubscribeOptions& options, Session& session) {
  TRY(session.client.ask(Service::sns, "Unsubscribe",
                         sns::UnsubscribeInput{.subscription_arn = options.subscription}));
  return ExitCode::done;
}

// SNS deletes a topic that is not there, too, without a word.
Result<ExitCode> remove(const RemoveOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sns, "DeleteTopic"));
  const std::string topic = TRY(topic_arn_of(session.client, options.topic));
  const std::size_t count = TRY(subscriptions_of(session.client, topic)).size();
  TRY(confirm(options.confirmation,
              fmt::format("deletes the topic {} with {} subscription{} for good", shown(topic),
                          count, count == 1 ? "" : "s")));
  TRY(session.client.ask(Service::sns, "DeleteTopic", sns::DeleteTopicInput{.topic_arn = topic}));
  print_object(session.output, {{"Deleted", topic}, {"Subscriptions", count}});
  return ExitCode::done;
}

}  // namespace

Command add_topics_create(CLI::App& app) {
  const auto options = std::make_shared<CreateOptions>();
  CLI::App* create = add_subcommand(group_of(app, "topics", ""), "create",
                                    "Make a topic, unless it is there already.");
  add_option(*create, "NAME", options->name, "Its name; that of a FIFO topic ends with .fifo.")
      .required();
  add_flag(*create, "--fifo", options->is_fifo, "A FIFO topic, as its name says, too.");
  add_flag(*create, "--content-dedup", options->is_deduplicating,
           "Messages with the same body are the same message.");
  add_option(*create, "--attribute", options->attributes,
             "Another attribute of SNS, as NAME=VALUE.")
      .repeatable();
  add_option(*create, "--tag", options->tags, "A tag, as NAME=VALUE.").repeatable();
  return session_command(create, options, &cli::create);
}

Command add_topics_subscribe(CLI::App& app) {
  const auto options = std::make_shared<SubscribeOptions>();
  CLI::App* subscribe =
      add_subcommand(group_of(app, "topics", ""), "subscribe", "Subscribe a queue or a URL.");
  add_option(*subscribe, "TOPIC", options->topic, "The topic's name or its ARN.").required();
  add_option(*subscribe, "ENDPOINT", options->endpoint,
             "A queue's name or ARN, or a URL that begins with http:// or https://.")
      .required();
  add_option(*subscribe, "--filter", options->filter,
             "The filter policy as JSON, or @FILE. Only messages that it lets through "
             "are delivered.");
  add_option(*subscribe, "--filter-scope", options->filter_scope, "What the filter looks at.")
      .one_of({"attributes", "body"});
  add_option(*subscribe, "--dead-letters", options->dead_letters,
             "The queue for what can't be delivered.");
  add_flag(*subscribe, "--raw", options->is_raw, "Deliver the message without an envelope.");
  add_option(*subscribe, "--attribute", options->attributes,
             "Another attribute of SNS, as NAME=VALUE.")
      .repeatable();
  return session_command(subscribe, options, &cli::subscribe);
}

Command add_topics_unsubscribe(CLI::App& app) {
  const auto options = std::make_shared<UnsubscribeOptions>();
  CLI::App* unsubscribe =
      add_subcommand(group_of(app, "topics", ""), "unsubscribe", "End a subscription.");
  add_option(*unsubscribe, "SUBSCRIPTION", options->subscription, "Its ARN, as `show` tells it.")
      .required();
  return session_command(unsubscribe, options, &cli::unsubscribe);
}

Command add_topics_rm(CLI::App& app) {
  const auto options = std::make_shared<RemoveOptions>();
  CLI::App* remove = add_subcommand(group_of(app, "topics", ""), "rm",
                                    "Delete a topic with all its subscriptions.");
  add_option(*remove, "TOPIC", options->topic, "The topic's name or its ARN.").required();
  add_confirmation(*remove, options->confirmation);
  return session_command(remove, options, &cli::remove);
}

}  // namespace mailrail::cli
