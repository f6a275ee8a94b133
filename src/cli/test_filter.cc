#include "cli/test_filter.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "admin/topic_filters.h"
#include "cli/filter_report.h"
#include "cli/message_options.h"
#include "cli/server_call.h"
#include "cli/server_options.h"

namespace mailrail::cli {
namespace {

Result<admin::TestFilterInput> input_of(const TestFilterOptions& options,
                                        const Environment& environment) {
  admin::TestFilterInput input{.topic_arn = {},
                               .topic_name = {},
                               .region = {},
                               .message = {},
                               .message_structure = options.structure,
                               .message_attributes = TRY(parse_attributes(options.attributes)),
                               .next_token = {}};
  if (options.message) input.message = TRY(read_message(*options.message));
  if (options.topic.starts_with("arn:")) {
    input.topic_arn = options.topic;
  } else {
    input.topic_name = options.topic;
    input.region = region_of(options.region, environment);
  }
  return input;
}

Result<admin::TestFilterOutput> ask(const TestFilterOptions& options,
                                    const Environment& environment) {
  const std::string endpoint = TRY(endpoint_of(options.endpoint, environment));
  admin::TestFilterInput input = TRY(input_of(options, environment));
  admin::TestFilterOutput all;
  do {
    admin::TestFilterOutput page = TRY(call<admin::TestFilter>(endpoint, input));
    all.topic_arn = std::move(page.topic_arn);
    std::ranges::move(page.subscriptions, std::back_inserter(all.subscriptions));
    input.next_token = std::move(page.next_token);
  } while (input.next_token);
  return all;
}

std::string text_of(const admin::TestFilterOutput& tested,
                    const std::optional<std::string>& output,
                    const Environment& environment) {
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  const std::string form = output.value_or(is_terminal ? "table" : "tsv");
  if (form == "json") return json_of(tested);
  if (form == "tsv") return tabs_of(tested);
  return table_of(tested, is_terminal && !environment("NO_COLOR") ? Colours::ansi : Colours::none);
}

}  // namespace

ExitCode test_filter(const TestFilterOptions& options) {
  const Environment environment = process_environment();
  const auto tested = ask(options, environment);
  if (!tested) {
    fmt::print(stderr, "mailrail: {}\n", tested.error().message);
    return exit_code_of(tested.error());
  }
  fmt::print("{}", text_of(*tested, options.output, environment));
  return ExitCode::done;
}

}  // namespace mailrail::cli
