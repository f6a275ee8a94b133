#include <memory>

#include <boost/json.hpp>

#include "cli/argument.h"
#include "cli/references.h"
#include "cli/session.h"
#include "cli/subscriptions.h"
#include "cli/topics_command.h"
#include "sns/topic_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct ListOptions {
  SessionOptions session;
};

struct ShowOptions {
  SessionOptions session;
  std::string topic;
};

Result<ExitCode> list(const ListOptions&, Session& session) {
  Rows rows(session.output,
            {.list_name = "Topics", .columns = {{"TOPIC", "TopicName"}, {"ARN", "TopicArn"}}});
  sns::ListTopicsInput input;
  do {
    auto page = TRY(session.client.ask<sns::ListTopicsOutput>(Service::sns, "ListTopics", input));
    for (const sns::ListedTopic& each : page.topics)
      rows.add({{"TopicName", name_in(each.topic_arn)}, {"TopicArn", each.topic_arn}});
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  rows.finish();
  return ExitCode::done;
}

Result<ExitCode> show(const ShowOptions& options, Session& session) {
  const std::string arn = TRY(topic_arn_of(session.client, options.topic));
  const auto output = TRY(session.client.ask<sns::GetTopicAttributesOutput>(
      Service::sns, "GetTopicAttributes", sns::GetTopicAttributesInput{.topic_arn = arn}));
  boost::json::object attributes;
  for (const auto& [name, value] : output.attributes) attributes[name] = value;
  boost::json::array subscriptions;
  for (const auto& each : TRY(subscriptions_of(session.client, arn)))
    subscriptions.emplace_back(object_of(each));
  print_object(session.output, {{"TopicName", name_in(arn)},
                                {"TopicArn", arn},
                                {"Attributes", attributes},
                                {"Subscriptions", subscriptions}});
  return ExitCode::done;
}

}  // namespace

Command add_topics_ls(CLI::App& app) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App& topics =
      group_of(app, "topics", "List, show, make and remove topics, publish and subscribe to them.");
  return session_command(add_subcommand(topics, "ls", "List topics."), options, &list);
}

Command add_topics_show(CLI::App& app) {
  const auto options = std::make_shared<ShowOptions>();
  CLI::App* show = add_subcommand(group_of(app, "topics", ""), "show",
                                  "Show a topic's attributes and subscriptions.");
  add_option(*show, "TOPIC", options->topic, "The topic's name or its ARN.").required();
  return session_command(show, options, &cli::show);
}

}  // namespace mailrail::cli
