#include "cli/test_filter.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "admin/topic_filter_shapes.h"
#include "cli/environment.h"
#include "cli/filter_report.h"
#include "cli/message_options.h"

namespace mailrail::cli {
namespace {

Result<admin::TestFilterInput> input_of(const TestFilterOptions& options) {
  admin::TestFilterInput input{.topic_arn = {},
                               .topic_name = {},
                               .region = {},
                               .message = {},
                               .message_structure = options.structure,
                               .message_attributes = TRY(parse_attributes(options.attributes)),
                               .next_token = {}};
  if (options.message) input.message = TRY(read_message(*options.message));
  (options.topic.starts_with("arn:") ? input.topic_arn : input.topic_name) = options.topic;
  return input;
}

Result<admin::TestFilterOutput> ask(const TestFilterOptions& options, Session& session) {
  admin::TestFilterInput input = TRY(input_of(options));
  admin::TestFilterOutput all;
  do {
    auto page = TRY(session.client.ask<admin::TestFilterOutput>(client::Service::mailrail,
                                                                "TestFilter", input));
    all.topic_arn = std::move(page.topic_arn);
    std::ranges::move(page.subscriptions, std::back_inserter(all.subscriptions));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return all;
}

Colours colours() {
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  return is_terminal && !process_environment()("NO_COLOR") ? Colours::ansi : Colours::none;
}

}  // namespace

Result<ExitCode> test_filter(const TestFilterOptions& options, Session& session) {
  const admin::TestFilterOutput tested = TRY(ask(options, session));
  Rows rows(session.output, {.list_name = "Subscriptions", .columns = {}});
  if (rows.form() == Form::table) {
    fmt::print("{}", table_of(tested, colours()));
  } else if (rows.form() == Form::tabs) {
    fmt::print("{}", tabs_of(tested));
  } else if (rows.form() == Form::json) {
    fmt::print("{}", json_of(tested));
  } else {
    for (const admin::TestedSubscription& each : tested.subscriptions) rows.add(object_of(each));
    rows.finish();
  }
  return ExitCode::done;
}

}  // namespace mailrail::cli
