#include "cli/doctor_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "admin/conversation_state_shapes.h"
#include "admin/queue_shapes.h"
#include "admin/server_shapes.h"
#include "cli/argument.h"
#include "cli/confirm.h"
#include "cli/doctor_repairs.h"
#include "cli/printable.h"
#include "cli/session.h"
#include "ops/backup_shelf.h"
#include "ops/doctor.h"
#include "server/engine_clock.h"

namespace mailrail::cli {
namespace {

using client::Service;

struct DoctorOptions {
  SessionOptions session;
  std::optional<std::string> backups;
  bool is_strict = false;
  bool is_fixing = false;
  Confirmation confirmation;
};

ops::ObservedShare share_of(const admin::Share& share) {
  return {.used = static_cast<std::uint64_t>(share.used),
          .limit = static_cast<std::uint64_t>(share.limit)};
}

bool has(const admin::DescribeServerOutput& server, const char* setting) {
  return server.settings.contains(setting);
}

Result<ops::ObservedServer> observed_server(const DoctorOptions& options,
                                            const admin::DescribeServerOutput& server) {
  ops::ObservedServer observed{
      .address = server.listen,
      .uptime = std::chrono::seconds(server.uptime),
      .is_loopback = has(server, "loopback-only"),
      .has_keys = has(server, "keys"),
      .has_tls = has(server, "tls"),
      .is_administration_apart = has(server, "admin-listen"),
      .memory = share_of(server.memory),
      .disk = share_of(server.disk),
      .connections_max = static_cast<std::uint64_t>(server.connections.limit),
      .is_log_shared = server.database.has_value(),
      .version = server.version,
      .doctor_version = MAILRAIL_VERSION};
  if (!has(server, "test-api")) observed.clock_behind = Duration(server.clock_behind.value_or(0));
  if (server.file_system != "local") observed.risky_file_system = server.file_system;
  if (server.disk_full_in) observed.disk_full_in = std::chrono::seconds(*server.disk_full_in);
  if (server.slow_commit) observed.slow_commit = Duration(*server.slow_commit);
  if (server.open_files_max > 0)
    observed.open_files_max = static_cast<std::uint64_t>(server.open_files_max);
  if (options.backups) {
    observed.was_backup_sought = true;
    observed.backup_age = TRY(ops::age_of_newest_backup(*options.backups, server::wall_time()));
  } else if (server.backup_age) {
    observed.backup_age = std::chrono::seconds(*server.backup_age);
  }
  return observed;
}

// Why its first blocked conversation stands still.
Result<std::string> why_blocked(Session& session, const std::string& queue_url) {
  const auto blocked = TRY(session.client.ask<admin::ListConversationsOutput>(
      Service::mailrail, "ListConversations",
      admin::ListConversationsInput{
          .queue_url = queue_url, .state = "Blocked", .max_results = 1, .next_token = {}}));
  return blocked.conversations.empty() ? std::string() : blocked.conversations.front().why;
}

Result<ops::ObservedQueue> observed_queue(Session& session,
                                          admin::DescribedQueue& queue,
                                          std::int64_t now) {
  const auto count = [](std::int64_t number) { return static_cast<std::uint64_t>(number); };
  ops::ObservedQueue observed{
      .name = queue.queue_name,
      .is_fifo = queue.fifo_queue,
      .retention = std::chrono::seconds(queue.message_retention_period),
      .visibility_timeout = std::chrono::seconds(queue.visibility_timeout),
      .receive_wait = std::chrono::seconds(queue.receive_message_wait_time_seconds),
      .visible = count(queue.visible),
      .in_flight = count(queue.in_flight),
      .delayed = count(queue.delayed),
      .conversations_blocked = count(queue.conversations_blocked),
      .conversations_parked = count(queue.conversations_parked),
      .waiting_receives = count(queue.waiting_receives),
      .dead_letter_queue = std::move(queue.dead_letter_queue_name),
      .dead_letter_sources = count(queue.dead_letter_source_count),
      .parks_poison = queue.on_poison == "park",
      .received = count(queue.received),
      .empty_short_polls = count(queue.empty_short_polls)};
  if (queue.processing_exceeds)
    observed.processing_exceeds = std::chrono::seconds(*queue.processing_exceeds);
  observed.busiest_conversation = std::move(queue.busiest_conversation);
  observed.busiest_messages = count(queue.busiest_messages.value_or(0));
  if (queue.oldest_sent_timestamp)
    observed.oldest_age = Duration(now - *queue.oldest_sent_timestamp);
  if (queue.conversations_blocked > 0)
    observed.why_blocked = TRY(why_blocked(session, queue.queue_url));
  return observed;
}

Result<std::vector<ops::ObservedQueue>> observed_queues(Session& session, std::int64_t now) {
  std::vector<ops::ObservedQueue> observed;
  admin::DescribeQueuesInput input{.queue_name_prefix = {}, .max_results = 1000, .next_token = {}};
  do {
    auto page = TRY(session.client.ask<admin::DescribeQueuesOutput>(Service::mailrail,
                                                                    "DescribeQueues", input));
    for (admin::DescribedQueue& each : page.queues)
      observed.push_back(TRY(observed_queue(session, each, now)));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return observed;
}

boost::json::object object_of(const ops::Finding& finding) {
  boost::json::object object = {{"Check", finding.check},
                                {"Severity", ops::name_of(finding.severity)},
                                {"Evidence", finding.evidence},
                                {"Fix", finding.fix}};
  if (!finding.subject.empty()) object["QueueName"] = finding.subject;
  return object;
}

void print(const ops::Diagnosis& diagnosis,
           const OutputOptions& output,
           const std::optional<std::vector<DoneRepair>>& done = {}) {
  if (output.wants_json()) {
    boost::json::array findings;
    for (const ops::Finding& each : diagnosis.findings) findings.push_back(object_of(each));
    boost::json::object told{{"Verdict", ops::verdict_of(diagnosis)},
                             {"Checks", diagnosis.checks},
                             {"Findings", std::move(findings)}};
    if (done) told["Fixes"] = array_of(*done);
    print_object(output, told);
    return;
  }
  for (const ops::Finding& each : diagnosis.findings) {
    fmt::print("{:<8} {}{}{}\n", ops::name_of(each.severity), printable(each.subject),
               each.subject.empty() ? "" : ": ", printable(each.evidence));
    fmt::print("         {}\n", printable(each.fix));
  }
  fmt::print("{}{}\n", diagnosis.findings.empty() ? "" : "\n", ops::verdict_of(diagnosis));
}

Result<ops::Diagnosis> look(const DoctorOptions& options, Session& session) {
  const auto server = TRY(session.client.ask<admin::DescribeServerOutput>(
      Service::mailrail, "DescribeServer", Nothing{}));
  const ops::ObservedServer observed = TRY(observed_server(options, server));
  return ops::diagnose(observed, TRY(observed_queues(session, server.timestamp)));
}

ExitCode code_of(const DoctorOptions& options, const ops::Diagnosis& diagnosis) {
  const auto gravest = diagnosis.gravest();
  if (!gravest) return ExitCode::done;
  const bool is_bad = *gravest == ops::Severity::problem ||
                      (options.is_strict && *gravest == ops::Severity::warning);
  return is_bad ? ExitCode::failed : ExitCode::done;
}

Result<void> ask_about(const std::vector<ops::Repair>& repairs, const DoctorOptions& options) {
  std::string commands;
  for (const ops::Repair& each : repairs)
    commands += (commands.empty() ? "" : "; ") + ops::command_of(each);
  return confirm(options.confirmation, "does " + commands);
}

// What is found is told before anybody is asked about it, and what is left afterwards. A program
// gets one document.
Result<ExitCode> fix(const DoctorOptions& options, Session& session, const ops::Diagnosis& found) {
  const std::vector<ops::Repair> repairs = found.repairs();
  const bool is_for_people = !session.output.wants_json();
  if (is_for_people) print(found, session.output);
  if (!repairs.empty()) TRY(ask_about(repairs, options));
  const std::vector<DoneRepair> done = carry_out(repairs, session);
  if (is_for_people && done.empty()) {
    fmt::print(stderr, "{}",
               found.findings.empty() ? ""
                                      : "Nothing was done: what is found needs "
                                        "a decision.\n");
    return code_of(options, found);
  }
  if (is_for_people) {
    fmt::print("\n");
    print(done);
    fmt::print("\n");
  }
  const ops::Diagnosis left = TRY(look(options, session));
  print(left, session.output, done);
  const ExitCode code = code_of(options, left);
  const bool has_failed =
      std::ranges::any_of(done, [](const DoneRepair& each) { return each.error.has_value(); });
  return code == ExitCode::done && has_failed ? ExitCode::some_failed : code;
}

Result<ExitCode> examine(const DoctorOptions& options, Session& session) {
  const ops::Diagnosis diagnosis = TRY(look(options, session));
  if (options.is_fixing) return fix(options, session, diagnosis);
  print(diagnosis, session.output);
  return code_of(options, diagnosis);
}

}  // namespace

Command add_doctor(CLI::App& app) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App* doctor = add_subcommand(
      app, "doctor",
      "Say what is wrong with a server and its queues, or will be, and what to do about it. "
      "Nothing is changed, unless by --fix.\n"
      "Exits with 0 if there is no problem, with --strict if there is no warning either, else "
      "with 1. With --fix what is left counts, and 8 says that a fix failed.");
  add_option(*doctor, "--backups", options->backups,
             "Where backups stand: the newest should not be older than a day. Default: "
             "only those count that were made since the server started.");
  add_flag(*doctor, "--strict", options->is_strict, "Warnings count as problems do.");
  add_flag(*doctor, "--fix", options->is_fixing,
           "Make the changes that need no decision: create a dead-letter queue that is "
           "missing, keep dead letters longer, let receives wait, lengthen a visibility "
           "timeout that is too short. Then look again.");
  add_confirmation(*doctor, options->confirmation);
  return session_command(doctor, options, &examine);
}

}  // namespace mailrail::cli
