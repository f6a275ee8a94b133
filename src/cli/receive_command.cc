#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include "cli/argument.h"
#include "cli/consume.h"
#include "cli/message_commands.h"
#include "cli/option_values.h"
#include "cli/references.h"
#include "cli/session.h"
#include "sqs/limits.h"

namespace mailrail::cli {
namespace {

struct ReceiveOptions {
  SessionOptions session;
  std::string queue;
  int count = 1;
  std::optional<std::string> wait;
  std::optional<std::string> visibility;
  std::optional<std::string> command;
  bool is_deleting = false;
  bool is_following = false;
  bool fails_if_empty = false;
};

std::string attribute(const sqs::Message& message, const char* name) {
  const auto found = message.attributes.find(name);
  return found == message.attributes.end() ? "" : found->second;
}

// Runs it with the body on its standard input. Whether it ended well.
bool is_dealt_with(const std::string& command, const sqs::Message& message) {
  setenv("MAILRAIL_MESSAGE_ID", message.message_id.c_str(), 1);
  setenv("MAILRAIL_MESSAGE_GROUP_ID", attribute(message, "MessageGroupId").c_str(), 1);
  setenv("MAILRAIL_RECEIVE_COUNT", attribute(message, "ApproximateReceiveCount").c_str(), 1);
  std::FILE* const pipe = popen(command.c_str(), "we");
  if (pipe == nullptr) return false;
  std::fwrite(message.body.data(), 1, message.body.size(), pipe);  // It need not read all of it.
  return pclose(pipe) == 0;
}

class Receiver {
 public:
  Receiver(const ReceiveOptions& options, Session& session, Taking taking)
      : options_(options),
        session_(session),
        taking_(std::move(taking)),
        rows_(session.output,
              {.list_name = "Messages",
               .columns = {{"MESSAGE", "MessageId"},
                           {"GROUP", "Attributes.MessageGroupId", 40},
                           {"RECEIVES", "Attributes.ApproximateReceiveCount"},
                           {"BODY", "Body"}},
               .off_terminal = OffTerminal::json_lines}) {}

  Result<ExitCode> run() {
    int left = options_.is_following ? std::numeric_limits<int>::max() : options_.count;
    while (left > 0) {
      taking_.messages_max = std::min(left, sqs::limits::received_messages_max);
      const auto messages = TRY(receive_some(session_.client, taking_));
      if (messages.empty() && !options_.is_following) break;
      if (!options_.is_following) left -= static_cast<int>(messages.size());
      TRY(take(messages));
    }
    // What a command got is not printed, so there being no rows says nothing.
    const bool went_to_command = options_.command && taken_ > 0 && rows_.form() == Form::table;
    if (!went_to_command) rows_.finish();
    if (failed_ > 0) return ExitCode::some_failed;
    return taken_ == 0 && options_.fails_if_empty ? ExitCode::nothing_received : ExitCode::done;
  }

 private:
  // What is deleted was printed before.
  Result<void> take(const std::vector<sqs::Message>& messages) {
    std::vector<std::string> done;
    for (const sqs::Message& each : messages) {
      ++taken_;
      if (options_.command && !is_dealt_with(*options_.command, each)) {
        ++failed_;
        fmt::print(stderr, "mailrail: The command failed for {}; it stays in the queue.\n",
                   each.message_id);
      } else if (options_.command || options_.is_deleting) {
        done.push_back(each.receipt_handle);
      }
      if (!options_.command) rows_.add(object_of(each));
    }
    rows_.flush();
    failed_ += TRY(delete_all(session_.client, taking_.queue_url, done));
    return {};
  }

  const ReceiveOptions& options_;
  Session& session_;
  Taking taking_;
  Rows rows_;
  std::uint64_t taken_ = 0;
  std::uint64_t failed_ = 0;
};

Result<ExitCode> receive(const ReceiveOptions& options, Session& session) {
  TRY(session.client.expect_changeable(client::Service::sqs, "ReceiveMessage"));
  if (options.is_following && session.output.is_json)
    return fail(errors::usage, "--follow has no end, so it makes no document: use -o jsonl.");
  std::signal(SIGPIPE, SIG_IGN);
  Taking taking{.queue_url = TRY(queue_url_of(session.client, options.queue)),
                .wait_seconds = TRY(seconds_of("--wait", options.wait)),
                .visibility_seconds = TRY(seconds_of("--visibility", options.visibility))};
  if (options.is_following && !taking.wait_seconds)
    taking.wait_seconds = sqs::limits::wait_seconds_max;
  return Receiver(options, session, std::move(taking)).run();
}

}  // namespace

Command add_receive(CLI::App& app) {
  const auto options = std::make_shared<ReceiveOptions>();
  CLI::App* receive = add_subcommand(
      app, "receive",
      "Receive messages from a queue. They come again after the visibility timeout unless they "
      "are deleted; `peek` only looks.");
  add_option(*receive, "QUEUE", options->queue, "The queue's name, URL or ARN.").required();
  const Argument count = add_option(*receive, "-n,--count", options->count, "At most so many.")
                             .positive()
                             .showing_default();
  add_option(*receive, "--wait", options->wait, "Wait for a message, at most 20s.");
  add_option(*receive, "--visibility", options->visibility,
             "Hide what was received so long, like 30s. Default: the queue's.");
  const Argument deleting =
      add_flag(*receive, "--delete", options->is_deleting, "Delete what was printed.");
  add_option(*receive, "--ack-cmd", options->command,
             "Instead of printing a message, run this with the body on its standard input, "
             "and delete the message if it exits with 0. It sees MAILRAIL_MESSAGE_ID, "
             "MAILRAIL_MESSAGE_GROUP_ID and MAILRAIL_RECEIVE_COUNT.")
      .excludes(deleting);
  add_flag(*receive, "--follow", options->is_following, "Go on until Ctrl-C.").excludes(count);
  add_flag(*receive, "--fail-empty", options->fails_if_empty, "Exit with 7 if there is nothing.");
  return session_command(receive, options, &cli::receive);
}

}  // namespace mailrail::cli
