#include "cli/usage_error.h"

#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

// What is said of a command line that cannot be parsed.
std::string sentence_about(const std::string& line) {
  CLI::App app("Queues.", "mailrail");
  app.require_subcommand(1);
  std::string text;
  CLI::App* queues = app.add_subcommand("queues", "Look after queues.");
  queues->require_subcommand(1);
  CLI::App* show = queues->add_subcommand("show", "Show a queue.");
  show->add_option("QUEUE", text, "The queue.")->required();
  show->add_option("--region", text, "The region.");
  queues->add_subcommand("ls", "List queues.");
  app.add_subcommand("secret", "Nobody's business.")->group("");
  try {
    app.parse(line);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error).sentence;
  }
  return "";
}

TEST(UsageError, NamesACommandThatThereIsNot) {
  EXPECT_EQ(sentence_about("quues ls"), "There is no command \"quues\". Did you mean \"queues\"?");
  EXPECT_EQ(sentence_about("queues lss"), "There is no command \"lss\". Did you mean \"ls\"?");
}

TEST(UsageError, ListsTheCommandsWhereNoneWasTyped) {
  EXPECT_EQ(sentence_about(""), "A command is missing: queues.");
  EXPECT_EQ(sentence_about("queues"), "A command is missing: show, ls.");
}

TEST(UsageError, NamesAnOptionThatThereIsNot) {
  EXPECT_EQ(sentence_about("queues show q --regoin=eu"),
            "There is no option --regoin. Did you mean \"--region\"?");
  EXPECT_EQ(sentence_about("queues show --none"), "There is no option --none.");
  EXPECT_EQ(sentence_about("queues --none"), "There is no option --none.");
}

TEST(UsageError, SaysWhereAnOptionGoes) {
  EXPECT_EQ(sentence_about("--region eu queues show q"),
            "--region is an option of mailrail queues show: put it behind that.");
}

TEST(UsageError, SaysWhatIsMissingOrTooMuch) {
  EXPECT_EQ(sentence_about("queues show"), "QUEUE is required.");
  EXPECT_EQ(sentence_about("queues show q r"), "\"r\" is one too many.");
}

}  // namespace
}  // namespace mailrail::cli
