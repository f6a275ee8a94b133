#include <memory>

#include <fmt/format.h>

#include "cli/argument.h"
#include "cli/confirm.h"
#include "cli/queue_commands.h"
#include "cli/queue_counts.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/queue_shapes.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct RemoveOptions {
  SessionOptions session;
  Confirmation confirmation;
  std::string queue;
};

std::string messages_text(std::uint64_t count) {
  return fmt::format("{} message{}", count, count == 1 ? "" : "s");
}

Result<ExitCode> purge(const RemoveOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sqs, "PurgeQueue"));
  const std::string url = TRY(queue_url_of(session.client, options.queue));
  const std::uint64_t count = TRY(queue_counts_of(session.client, url)).all();
  TRY(confirm(options.confirmation,
              fmt::format("deletes {} of {} for good", messages_text(count), name_in(url))));
  TRY(session.client.ask(Service::sqs, "PurgeQueue", sqs::PurgeQueueInput{.queue_url = url}));
  print_object(session.output, {{"Purged", count}});
  return ExitCode::done;
}

Result<ExitCode> remove(const RemoveOptions& options, Session& session) {
  TRY(session.client.expect_changeable(Service::sqs, "DeleteQueue"));
  const std::string url = TRY(queue_url_of(session.client, options.queue));
  const std::uint64_t count = TRY(queue_counts_of(session.client, url)).all();
  TRY(confirm(options.confirmation, fmt::format("deletes the queue {} with {} for good",
                                                name_in(url), messages_text(count))));
  TRY(session.client.ask(Service::sqs, "DeleteQueue", sqs::DeleteQueueInput{.queue_url = url}));
  print_object(session.output, {{"Deleted", url}, {"Messages", count}});
  return ExitCode::done;
}

Command add(CLI::App& app,
            const char* name,
            const char* description,
            Result<ExitCode> (*body)(const RemoveOptions&, Session&)) {
  const auto options = std::make_shared<RemoveOptions>();
  CLI::App* command = add_subcommand(group_of(app, "queues", ""), name, description);
  add_option(*command, "QUEUE", options->queue, "The queue's name, URL or ARN.").required();
  add_confirmation(*command, options->confirmation);
  return session_command(command, options, body);
}

}  // namespace

Command add_queues_purge(CLI::App& app) {
  return add(app, "purge", "Delete all messages of a queue, those in flight, too.", &purge);
}

Command add_queues_rm(CLI::App& app) {
  return add(app, "rm", "Delete a queue with all its messages.", &remove);
}

}  // namespace mailrail::cli
