#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/event_shapes.h"
#include "base/shown.h"
#include "cli/argument.h"
#include "cli/message_commands.h"
#include "cli/message_filter.h"
#include "cli/references.h"
#include "cli/session.h"
#include "cli/subscriptions.h"

namespace mailrail::cli {
namespace {

struct TailOptions {
  SessionOptions session;
  std::string queue_or_topic;
  std::optional<std::string> group;
  std::vector<std::string> kinds;
  std::vector<std::string> conditions;
  bool is_from_beginning = false;
  bool shows_bodies = false;
};

constexpr auto between_looks = std::chrono::milliseconds(200);
constexpr int events_max = 1000;

// As people read it, of milliseconds since 1970.
std::string time_text(std::int64_t timestamp) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(timestamp)};
  const std::chrono::hh_mm_ss of_day(time - std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{:02}:{:02}:{:02}.{:03}", of_day.hours().count(), of_day.minutes().count(),
                     of_day.seconds().count(), of_day.subseconds().count());
}

struct Watched {
  std::string queue_url;         // Empty: the events of all are asked for,
  std::set<std::string> queues;  // and those of these are shown.
};

Rows rows_of(const Session& session, const Watched& watched) {
  std::vector<Column> columns = {{"TIME", "Time"},
                                 {"EVENT", "Kind"},
                                 {"GROUP", "MessageGroupId", 40},
                                 {"SEQUENCE", "SequenceNumber"},
                                 {"MESSAGE", "MessageId"},
                                 {"BODY", "Body"}};
  if (watched.queue_url.empty()) columns.insert(columns.begin() + 2, {"QUEUE", "QueueName"});
  return {session.output,
          {.list_name = "Events",
           .columns = std::move(columns),
           .off_terminal = OffTerminal::json_lines}};
}

// The queues that a topic's messages go into.
Result<Watched> watched_of_topic(client::Client& client, const std::string& topic_arn) {
  Watched watched;
  for (const sns::ListedSubscription& each : TRY(subscriptions_of(client, topic_arn))) {
    if (each.protocol == "sqs") watched.queues.insert(name_in(each.endpoint));
  }
  if (watched.queues.empty())
    return fail(errors::not_found,
                fmt::format("No queue is subscribed to {}: nothing happens there.", topic_arn));
  return watched;
}

Result<Watched> watched(client::Client& client, const std::string& reference) {
  if (reference.starts_with("arn:") && reference.contains(":sns:"))
    return watched_of_topic(client, reference);
  Result<std::string> queue_url = queue_url_of(client, reference);
  if (queue_url) return Watched{.queue_url = *std::move(queue_url), .queues = {}};
  if (queue_url.error().kind != &errors::not_found) return std::unexpected(queue_url.error());
  const Result<std::string> topic_arn = topic_arn_of(client, reference);
  if (topic_arn) return watched_of_topic(client, *topic_arn);
  if (topic_arn.error().kind != &errors::not_found) return std::unexpected(topic_arn.error());
  return fail(errors::not_found,
              fmt::format("There is no queue and no topic {}.", shown(reference)));
}

Result<ExitCode> tail(const TailOptions& options, Session& session) {
  if (session.output.is_json || session.output.output == "json")
    return fail(errors::usage, "tail has no end, so it makes no document: use -o jsonl.");
  const MessageFilter filter = TRY(MessageFilter::parse(options.conditions));
  const Watched what = TRY(watched(session.client, options.queue_or_topic));
  admin::ListEventsInput input{.after = {},
                               .queue_url = what.queue_url,
                               .message_group_id = options.group,
                               .kinds = options.kinds,
                               .max_results = events_max,
                               .show_bodies = options.shows_bodies};
  if (!options.is_from_beginning) input.after = "Latest";
  Rows rows = rows_of(session, what);
  while (true) {
    auto page = TRY(session.client.ask<admin::ListEventsOutput>(client::Service::mailrail,
                                                                "ListEvents", input));
    if (page.missed > 0)
      fmt::print(stderr, "{} events were too many to be kept and are left out.\n", page.missed);
    for (const admin::ListedEvent& each : page.events) {
      if (what.queue_url.empty() && !what.queues.contains(each.queue_name)) continue;
      boost::json::object event = object_of(each);
      if (!filter.lets_through(event)) continue;
      if (rows.form() == Form::table) event["Time"] = time_text(each.timestamp);
      rows.add(std::move(event));
    }
    rows.flush();
    input.after = std::move(page.next_after);
    if (page.events.size() < events_max) std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace

Command add_tail(CLI::App& app) {
  const auto options = std::make_shared<TailOptions>();
  CLI::App* command = add_subcommand(
      app, "tail",
      "Show what happens to the messages of a queue, or of the queues that a topic's messages go "
      "into, as it happens, until Ctrl-C.");
  add_option(*command, "QUEUE|TOPIC", options->queue_or_topic,
             "The name or ARN of a queue or of a topic, or a queue's URL. A name that both "
             "have is the queue's.")
      .required();
  add_option(*command, "--events", options->kinds,
             "Only of these kinds, with commas between, like sent,received,deleted. Others: "
             "dead_lettered, redriven, expired, dropped, parked, unparked.")
      .separated_by(',');
  add_option(*command, "--group", options->group, "Only of this conversation.");
  add_option(*command, "--filter", options->conditions,
             "Only those of which this holds: NAME=VALUE or NAME~TEXT. May be repeated.")
      .repeatable();
  add_flag(*command, "--bodies", options->shows_bodies, "With bodies, as long as they are there.");
  add_flag(*command, "--from-beginning", options->is_from_beginning,
           "Begin with what the server still remembers.");
  return session_command(command, options, &tail);
}

}  // namespace mailrail::cli
