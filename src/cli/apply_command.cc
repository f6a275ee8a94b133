#include "cli/apply_command.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/argument.h"
#include "cli/confirm.h"
#include "cli/printable.h"
#include "cli/session.h"
#include "cli/topology_apply.h"
#include "cli/topology_file.h"

namespace mailrail::cli {
namespace {

using topology::Action;
using topology::Plan;
using topology::Pruning;

struct ApplyOptions {
  SessionOptions session;
  Confirmation confirmation;
  std::string file;
  std::vector<std::string> parameters;
  std::optional<std::string> account;
  bool is_dry_run = false;
  bool is_to_prune = false;
};

Error joined(const ErrorKind& kind, const topology::Problems& problems) {
  return Error{.kind = &kind, .message = printable(fmt::format("{}", fmt::join(problems, "\n")))};
}

boost::json::object row_of(const topology::Step& step) {
  boost::json::array changes;
  for (const topology::Change& each : step.changes) {
    boost::json::object change{{"Name", each.name}, {"To", each.to}};
    if (each.from) change["From"] = *each.from;
    changes.push_back(std::move(change));
  }
  return {{"Action", topology::name_of(step.action)},
          {"Kind", topology::name_of(step.thing)},
          {"Name", step.name},
          {"Changes", std::move(changes)}};
}

// Line by line, as values are a stranger's.
void print_plan(const Plan& plan) {
  std::istringstream lines(topology::text_of(plan));
  for (std::string each; std::getline(lines, each);)
    if (!each.empty()) fmt::print("{}\n", printable(each));
}

// As people read it, unless another form was asked for.
void print(const Plan& plan, const OutputOptions& output) {
  const bool is_for_people =
      output.output.value_or("table") == "table" && !output.is_json && !output.format;
  if (is_for_people) return print_plan(plan);
  Rows rows(output, {.list_name = "Steps",
                     .columns = {{"ACTION", "Action"}, {"KIND", "Kind"}, {"NAME", "Name"}}});
  for (const topology::Step& each : plan.steps) rows.add(row_of(each));
  rows.finish();
}

Result<void> confirm_removals(const ApplyOptions& options, const Plan& plan) {
  const auto count = std::ranges::count(plan.steps, Action::remove, &topology::Step::action);
  if (count == 0) return {};
  return confirm(options.confirmation,
                 fmt::format("deletes what is listed above with a minus, {} in all, with all "
                             "messages in it",
                             count));
}

Result<ExitCode> apply(const ApplyOptions& options, Session& session) {
  topology::TemplateSetting setting{.parameters = TRY(parse_parameters(options.parameters))};
  // A file that is wrong is told before anybody is asked anything.
  if (const auto read = read_topology_file(options.file, setting); !read)
    return std::unexpected(joined(errors::usage, read.error()));
  setting.place = TRY(place_of(session.client, options.account));
  const auto wanted = read_topology_file(options.file, setting);
  if (!wanted) return std::unexpected(joined(errors::usage, wanted.error()));
  for (const std::string& each : wanted->notes) fmt::print(stderr, "{}\n", printable(each));
  const Pruning pruning = options.is_to_prune ? Pruning::on : Pruning::off;
  const Plan plan = TRY(planned(session.client, *wanted, setting.place, pruning));
  print(plan, session.output);
  if (plan.changes_nothing()) return ExitCode::done;
  if (options.is_dry_run) {
    fmt::print(stderr, "Would be done: {}.\n", topology::summary_of(plan));
    return ExitCode::done;
  }
  TRY(confirm_removals(options, plan));
  TRY(apply_plan(session.client, plan, setting.place));
  fmt::print(stderr, "Done: {}.\n", topology::summary_of(plan));
  return ExitCode::done;
}

}  // namespace

Command add_apply(CLI::App& app) {
  const auto options = std::make_shared<ApplyOptions>();
  CLI::App* command = add_subcommand(
      app, "apply",
      "Make the queues, topics and subscriptions that a file asks for, and change those that "
      "differ. What the file does not speak of stays as it is.\n"
      "Exits with 0 if all is as the file says, or would be; 2 if the file is wrong.");
  add_option(*command, "FILE", options->file,
             "A topology as TOML or JSON, or a template of CloudFormation as JSON, like the "
             "CDK leaves in cdk.out.")
      .required();
  add_flag(*command, "--dry-run", options->is_dry_run, "Print what would be done, and do nothing.");
  add_flag(*command, "--prune", options->is_to_prune,
           "Delete queues, topics and subscriptions that the file does not have.");
  add_option(*command, "--parameter", options->parameters,
             "A template's parameter as NAME=VALUE, or what only AWS knows as "
             "LOGICAL.ATTRIBUTE=VALUE. May be repeated.")
      .repeatable();
  add_option(*command, "--account", options->account,
             "The account that references get. Default: that of the queues that are "
             "there, else 000000000000.");
  add_confirmation(*command, options->confirmation);
  return session_command(command, options, &apply);
}

}  // namespace mailrail::cli
