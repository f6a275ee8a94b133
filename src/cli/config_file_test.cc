#include "cli/config_file.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::cli {
namespace {

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::optional<std::string> find(const std::optional<std::string>& given,
                                std::map<std::string, std::string> variables,
                                const std::set<std::string>& there) {
  return find_config(given, environment(std::move(variables)),
                     [&](const std::string& path) { return there.contains(path); });
}

TEST(ConfigFile, IsReadWithTheTypeAndTheLineOfEachValue) {
  const auto file = parse_config(
      "disk_limit = \"20GB\"\n\naws_strict = true\nconnections = 5\nlist = [\"a\", \"b\"]\nodd = "
      "[1]\n",
      "m.toml");

  ASSERT_TRUE(file);
  std::map<std::string, ConfigValue> values;
  for (const ConfigValue& each : file->values) values.emplace(each.key, each);
  EXPECT_EQ(values.at("disk_limit").type, ConfigType::text);
  EXPECT_EQ(values.at("disk_limit").texts, std::vector<std::string>{"20GB"});
  EXPECT_EQ(values.at("aws_strict").place, "m.toml:3");
  EXPECT_EQ(values.at("aws_strict").texts, std::vector<std::string>{"true"});
  EXPECT_EQ(values.at("connections").type, ConfigType::number);
  EXPECT_EQ(values.at("list").texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(values.at("odd").type, ConfigType::table);
}

TEST(ConfigFile, ThatIsNoTomlSaysWhere) {
  const auto file = parse_config("a = \n", "m.toml");

  ASSERT_FALSE(file);
  EXPECT_TRUE(file.error().message.starts_with("m.toml:1:")) << file.error().message;
}

TEST(ConfigFile, ThatWasNamedIsReadWhetherItIsThereOrNot) {
  EXPECT_EQ(find("a.toml", {{"MAILRAIL_CONFIG", "b.toml"}}, {"mailrail.toml"}), "a.toml");
  EXPECT_EQ(find({}, {{"MAILRAIL_CONFIG", "b.toml"}}, {"mailrail.toml"}), "b.toml");
}

TEST(ConfigFile, IsElseTheNearestThatIsThere) {
  const std::map<std::string, std::string> home{{"HOME", "/home/ann"}};
  const std::string system = "/etc/mailrail/mailrail.toml";
  const std::string users = "/home/ann/.config/mailrail/mailrail.toml";

  EXPECT_EQ(find({}, home, {"mailrail.toml", users, system}), "mailrail.toml");
  EXPECT_EQ(find({}, home, {users, system}), users);
  EXPECT_EQ(find({}, {{"HOME", "/home/ann"}, {"XDG_CONFIG_HOME", "/x"}}, {users, system}), system);
  EXPECT_EQ(find({}, {{"XDG_CONFIG_HOME", "/x"}}, {"/x/mailrail/mailrail.toml", system}),
            "/x/mailrail/mailrail.toml");
  EXPECT_EQ(find({}, home, {}), std::nullopt);
}

}  // namespace
}  // namespace mailrail::cli
