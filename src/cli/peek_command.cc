#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/limits.h"
#include "cli/argument.h"
#include "cli/message_commands.h"
#include "cli/message_filter.h"
#include "cli/peeking.h"
#include "cli/references.h"
#include "cli/session.h"
#include "cli/text_lines.h"

namespace mailrail::cli {
namespace {

struct PeekOptions {
  SessionOptions session;
  std::string queue;
  std::uint64_t count = 20;
  bool is_whole = false;
  std::optional<std::string> group;
  std::optional<std::string> state;
  std::optional<std::string> after;
  std::vector<std::string> conditions;

  std::uint64_t count_max() const {
    return is_whole ? std::numeric_limits<std::uint64_t>::max() : count;
  }
};

Rows rows_of(const Session& session) {
  return {session.output,
          {.list_name = "Messages",
           .columns = {{"SEQUENCE", "SequenceNumber"},
                       {"STATE", "State"},
                       {"GROUP", "Attributes.MessageGroupId", 40},
                       {"RECEIVES", "Attributes.ApproximateReceiveCount"},
                       {"BODY", "Body"}},
           .off_terminal = OffTerminal::json_lines}};
}

Result<ExitCode> peek_file(const PeekOptions& options, Session& session) {
  const MessageFilter filter = TRY(MessageFilter::parse(options.conditions));
  TextLines lines = TRY(TextLines::open(options.queue));
  Rows rows = rows_of(session);
  std::uint64_t left = options.count_max();
  while (left > 0) {
    const auto line = TRY(lines.next());
    if (!line) break;
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(*line, error);
    if (error || !value.is_object()) {
      return fail(errors::usage,
                  fmt::format("Line {} of {} is no JSON object.", lines.number(), options.queue));
    }
    const boost::json::object& message = value.get_object();
    const bool is_message = message.contains("Body") || message.contains("MessageId");
    if (!is_message || !filter.lets_through(message)) continue;
    if (options.group && text_at(message, "Attributes.MessageGroupId") != *options.group) continue;
    rows.add(std::move(value.get_object()));
    --left;
  }
  rows.finish();
  return ExitCode::done;
}

Result<ExitCode> peek_queue(const PeekOptions& options, Session& session) {
  const MessageFilter filter = TRY(MessageFilter::parse(options.conditions));
  admin::PeekMessagesInput input{.queue_url = TRY(queue_url_of(session.client, options.queue)),
                                 .max_number_of_messages = admin::limits::peeked_messages_max,
                                 .message_group_id = options.group,
                                 .state = state_named(options.state),
                                 .after = options.after};
  Rows rows = rows_of(session);
  std::uint64_t left = options.count_max();
  do {
    // With a filter more may have to be looked at than are shown.
    if (options.conditions.empty())
      input.max_number_of_messages =
          static_cast<int>(std::min<std::uint64_t>(left, admin::limits::peeked_messages_max));
    auto page = TRY(peek(session.client, input));
    for (const admin::PeekedMessage& each : page.messages) {
      boost::json::object message = object_of(each);
      if (left == 0 || !filter.lets_through(message)) continue;
      rows.add(std::move(message));
      if (--left == 0) page.next_after = each.sequence_number;
    }
    rows.flush();
    input.after = std::move(page.next_after);
  } while (left > 0 && input.after);
  rows.finish();
  if (rows.form() == Form::table && input.after)
    fmt::print(stderr, "For what follows add --after {}\n", *input.after);
  return ExitCode::done;
}

Result<ExitCode> peek_at(const PeekOptions& options, Session& session) {
  const bool is_file = std::filesystem::is_regular_file(options.queue);
  return is_file ? peek_file(options, session) : peek_queue(options, session);
}

}  // namespace

Command add_peek(CLI::App& app) {
  const auto options = std::make_shared<PeekOptions>();
  CLI::App* peek =
      add_subcommand(app, "peek", "Look at the messages of a queue. Nobody receives them by that.");
  add_option(*peek, "QUEUE", options->queue,
             "The queue's name, URL or ARN, or a file that `export` wrote.")
      .required();
  const Argument count = add_option(*peek, "-n,--count", options->count, "At most so many.")
                             .positive()
                             .showing_default();
  add_flag(*peek, "--all", options->is_whole, "All there are.").excludes(count);
  add_option(*peek, "--group", options->group, "Only of this conversation.");
  add_option(*peek, "--state", options->state, "Only those in this state.")
      .one_of({"visible", "inflight", "delayed", "blocked", "parked", "damaged"});
  add_option(*peek, "--after", options->after, "Only those behind this sequence number.");
  add_option(*peek, "--filter", options->conditions,
             "Only those of which this holds: NAME=VALUE or NAME~TEXT, like "
             "Attributes.SenderId=app, MessageAttributes.store=fans, Body.user.id=7 or "
             "Body~urgent. May be repeated.")
      .repeatable();
  return session_command(peek, options, &peek_at);
}

}  // namespace mailrail::cli
