#include "cli/server_options.h"

#include <map>

#include <gtest/gtest.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

Environment with(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(ServerOptions, AreThisMachineWhenNobodySays) {
  EXPECT_EQ(endpoint_of({}, with({})), "http://127.0.0.1:4566");
  EXPECT_EQ(region_of({}, with({})), std::nullopt);
}

TEST(ServerOptions, TakeWhatIsNearestToTheCommand) {
  std::map<std::string, std::string> variables = {{"AWS_ENDPOINT_URL", "http://aws"}};
  EXPECT_EQ(endpoint_of({}, with(variables)), "http://aws");
  variables["AWS_ENDPOINT_URL_SNS"] = "http://sns";
  EXPECT_EQ(endpoint_of({}, with(variables)), "http://sns");
  variables["MAILRAIL_ENDPOINT_URL"] = "http://ours";
  EXPECT_EQ(endpoint_of({}, with(variables)), "http://ours");
  EXPECT_EQ(endpoint_of("https://option", with(variables)), "https://option");
}

TEST(ServerOptions, TakeTheRegionOfTheAwsTools) {
  EXPECT_EQ(region_of({}, with({{"AWS_DEFAULT_REGION", "eu-west-1"}})), "eu-west-1");
  EXPECT_EQ(region_of({}, with({{"AWS_DEFAULT_REGION", "a"}, {"AWS_REGION", "b"}})), "b");
  EXPECT_EQ(region_of("c", with({{"AWS_REGION", "b"}})), "c");
}

TEST(ServerOptions, SayWhereAnEndpointThatIsNoUrlCameFrom) {
  const auto option = endpoint_of("localhost:4566", with({}));
  EXPECT_EQ(option.error().message,
            "--endpoint-url is localhost:4566, which is no URL: it must begin with http:// or "
            "https://, like http://127.0.0.1:4566.");
  EXPECT_EQ(exit_code_of(option.error()), ExitCode::usage);

  const auto variable = endpoint_of({}, with({{"AWS_ENDPOINT_URL", "localhost"}}));
  EXPECT_TRUE(variable.error().message.starts_with("AWS_ENDPOINT_URL is localhost,"));
}

}  // namespace
}  // namespace mailrail::cli
