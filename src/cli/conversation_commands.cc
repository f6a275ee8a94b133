#include "cli/conversation_commands.h"

#include <chrono>
#include <limits>
#include <memory>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/conversation_shapes.h"
#include "admin/conversation_state_shapes.h"
#include "base/duration_text.h"
#include "base/shown.h"
#include "cli/argument.h"
#include "cli/confirm.h"
#include "cli/peeking.h"
#include "cli/references.h"
#include "cli/session.h"
#include "server/engine_clock.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct ConversationOptions {
  SessionOptions session;
  std::shared_ptr<std::string> queue;  // Shared by all of them.
  std::string group;
  std::optional<std::string> state;
  std::uint64_t count = 20;
  bool is_whole = false;
  bool goes_to_dead_letters = false;
  std::optional<std::string> message;
  Confirmation confirmation;
};

// "3m12s", of an instant in milliseconds since 1970.
std::string age_of(std::int64_t timestamp) {
  const auto age =
      std::chrono::floor<std::chrono::seconds>(server::wall_time() - from_unix_ms(timestamp));
  return duration_text(std::max<Duration>(age, Duration(0)));
}

Result<ExitCode> list(const ConversationOptions& options, Session& session) {
  Rows rows(session.output, {.list_name = "Conversations",
                             .columns = {{"CONVERSATION", "MessageGroupId", 40},
                                         {"STATE", "State"},
                                         {"MESSAGES", "MessageCount"},
                                         {"SINCE", "Since"},
                                         {"RECEIVES", "Head.ApproximateReceiveCount"},
                                         {"BY", "Head.ReceivedBy", 40},
                                         {"HEAD", "Head.MessageId"}}});
  const std::uint64_t count_max =
      options.is_whole ? std::numeric_limits<std::uint64_t>::max() : options.count;
  admin::ListConversationsInput input{
      .queue_url = TRY(queue_url_of(session.client, *options.queue)),
      .state = state_named(options.state),
      .max_results = {},
      .next_token = {}};
  std::uint64_t left = count_max;
  do {
    input.max_results = static_cast<int>(std::min<std::uint64_t>(left, 1000));
    auto page = TRY(session.client.ask<admin::ListConversationsOutput>(Service::mailrail,
                                                                       "ListConversations", input));
    for (const admin::DescribedConversation& each : page.conversations) {
      boost::json::object row = object_of(each);
      if (each.since_timestamp && rows.form() == Form::table)
        row["Since"] = age_of(*each.since_timestamp);
      rows.add(std::move(row));
    }
    left -= std::min<std::uint64_t>(left, page.conversations.size());
    input.next_token = std::move(page.next_token);
  } while (left > 0 && input.next_token);
  rows.finish();
  if (input.next_token && rows.form() == Form::table)
    fmt::print(stderr, "There are more: -n N shows so many, --all all of them.\n");
  return ExitCode::done;
}

Result<admin::DescribedConversation> describe(Session& session,
                                              const std::string& url,
                                              const std::string& group) {
  return TRY(session.client.ask<admin::DescribeConversationOutput>(
                 Service::mailrail, "DescribeConversation",
                 admin::DescribeConversationInput{.queue_url = url, .message_group_id = group}))
      .conversation;
}

Result<ExitCode> show(const ConversationOptions& options, Session& session) {
  const std::string url = TRY(queue_url_of(session.client, *options.queue));
  print_object(session.output, object_of(TRY(describe(session, url, options.group))));
  return ExitCode::done;
}

Result<ExitCode> park(const ConversationOptions& options, Session& session) {
  const std::string url = TRY(queue_url_of(session.client, *options.queue));
  TRY(session.client.ask(
      Service::mailrail, "ParkConversation",
      admin::ParkConversationInput{.queue_url = url, .message_group_id = options.group}));
  return ExitCode::done;
}

Result<ExitCode> retry(const ConversationOptions& options, Session& session) {
  const std::string url = TRY(queue_url_of(session.client, *options.queue));
  TRY(session.client.ask(
      Service::mailrail, "RetryConversation",
      admin::RetryConversationInput{.queue_url = url, .message_group_id = options.group}));
  return ExitCode::done;
}

Result<ExitCode> skip(const ConversationOptions& options, Session& session) {
  const std::string url = TRY(queue_url_of(session.client, *options.queue));
  // The message that is asked about is the one that is skipped.
  std::optional<std::string> message = options.message;
  if (!message) message = TRY(describe(session, url, options.group)).head.message_id;
  if (!options.goes_to_dead_letters) {
    TRY(confirm(options.confirmation, fmt::format("deletes message {} of conversation {} for good",
                                                  shown(*message), shown(options.group))));
  }
  TRY(session.client.ask(Service::mailrail, "SkipConversation",
                         admin::SkipConversationInput{
                             .queue_url = url,
                             .message_group_id = options.group,
                             .head_action = options.goes_to_dead_letters ? "DeadLetter" : "Discard",
                             .message_id = std::move(message)}));
  return ExitCode::done;
}

Result<ExitCode> drop(const ConversationOptions& options, Session& session) {
  const std::string url = TRY(queue_url_of(session.client, *options.queue));
  const std::int64_t count = TRY(describe(session, url, options.group)).message_count;
  TRY(confirm(options.confirmation,
              fmt::format("deletes {} message{} of conversation {} for good", count,
                          count == 1 ? "" : "s", shown(options.group))));
  const auto dropped = TRY(session.client.ask<admin::DropConversationOutput>(
      Service::mailrail, "DropConversation",
      admin::DropConversationInput{.queue_url = url, .message_group_id = options.group}));
  print_object(session.output, object_of(dropped));
  return ExitCode::done;
}

class Group {
 public:
  explicit Group(CLI::App& app)
      : app_(group_of(app,
                      "conversations",
                      "Show the conversations of a FIFO queue, and decide about those that are "
                      "stuck.")) {
    add_option(app_, "QUEUE", *queue_, "The queue's name, URL or ARN.").required();
  }

  std::shared_ptr<ConversationOptions> add(const char* name, const char* description) {
    command_ = add_subcommand(app_, name, description);
    const auto options = std::make_shared<ConversationOptions>();
    options->queue = queue_;
    return options;
  }

  std::shared_ptr<ConversationOptions> add_about_one(const char* name, const char* description) {
    const auto options = add(name, description);
    add_option(*command_, "CONVERSATION", options->group, "Its MessageGroupId.").required();
    return options;
  }

  CLI::App* command() const { return command_; }  // The last one.

 private:
  CLI::App& app_;
  std::shared_ptr<std::string> queue_ = std::make_shared<std::string>();
  CLI::App* command_ = nullptr;
};

Command add_list(Group& group) {
  const auto options = group.add("ls", "List conversations, the oldest first.");
  add_option(*group.command(), "--state", options->state, "Only those in this state.")
      .one_of({"waiting", "inflight", "blocked", "parked"});
  const Argument count =
      add_option(*group.command(), "-n,--count", options->count, "At most so many.")
          .positive()
          .showing_default();
  add_flag(*group.command(), "--all", options->is_whole, "All there are.").excludes(count);
  return session_command(group.command(), options, &list);
}

Command add_skip(Group& group) {
  const auto options = group.add_about_one(
      "skip", "Delete the message that a parked conversation stopped at, and let it go on.");
  add_flag(*group.command(), "--to-dead-letters", options->goes_to_dead_letters,
           "Send it to the dead-letter queue instead.");
  add_option(*group.command(), "--message", options->message, "Only if it is this message.");
  add_confirmation(*group.command(), options->confirmation);
  return session_command(group.command(), options, &skip);
}

Command add_drop(Group& group) {
  const auto options = group.add_about_one("drop", "Delete all messages of a parked conversation.");
  add_confirmation(*group.command(), options->confirmation);
  return session_command(group.command(), options, &drop);
}

Command add_show(Group& group) {
  const auto options = group.add_about_one("show", "Show one, and why it is as it is.");
  return session_command(group.command(), options, &show);
}

Command add_park(Group& group) {
  const auto options = group.add_about_one(
      "park", "Give out no more of it, and keep what comes, until somebody decides.");
  return session_command(group.command(), options, &park);
}

Command add_retry(Group& group) {
  const auto options =
      group.add_about_one("retry", "Let a parked conversation go on, in its order.");
  return session_command(group.command(), options, &retry);
}

}  // namespace

std::vector<Command> add_conversations(CLI::App& app) {
  Group group(app);
  return {add_list(group), add_show(group),  add_skip(group),
          add_park(group), add_retry(group), add_drop(group)};
}

}  // namespace mailrail::cli
