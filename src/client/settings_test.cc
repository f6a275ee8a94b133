#include "client/settings.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/errors.h"

namespace mailrail::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A machine of the test's own.
struct Machine {
  std::map<std::string, std::string> variables = {{"HOME", "/home/ann"}};
  std::map<std::string, std::string> files = {};
  std::map<std::string, std::string> commands = {};

  Surroundings surroundings() const {
    const auto find = [](const std::map<std::string, std::string>& in,
                         const std::string& name) -> std::optional<std::string> {
      const auto found = in.find(name);
      if (found == in.end()) return std::nullopt;
      return found->second;
    };
    return {.variable = [find, this](const std::string& name) { return find(variables, name); },
            .file = [find, this](const std::string& path) -> Result<std::optional<std::string>> {
              return find(files, path);
            },
            .output = [find, this](const std::string& command) -> Result<std::string> {
              if (auto printed = find(commands, command)) return *printed;
              return fail(errors::io, "It exited with 1.");
            }};
  }
};

Settings settled(const Machine& machine, const Wishes& wishes = {}) {
  const auto settings = settle(wishes, machine.surroundings());
  EXPECT_TRUE(settings) << settings.error().message;
  return settings.value_or(Settings());
}

std::string refusal(const Machine& machine, const Wishes& wishes = {}) {
  const auto settings = settle(wishes, machine.surroundings());
  if (settings) return "nothing was wrong";
  EXPECT_EQ(settings.error().kind, &errors::settings);
  return settings.error().message;
}

std::string key_of(const Settings& settings) {
  if (!settings.credentials) return "none";
  const auth::Credentials& key = *settings.credentials;
  return key.key_id + " " + key.secret + " " + key.session_token;
}

constexpr const char* config = R"([default]
region = eu-west-1
endpoint_url = http://of-the-profile
services = here
[profile other]
endpoint_url = http://of-the-other
aws_access_key_id = OTHER
aws_secret_access_key = other-secret
[services here]
sqs =
  endpoint_url = http://of-the-service/
)";

TEST(Settings, AreThisMachineIfNobodySaysAnything) {
  const Settings settings = settled({});

  EXPECT_EQ(settings.sqs.url, "http://127.0.0.1:4566");
  EXPECT_EQ(settings.sns.url, "http://127.0.0.1:4566");
  EXPECT_EQ(settings.sqs.where, "");
  EXPECT_EQ(settings.sqs_region, "us-east-1");
  EXPECT_EQ(key_of(settings), "none");
}

TEST(Settings, TakeTheEndpointOfWhoGoesFirst) {
  Machine machine{.files = {{"/home/ann/.aws/config", config}}};
  EXPECT_EQ(settled(machine).sqs.url, "http://of-the-service");
  EXPECT_EQ(settled(machine).sqs.where, "the services of profile default in /home/ann/.aws/config");
  EXPECT_EQ(settled(machine).sns.url, "http://of-the-profile");

  machine.variables["AWS_ENDPOINT_URL"] = "http://of-all";
  EXPECT_EQ(settled(machine).sqs.url, "http://of-all");

  machine.variables["AWS_ENDPOINT_URL_SQS"] = "http://of-sqs";
  machine.variables["AWS_ENDPOINT_URL_SNS"] = "http://of-sns";
  EXPECT_EQ(settled(machine).sqs.url, "http://of-sqs");
  EXPECT_EQ(settled(machine).sns.url, "http://of-sns");
  EXPECT_EQ(settled(machine).sns.where, "AWS_ENDPOINT_URL_SNS");

  machine.variables["MAILRAIL_ENDPOINT_URL"] = "http://ours";
  EXPECT_EQ(settled(machine).sns.url, "http://ours");

  EXPECT_EQ(settled(machine, {.endpoint_url = "http://of-the-option"}).sqs.url,
            "http://of-the-option");
}

TEST(Settings, CanLeaveOutWhatIsConfigured) {
  Machine machine{.files = {{"/home/ann/.aws/config", config}}};
  machine.variables["AWS_ENDPOINT_URL"] = "http://of-all";
  machine.variables["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";

  EXPECT_EQ(settled(machine).sqs.url, default_endpoint);
  EXPECT_EQ(settled(machine, {.endpoint_url = "http://a"}).sqs.url, "http://a");
}

TEST(Settings, RefuseWhatIsNoUrlAndSayWhoseItIs) {
  Machine machine;
  machine.variables["AWS_ENDPOINT_URL_SNS"] = "localhost:4566";

  EXPECT_EQ(
      refusal(machine),
      "AWS_ENDPOINT_URL_SNS is localhost:4566, which is no URL: it must begin with http:// or "
      "https://, like http://127.0.0.1:4566.");
  EXPECT_THAT(refusal({}, {.endpoint_url = "http://a b"}), HasSubstr("--endpoint-url: The URL"));
}

TEST(Settings, TakeTheRegionOfWhoGoesFirst) {
  Machine machine{.files = {{"/home/ann/.aws/config", config}}};
  EXPECT_EQ(settled(machine).sqs_region, "eu-west-1");
  machine.variables["AWS_DEFAULT_REGION"] = "eu-west-2";
  EXPECT_EQ(settled(machine).sqs_region, "eu-west-2");
  machine.variables["AWS_REGION"] = "eu-west-3";
  EXPECT_EQ(settled(machine).sqs_region, "eu-west-3");
  EXPECT_EQ(settled(machine, {.region = "eu-west-4"}).sqs_region, "eu-west-4");
}

TEST(Settings, TakeTheRegionOfAmazonsHostIfNobodySaysOne) {
  const auto region = [](const char* url) { return settled({}, {.endpoint_url = url}).sqs_region; };

  EXPECT_EQ(region("https://sqs.eu-central-1.amazonaws.com"), "eu-central-1");
  EXPECT_EQ(region("https://us-gov-west-1.queue.amazonaws.com/"), "us-gov-west-1");
  EXPECT_EQ(region("https://sqs.cn-north-1.amazonaws.com.cn"), "cn-north-1");
  EXPECT_EQ(region("http://a-b-c1.example.com"), "us-east-1");
}

TEST(Settings, KnowAmazonByItsHostAlone) {
  for (const char* const url :
       {"https://sqs.eu-west-1.amazonaws.com", "https://SQS.EU-WEST-1.AMAZONAWS.COM:443/x",
        "https://queue.amazonaws.com.", "https://sqs.cn-north-1.amazonaws.com.cn",
        "https://sqs.eu-west-1.api.aws", "https://user:pass@sqs.x.aws.dev"}) {
    EXPECT_TRUE(is_amazon(url)) << url;
  }
  for (const char* const url :
       {"http://127.0.0.1:4566", "https://amazonaws.com.example.com", "https://notamazonaws.com",
        "https://example.com/amazonaws.com", "https://amazonaws.com@example.com", "nothing"}) {
    EXPECT_FALSE(is_amazon(url)) << url;
  }
}

TEST(Settings, TakeTheKeyOfTheEnvironment) {
  Machine machine;
  machine.variables["AWS_ACCESS_KEY_ID"] = "AKID";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "secret";
  EXPECT_EQ(key_of(settled(machine)), "AKID secret ");
  machine.variables["AWS_SESSION_TOKEN"] = "token";
  EXPECT_EQ(key_of(settled(machine)), "AKID secret token");

  machine.variables.erase("AWS_ACCESS_KEY_ID");
  EXPECT_EQ(refusal(machine), "The environment has an access key's secret without its id.");
}

TEST(Settings, TakeTheKeyOfAProfileThatAnOptionNames) {
  Machine machine{.files = {{"/home/ann/.aws/config", config}}};
  machine.variables["AWS_ACCESS_KEY_ID"] = "AKID";
  machine.variables["AWS_SECRET_ACCESS_KEY"] = "secret";

  const Settings settings = settled(machine, {.profile = "other"});
  EXPECT_EQ(key_of(settings), "OTHER other-secret ");
  EXPECT_EQ(settings.sqs.url, "http://of-the-other");

  machine.variables["AWS_PROFILE"] = "other";
  EXPECT_EQ(key_of(settled(machine)), "AKID secret ");
}

TEST(Settings, ReadTheFilesThatVariablesName) {
  Machine machine{.files = {{"/c", "[dev]\naws_access_key_id = A\naws_secret_access_key = B\n"},
                            {"/home/ann/f", "[profile dev]\nregion = eu-north-1\n"}}};
  machine.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/c";
  machine.variables["AWS_CONFIG_FILE"] = "~/f";
  machine.variables["AWS_PROFILE"] = "dev";

  const Settings settings = settled(machine);

  EXPECT_EQ(key_of(settings), "A B ");
  EXPECT_EQ(settings.sqs_region, "eu-north-1");
}

TEST(Settings, MissAProfileThatIsNotThere) {
  EXPECT_EQ(refusal({}, {.profile = "none"}),
            "There is no profile none, neither in /home/ann/.aws/credentials nor as [profile none] "
            "in /home/ann/.aws/config.");
}

TEST(Settings, SayWhichFileHasAMistake) {
  const Machine machine{.files = {{"/home/ann/.aws/credentials", "hunter2\n"}}};

  EXPECT_EQ(refusal(machine),
            "/home/ann/.aws/credentials: Line 1 is neither [SECTION] nor NAME = VALUE in one.");
}

TEST(Settings, AskACredentialProcess) {
  Machine machine{
      .files = {{"/home/ann/.aws/config", "[default]\ncredential_process = key short\n"}},
      .commands = {
          {"key short",
           R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "SessionToken": "C",
                        "Expiration": "2030-01-01T00:00:00Z"})"}}};
  EXPECT_EQ(key_of(settled(machine)), "A B C");

  machine.commands["key short"] = R"({"Version": 1, "SecretAccessKey": "hunter2"})";
  EXPECT_THAT(refusal(machine), HasSubstr("It must print JSON with Version 1"));
  EXPECT_THAT(refusal(machine), Not(HasSubstr("hunter2")));
  machine.commands.clear();
  EXPECT_THAT(refusal(machine), HasSubstr("gave no key. It exited with 1."));
}

TEST(Settings, TrustTheCertificatesOfABundle) {
  Machine machine{.files = {{"/home/ann/.aws/config", "[default]\nca_bundle = /ca.pem\n"}}};
  EXPECT_EQ(settled(machine).ca_file, "/ca.pem");
  machine.variables["AWS_CA_BUNDLE"] = "/other.pem";
  EXPECT_EQ(settled(machine).ca_file, "/other.pem");
}

}  // namespace
}  // namespace mailrail::client
