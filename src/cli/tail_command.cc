#include <chrono>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/event_shapes.h"
#include "cli/message_commands.h"
#include "cli/message_filter.h"
#include "cli/references.h"
#include "cli/session.h"

namespace mailrail::cli {
namespace {

struct TailOptions {
  SessionOptions session;
  std::string queue;
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

Rows rows_of(const Session& session) {
  return {session.output,
          {.list_name = "Events",
           .columns = {{"TIME", "Time"},
                       {"EVENT", "Kind"},
                       {"GROUP", "MessageGroupId", 40},
                       {"SEQUENCE", "SequenceNumber"},
                       {"MESSAGE", "MessageId"},
                       {"BODY", "Body"}},
           .off_terminal = OffTerminal::json_lines}};
}

Result<ExitCode> tail(const TailOptions& options, Session& session) {
  if (session.output.is_json || session.output.output == "json")
    return fail(errors::usage, "tail has no end, so it makes no document: use -o jsonl.");
  const MessageFilter filter = TRY(MessageFilter::parse(options.conditions));
  admin::ListEventsInput input{.after = {},
                               .queue_url = TRY(queue_url_of(session.client, options.queue)),
                               .message_group_id = options.group,
                               .kinds = options.kinds,
                               .max_results = events_max,
                               .show_bodies = options.shows_bodies};
  if (!options.is_from_beginning) input.after = "Latest";
  Rows rows = rows_of(session);
  while (true) {
    auto page = TRY(session.client.ask<admin::ListEventsOutput>(client::Service::mailrail,
                                                                "ListEvents", input));
    if (page.missed > 0)
      fmt::print(stderr, "{} events were too many to be kept and are left out.\n", page.missed);
    for (const admin::ListedEvent& each : page.events) {
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
  CLI::App* command = app.add_subcommand(
      "tail", "Show what happens to the messages of a queue, as it happens, until Ctrl-C.");
  command->add_option("QUEUE", options->queue, "The queue's name, URL or ARN.")->required();
  command
      ->add_option("--events", options->kinds,
                   "Only of these kinds, with commas between, like sent,received,deleted. Others: "
                   "dead_lettered, redriven, expired, dropped, parked, unparked.")
      ->delimiter(',');
  command->add_option("--group", options->group, "Only of this conversation.");
  command
      ->add_option("--filter", options->conditions,
                   "Only those of which this holds: NAME=VALUE or NAME~TEXT. May be repeated.")
      ->expected(1)
      ->take_all();
  command->add_flag("--bodies", options->shows_bodies, "With bodies, as long as they are there.");
  command->add_flag("--from-beginning", options->is_from_beginning,
                    "Begin with what the server still remembers.");
  return session_command(command, options, &tail);
}

}  // namespace mailrail::cli
