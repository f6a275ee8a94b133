#include "cli/topics_command.h"

#include <memory>

#include <CLI/CLI.hpp>

#include "cli/test_filter.h"

namespace mailrail::cli {

Command add_test_filter(CLI::App& app) {
  const auto options = std::make_shared<TestFilterOptions>();
  CLI::App& topics = group_of(app, "topics", "Look into the topics of a server.");
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
  test_filter
      ->add_option("--attribute", options->attributes,
                   "A message attribute as NAME=TYPE:VALUE, like store=String:fans or "
                   "price=Number:9; the value of a Binary is base64. May be repeated.")
      ->expected(1)
      ->take_all();
  test_filter
      ->add_option("--structure", options->structure,
                   "json if the message is an object with a text for each protocol.")
      ->check(CLI::IsMember({"json"}));
  test_filter->add_option("--endpoint-url,--endpoint", options->endpoint,
                          "The server's URL. Default: MAILRAIL_ENDPOINT_URL, AWS_ENDPOINT_URL_SNS, "
                          "AWS_ENDPOINT_URL, or http://127.0.0.1:4566.");
  test_filter->add_option("--region", options->region,
                          "The region of a topic that is named without its ARN. Default: "
                          "AWS_REGION, AWS_DEFAULT_REGION, or the server's.");
  test_filter
      ->add_option("-o,--output", options->output,
                   "table, tsv (ARN, protocol, endpoint, yes or no or pending, reason) or json. "
                   "Default: table on a terminal, else tsv.")
      ->check(CLI::IsMember({"table", "tsv", "json"}));
  return {.app = test_filter,
          .run = [options] { return static_cast<int>(cli::test_filter(*options)); }};
}

}  // namespace mailrail::cli
