#include "cli/settings.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A command with an option of each type.
struct Example {
  Example() {
    app.add_option("--listen", listen, "Where to listen.")->capture_default_str();
    app.add_option("--disk-limit", disk_limit, "How much of the disk.");
    app.add_option("--connections", connections, "How many.");
    app.add_option("--form", form, "Which form.")->check(CLI::IsMember({"long", "short"}));
    app.add_option("--webhook-allow", allow, "Which addresses.");
    app.add_flag("--aws-strict", is_strict, "As AWS does.");
    app.add_option("--log", log, "Which database.");
    app.add_option("--config", config, "The file.")->configurable(false);
  }

  std::expected<std::vector<Setting>, Mistakes> settle(const std::vector<std::string>& flags,
                                                       const Variables& variables = {},
                                                       std::string_view toml = "") {
    app.parse(std::vector<std::string>(flags.rbegin(), flags.rend()));
    const auto file = parse_config(toml, "m.toml");
    EXPECT_TRUE(file) << file.error().message;
    return cli::settle(app, variables, *file);
  }

  Mistakes mistakes(const Variables& variables, std::string_view toml = "") {
    const auto settings = settle({}, variables, toml);
    return settings ? Mistakes() : settings.error();
  }

  CLI::App app;
  std::string listen = "127.0.0.1:4566";
  std::optional<std::string> disk_limit;
  std::optional<int> connections;
  std::optional<std::string> form;
  std::vector<std::string> allow;
  bool is_strict = false;
  std::optional<std::string> log;
  std::optional<std::string> config;
};

std::string origin_of(const std::vector<Setting>& settings, std::string_view key) {
  return std::ranges::find(settings, key, &Setting::key)->origin;
}

TEST(Settings, AreThoseOfTheFlagThenOfTheEnvironmentThenOfTheFile) {
  Example example;

  const auto settings = example.settle(
      {"--listen", "flag:1"}, {{"MAILRAIL_LISTEN", "variable:1"}, {"MAILRAIL_DISK_LIMIT", "2GB"}},
      "listen = \"file:1\"\ndisk_limit = \"3GB\"\nconnections = 7\n");

  ASSERT_TRUE(settings);
  EXPECT_EQ(example.listen, "flag:1");
  EXPECT_EQ(example.disk_limit, "2GB");
  EXPECT_EQ(example.connections, 7);
  EXPECT_EQ(origin_of(*settings, "listen"), "--listen");
  EXPECT_EQ(origin_of(*settings, "disk_limit"), "MAILRAIL_DISK_LIMIT");
  EXPECT_EQ(origin_of(*settings, "connections"), "m.toml:3");
  EXPECT_EQ(origin_of(*settings, "log"), "default");
}

TEST(Settings, MayBeListsAndFlags) {
  Example example;
  Example other;

  ASSERT_TRUE(example.settle({}, {}, "webhook_allow = [\"a\", \"b\"]\naws_strict = true\n"));
  ASSERT_TRUE(
      other.settle({}, {{"MAILRAIL_WEBHOOK_ALLOW", "a, b"}, {"MAILRAIL_AWS_STRICT", "Yes"}}));

  EXPECT_THAT(example.allow, ElementsAre("a", "b"));
  EXPECT_TRUE(example.is_strict);
  EXPECT_THAT(other.allow, ElementsAre("a", "b"));
  EXPECT_TRUE(other.is_strict);
}

TEST(Settings, OfAFlagCanBeFalse) {
  Example example;

  const auto settings =
      example.settle({}, {{"MAILRAIL_AWS_STRICT", "false"}}, "aws_strict = true\n");

  ASSERT_TRUE(settings);
  EXPECT_FALSE(example.is_strict);
  EXPECT_EQ(origin_of(*settings, "aws_strict"), "MAILRAIL_AWS_STRICT");
}

TEST(Settings, ThatNobodyKnowsAreMistakesWithTheNearestName) {
  EXPECT_THAT(
      Example().mistakes({{"MAILRAIL_DISK_LIMT", "1GB"}}, "lsiten = \"a:1\"\nconfig = \"x\"\n"),
      testing::UnorderedElementsAre(
          "m.toml:1: There is no setting lsiten. Did you mean \"listen\"?",
          HasSubstr("m.toml:2: There is no setting config."),
          "There is no setting for the variable MAILRAIL_DISK_LIMT. Did you mean "
          "\"MAILRAIL_DISK_LIMIT\"?"));
}

TEST(Settings, LeaveAloneWhatIsNotForThem) {
  EXPECT_THAT(Example().mistakes({{"MAILRAIL_PORT", "tcp://10.0.0.1:4566"},
                                  {"MAILRAIL_ENDPOINT_URL", "http://x"},
                                  {"PATH", "/bin"},
                                  {"MAILRAIL_LISTEN", ""}}),
              IsEmpty());
}

TEST(Settings, OfTheWrongTypeAreMistakesThatSayWhatWouldBeRight) {
  EXPECT_THAT(
      Example().mistakes({{"MAILRAIL_AWS_STRICT", "perhaps"}, {"MAILRAIL_CONNECTIONS", "many"}},
                         "listen = 4566\nwebhook_allow = \"a\"\n[disk_limit]\nbytes = 5\n"),
      testing::UnorderedElementsAre(
          "MAILRAIL_AWS_STRICT must be true or false, not \"perhaps\".",
          testing::StartsWith("MAILRAIL_CONNECTIONS: "),
          "m.toml:1: listen must be text, like listen = \"...\".",
          "m.toml:2: webhook_allow must be a list of texts, like webhook_allow = [\"...\"].",
          "m.toml:3: disk_limit must be text, like disk_limit = \"...\"."));
}

TEST(Settings, ThatTheOptionRefusesAreMistakes) {
  EXPECT_THAT(Example().mistakes({}, "form = \"wide\"\n"),
              ElementsAre(testing::StartsWith("m.toml:1: --form: ")));
}

TEST(PrintedSettings, AreAConfigurationFileThatSaysTheSame) {
  Example example;
  const auto settings = example.settle({"--webhook-allow", "a", "b\"c"},
                                       {{"MAILRAIL_AWS_STRICT", "true"}}, "connections = 7\n");
  ASSERT_TRUE(settings);

  const std::string text = text_of(*settings, std::nullopt, {});
  Example again;
  const auto settled = again.settle({}, {}, text);

  ASSERT_TRUE(settled) << text;
  EXPECT_EQ(again.allow, example.allow);
  EXPECT_EQ(again.is_strict, true);
  EXPECT_EQ(again.connections, 7);
  EXPECT_EQ(again.disk_limit, std::nullopt);
}

TEST(PrintedSettings, SayWhereEachWasSaid) {
  Example example;
  const auto settings = example.settle({}, {{"MAILRAIL_LISTEN", "a:1"}});
  ASSERT_TRUE(settings);

  const std::string text = text_of(*settings, ConfigFile{.path = "m.toml"}, {});

  EXPECT_THAT(text, testing::StartsWith("# Configuration file: m.toml\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\nlisten = \"a:1\" +# MAILRAIL_LISTEN\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\n# disk_limit is not set +# default\n"));
  EXPECT_THAT(text, testing::ContainsRegex("\naws_strict = false +# default\n"));
}

TEST(PrintedSettings, HoldNoSecret) {
  Example example;
  const Variables variables{{"MAILRAIL_SECRET_ACCESS_KEY", "hunter2"},
                            {"MAILRAIL_LOG", "postgres://ann:hunter2@db/mailrail"}};
  const auto settings = example.settle({}, variables);
  ASSERT_TRUE(settings);

  const std::string text = text_of(*settings, std::nullopt, variables);

  EXPECT_THAT(text, testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, HasSubstr("postgres://ann:...@db/mailrail"));
  EXPECT_THAT(text, HasSubstr("# MAILRAIL_SECRET_ACCESS_KEY is set, and secret\n"));
}

}  // namespace
}  // namespace mailrail::cli
