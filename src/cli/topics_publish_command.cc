#include <memory>

#include "cli/argument.h"
#include "cli/message_options.h"
#include "cli/references.h"
#include "cli/session.h"
#include "cli/topics_command.h"
#include "sns/message_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct PublishOptions {
  SessionOptions session;
  std::string topic;
  std::optional<std::string> message;
  std::optional<std::string> subject;
  std::optional<std::string> group;
  std::optional<std::string> deduplication;
  std::optional<std::string> structure;
  std::vector<std::string> attributes;
};

Result<ExitCode> publish(const PublishOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sns, "Publish"));
  const sns::PublishInput input{.topic_arn = TRY(topic_arn_of(session.client, options.topic)),
                                .target_arn = {},
                                .phone_number = {},
                                .message = TRY(read_message(options.message.value_or("-"))),
                                .subject = options.subject,
                                .message_structure = options.structure,
                                .message_attributes = TRY(parse_attributes(options.attributes)),
                                .message_deduplication_id = options.deduplication,
                                .message_group_id = options.group};
  const auto published = TRY(session.client.ask<sns::PublishOutput>(
      Service::sns, "Publish", input,
      is_fifo(*input.topic_arn) ? client::Twice::harmless : client::Twice::harmful));
  print_object(session.output, object_of(published));
  return ExitCode::done;
}

}  // namespace

Command add_topics_publish(CLI::App& app) {
  const auto options = std::make_shared<PublishOptions>();
  CLI::App* publish =
      add_subcommand(group_of(app, "topics", ""), "publish", "Publish a message to a topic.");
  add_option(*publish, "TOPIC", options->topic, "The topic's name or its ARN.").required();
  add_option(*publish, "MESSAGE", options->message,
             "The text, @FILE for what a file holds, or - for standard input. Default: -.");
  add_option(*publish, "--subject", options->subject, "Its subject.");
  add_option(*publish, "--group", options->group, "Its conversation: the MessageGroupId.");
  add_option(*publish, "--dedup", options->deduplication, "Its MessageDeduplicationId.");
  add_option(*publish, "--structure", options->structure,
             "json if the message is an object with a text for each protocol.")
      .one_of({"json"});
  add_option(*publish, "--attr,--attribute", options->attributes, attributes_help).repeatable();
  return session_command(publish, options, &cli::publish);
}

}  // namespace mailrail::cli
