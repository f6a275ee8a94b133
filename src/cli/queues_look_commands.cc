#include <memory>

#include <boost/json.hpp>

#include "cli/argument.h"
#include "cli/queue_commands.h"
#include "cli/queue_counts.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct ListOptions {
  SessionOptions session;
  std::optional<std::string> prefix;
};

struct ShowOptions {
  SessionOptions session;
  std::string queue;
};

boost::json::object object_of(const std::map<std::string, std::string>& map) {
  boost::json::object object;
  for (const auto& [name, value] : map) object[name] = value;
  return object;
}

// What the redrive policy says, in one word.
std::string dead_letters_in(const QueueAttributes& attributes) {
  const auto policy = attributes.find("RedrivePolicy");
  if (policy == attributes.end()) return {};
  boost::json::error_code error;
  const boost::json::value read = boost::json::parse(policy->second, error);
  if (error || !read.is_object()) return {};
  return name_in(text_at(read.get_object(), "deadLetterTargetArn"));
}

Result<ExitCode> list(const ListOptions& options, Session& session) {
  Rows rows(session.output,
            {.list_name = "Queues",
             .columns = {{"QUEUE", "QueueName"},
                         {"VISIBLE", "Attributes.ApproximateNumberOfMessages"},
                         {"IN FLIGHT", "Attributes.ApproximateNumberOfMessagesNotVisible"},
                         {"DELAYED", "Attributes.ApproximateNumberOfMessagesDelayed"},
                         {"DEAD LETTERS", "DeadLetterQueue"}}});
  sqs::ListQueuesInput input{
      .queue_name_prefix = options.prefix, .next_token = {}, .max_results = 1000};
  do {
    auto page = TRY(session.client.ask<sqs::ListQueuesOutput>(Service::sqs, "ListQueues", input));
    for (const std::string& url : page.queue_urls) {
      const auto attributes = queue_attributes_of(session.client, url);
      // Between the two calls it may have been deleted.
      if (!attributes && attributes.error().kind == &errors::not_found) continue;
      if (!attributes) return std::unexpected(attributes.error());
      rows.add({{"QueueName", name_in(url)},
                {"QueueUrl", url},
                {"DeadLetterQueue", dead_letters_in(*attributes)},
                {"Attributes", object_of(*attributes)}});
    }
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  rows.finish();
  return ExitCode::done;
}

Result<ExitCode> show(const ShowOptions& options, Session& session) {
  const std::string url = TRY(queue_url_of(session.client, options.queue));
  const QueueAttributes attributes = TRY(queue_attributes_of(session.client, url));
  const auto tags = TRY(session.client.ask<sqs::ListQueueTagsOutput>(
      Service::sqs, "ListQueueTags", sqs::ListQueueTagsInput{.queue_url = url}));
  print_object(session.output, {{"QueueName", name_in(url)},
                                {"QueueUrl", url},
                                {"Attributes", object_of(attributes)},
                                {"Tags", object_of(tags.tags)}});
  return ExitCode::done;
}

}  // namespace

Command add_queues_ls(CLI::App& app) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App& queues = group_of(app, "queues", "List, show, make, change and remove queues.");
  CLI::App* ls = add_subcommand(queues, "ls", "List queues with how many messages they have.");
  add_option(*ls, "PREFIX", options->prefix, "Only those whose name begins so.");
  return session_command(ls, options, &list);
}

Command add_queues_show(CLI::App& app) {
  const auto options = std::make_shared<ShowOptions>();
  CLI::App& queues = group_of(app, "queues", "List, show, make, change and remove queues.");
  CLI::App* show = add_subcommand(queues, "show", "Show all attributes and tags of a queue.");
  add_option(*show, "QUEUE", options->queue, "The queue's name, URL or ARN.").required();
  return session_command(show, options, &cli::show);
}

}  // namespace mailrail::cli
