#include "cli/help_format.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

TEST(HelpFormat, EndsLinesBetweenWordsAndListsFirstSentences) {
  CLI::App app("Queues.", "mailrail");
  app.formatter(std::make_shared<HelpFormat>());
  std::string text;
  app.add_option("--endpoint-url,--endpoint", text,
                 "Where the service is, as an address that begins with http or https.");
  app.add_subcommand("top", "Show all queues, those first whose messages wait longest. And again.");

  EXPECT_EQ(app.help(),
            "Queues.\n"
            "Usage: mailrail [OPTIONS] [SUBCOMMAND]\n"
            "\n"
            "Options:\n"
            "  -h,--help               Print this help message and exit\n"
            "  --endpoint-url,--endpoint TEXT\n"
            "                          Where the service is, as an address that begins with\n"
            "                          http or https.\n"
            "\n"
            "Subcommands:\n"
            "  top                     Show all queues, those first whose messages wait\n"
            "                          longest.\n"
            "\n");
}

}  // namespace
}  // namespace mailrail::cli
