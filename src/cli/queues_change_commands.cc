#include <memory>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/argument.h"
#include "cli/option_values.h"
#include "cli/queue_commands.h"
#include "cli/queue_counts.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct CreateOptions {
  SessionOptions session;
  std::string name;
  bool is_fifo = false;
  bool is_deduplicating = false;
  std::optional<std::string> visibility;
  std::optional<std::string> retention;
  std::optional<std::string> delay;
  std::optional<std::string> dead_letters;
  int receives_max = 10;
  std::vector<std::string> attributes;
  std::vector<std::string> tags;
};

struct SetOptions {
  SessionOptions session;
  std::string queue;
  std::vector<std::string> attributes;
  std::vector<std::string> tags;
  std::vector<std::string> removed_tags;
};

struct PauseOptions {
  SessionOptions session;
  std::string queue;
};

// Receives of a queue with this tag find nothing.
constexpr const char* paused_tag = "mailrail:paused";

Result<void> put_seconds(QueueAttributes& attributes,
                         const char* name,
                         std::string_view option,
                         const std::optional<std::string>& text) {
  if (text) attributes[name] = fmt::to_string(TRY(seconds_of(option, *text)));
  return {};
}

Result<QueueAttributes> attributes_of(const CreateOptions& options, Session& session) {
  QueueAttributes attributes = TRY(pairs_of("--attribute", options.attributes));
  if (options.is_fifo || is_fifo(options.name)) attributes["FifoQueue"] = "true";
  if (options.is_deduplicating) attributes["ContentBasedDeduplication"] = "true";
  TRY(put_seconds(attributes, "VisibilityTimeout", "--visibility", options.visibility));
  TRY(put_seconds(attributes, "MessageRetentionPeriod", "--retention", options.retention));
  TRY(put_seconds(attributes, "DelaySeconds", "--delay", options.delay));
  if (options.dead_letters) {
    const std::string url = TRY(queue_url_of(session.client, *options.dead_letters));
    attributes["RedrivePolicy"] = boost::json::serialize(
        boost::json::object{{"deadLetterTargetArn", TRY(queue_arn_of(session.client, url))},
                            {"maxReceiveCount", options.receives_max}});
  }
  return attributes;
}

Result<ExitCode> create(const CreateOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sqs, "CreateQueue"));
  const sqs::CreateQueueInput input{.queue_name = options.name,
                                    .attributes = TRY(attributes_of(options, session)),
                                    .tags = TRY(pairs_of("--tag", options.tags))};
  const auto created =
      TRY(session.client.ask<sqs::CreateQueueOutput>(Service::sqs, "CreateQueue", input));
  print_object(session.output, object_of(created));
  return ExitCode::done;
}

Result<void> tag(Session& session,
                 const std::string& url,
                 const std::map<std::string, std::string>& tags,
                 const std::vector<std::string>& removed) {
  if (!tags.empty()) {
    TRY(session.client.ask(Service::sqs, "TagQueue",
                           sqs::TagQueueInput{.queue_url = url, .tags = tags}));
  }
  if (!removed.empty()) {
    TRY(session.client.ask(Service::sqs, "UntagQueue",
                           sqs::UntagQueueInput{.queue_url = url, .tag_keys = removed}));
  }
  return {};
}

Result<ExitCode> set(const SetOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sqs, "SetQueueAttributes"));
  const auto attributes = TRY(pairs_of("SET", options.attributes));
  const auto tags = TRY(pairs_of("--tag", options.tags));
  if (attributes.empty() && tags.empty() && options.removed_tags.empty())
    return fail(errors::usage, "Nothing to set: say NAME=VALUE, --tag or --untag.");
  const std::string url = TRY(queue_url_of(session.client, options.queue));
  if (!attributes.empty()) {
    TRY(session.client.ask(
        Service::sqs, "SetQueueAttributes",
        sqs::SetQueueAttributesInput{.queue_url = url, .attributes = attributes}));
  }
  TRY(tag(session, url, tags, options.removed_tags));
  return ExitCode::done;
}

Result<std::string> pausable(const PauseOptions& options, Session& session) {
  if (client::is_amazon(session.client.settings().sqs.url))
    return fail(errors::refused, "AWS can't pause a queue: only mailrail can.");
  return queue_url_of(session.client, options.queue);
}

Result<ExitCode> pause(const PauseOptions& options, Session& session) {
  const std::string url = TRY(pausable(options, session));
  TRY(tag(session, url, {{paused_tag, "true"}}, {}));
  return ExitCode::done;
}

Result<ExitCode> resume(const PauseOptions& options, Session& session) {
  const std::string url = TRY(pausable(options, session));
  TRY(tag(session, url, {}, {paused_tag}));
  return ExitCode::done;
}

Command add_pausing(CLI::App& app,
                    const char* name,
                    const char* description,
                    Result<ExitCode> (*body)(const PauseOptions&, Session&)) {
  const auto options = std::make_shared<PauseOptions>();
  CLI::App* command = add_subcommand(group_of(app, "queues", ""), name, description);
  add_option(*command, "QUEUE", options->queue, "The queue's name, URL or ARN.").required();
  return session_command(command, options, body);
}

Argument add_list(CLI::App* command,
                  const char* name,
                  std::vector<std::string>& values,
                  const char* help) {
  return add_option(*command, name, values, help).repeatable();
}

}  // namespace

Command add_queues_create(CLI::App& app) {
  const auto options = std::make_shared<CreateOptions>();
  CLI::App* create = add_subcommand(group_of(app, "queues", ""), "create",
                                    "Make a queue. One that is there already as it is described "
                                    "stays as it is.");
  add_option(*create, "NAME", options->name, "Its name; that of a FIFO queue ends with .fifo.")
      .required();
  add_flag(*create, "--fifo", options->is_fifo, "A FIFO queue, as its name says, too.");
  add_flag(*create, "--content-dedup", options->is_deduplicating,
           "Messages with the same body are the same message.");
  add_option(*create, "--visibility", options->visibility, "The visibility timeout, like 30s.");
  add_option(*create, "--retention", options->retention, "How long messages are kept, like 4d.");
  add_option(*create, "--delay", options->delay, "When messages may be received, like 5s.");
  add_option(*create, "--dead-letters", options->dead_letters,
             "The queue that messages go to that were received too often.");
  add_option(*create, "--max-receives", options->receives_max, "How often is not too often.")
      .showing_default();
  add_list(create, "--attribute", options->attributes, "Another attribute of SQS, as NAME=VALUE.");
  add_list(create, "--tag", options->tags, "A tag, as NAME=VALUE.");
  return session_command(create, options, &cli::create);
}

Command add_queues_set(CLI::App& app) {
  const auto options = std::make_shared<SetOptions>();
  CLI::App* set =
      add_subcommand(group_of(app, "queues", ""), "set", "Change attributes and tags of a queue.");
  add_option(*set, "QUEUE", options->queue, "The queue's name, URL or ARN.").required();
  add_option(*set, "SET", options->attributes,
             "Attributes of SQS, as NAME=VALUE, like VisibilityTimeout=60.");
  add_list(set, "--tag", options->tags, "A tag, as NAME=VALUE.");
  add_list(set, "--untag", options->removed_tags, "A tag to take away, by its name.");
  return session_command(set, options, &cli::set);
}

Command add_queues_pause(CLI::App& app) {
  return add_pausing(
      app, "pause",
      "Give out no more messages of a queue. What is sent is kept, what was received "
      "can be deleted.",
      &pause);
}

Command add_queues_resume(CLI::App& app) {
  return add_pausing(app, "resume", "Give out the messages of a paused queue again.", &resume);
}

}  // namespace mailrail::cli
