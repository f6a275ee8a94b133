#include "cli/command_tree.h"

#include <map>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/completion.h"
#include "cli/manual.h"

namespace mailrail::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Example {
  Example() {
    CLI::App* topics = app.add_subcommand("topics", "Look into topics.");
    CLI::App* test = topics->add_subcommand("test", "Try a filter. It's a \\ test.\nExits with 0.");
    test->add_option("TOPIC", text, "A name.")->required();
    test->add_option("-o,--output", text, "The form.")->check(CLI::IsMember({"table", "json"}));
    test->add_option("--message-file", text, ".hidden 'file'");
    test->add_option("--state", text, "Which ones.")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, std::string>{{"parked", "Parked"}, {"waiting", "Waiting"}}));
    test->add_flag("--force", flag, "Do it.");
    app.add_subcommand("secret", "Nobody's business.")->group("");
  }

  CLI::App app{"Queues.", "mailrail"};
  std::string text;
  bool flag = false;
};

TEST(CommandTree, HasEachCommandWithItsOptions) {
  const auto tree = command_tree(Example().app);

  ASSERT_EQ(tree.size(), 3U);
  EXPECT_THAT(tree[0].subcommands, ElementsAre("topics"));
  EXPECT_EQ(tree[2].path, "mailrail topics test");
  const auto& options = tree[2].options;
  ASSERT_EQ(options.size(), 6U);  // With --help.
  EXPECT_EQ(options[1].value, "TOPIC");
  EXPECT_TRUE(options[1].is_required);
  EXPECT_THAT(options[2].names, ElementsAre("-o", "--output"));
  EXPECT_THAT(options[2].choices, ElementsAre("table", "json"));
  EXPECT_EQ(options[3].value, "FILE");
  EXPECT_THAT(options[4].choices, ElementsAre("parked", "waiting"));
  EXPECT_EQ(options[5].value, "");
}

TEST(FirstSentence, IsWhatFitsOnALine) {
  EXPECT_EQ(first_sentence("One. Two."), "One");
  EXPECT_EQ(first_sentence("One, 10.0.0.1 too.\nTwo."), "One, 10.0.0.1 too");
  EXPECT_EQ(first_sentence("No stop"), "No stop");
}

TEST(Completions, OfferCommandsOptionsAndValues) {
  const auto tree = command_tree(Example().app);

  EXPECT_THAT(bash_completion(tree),
              HasSubstr("'mailrail topics test') words='-h --help -o --output "
                        "--message-file --state --force'"));
  EXPECT_THAT(bash_completion(tree),
              HasSubstr("'mailrail topics test --output') words='table json'"));
  EXPECT_THAT(zsh_completion(tree), HasSubstr("'test:Try a filter'"));
  EXPECT_THAT(fish_completion(tree), HasSubstr("-s o -l output -x -a 'table json'"));
  EXPECT_THAT(fish_completion(tree), Not(HasSubstr("secret")));
}

TEST(Manual, TakesNothingOfAHelpTextForRoff) {
  const std::string page = manual(command_tree(Example().app), "1.2.3");

  EXPECT_THAT(page, HasSubstr(".TH MAILRAIL 1 \"\" \"mailrail 1.2.3\""));
  EXPECT_THAT(page, HasSubstr(".SS \"mailrail topics test TOPIC [OPTIONS]\""));
  EXPECT_THAT(page, HasSubstr("It's a \\e test.\n.br\nExits with 0."));
  EXPECT_THAT(page, HasSubstr("\n\\&.hidden 'file'\n"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-output\\fR \\fItable|json\\fR"));
}

}  // namespace
}  // namespace mailrail::cli
