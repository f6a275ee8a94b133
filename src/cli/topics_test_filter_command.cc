#include <memory>

#include <CLI/CLI.hpp>

#include "cli/message_options.h"
#include "cli/test_filter.h"
#include "cli/topics_command.h"

namespace mailrail::cli {

Command add_test_filter(CLI::App& app) {
  const auto options = std::make_shared<TestFilterOptions>();
  CLI::App& topics = group_of(app, "topics", "");
  CLI::App* test_filter = topics.add_subcommand(
      "test-filter",
      "Show which subscriptions of a topic would get a message, and why the others would not. "
      "Nothing is published.\n"
      "Exits with 0 if it could be told, 2 if the command is wrong, 3 if there is no such topic, 6 "
      "if the server does not answer, 1 if something else failed.");
  test_filter->add_option("TOPIC", options->topic, "The topic's name or its ARN.")->required();
  test_filter->add_option("--message", options->message,
                          "The message's text, @FILE for what a file holds, or - for standard "
                          "input.");
  test_filter->add_option("--attr,--attribute", options->attributes, attributes_help)
      ->expected(1)
      ->take_all();
  test_filter
      ->add_option("--structure", options->structure,
                   "json if the message is an object with a text for each protocol.")
      ->check(CLI::IsMember({"json"}));
  return session_command(test_filter, options, &cli::test_filter);
}

}  // namespace mailrail::cli
