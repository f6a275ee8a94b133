#include "cli/key_options.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace mailrail::cli {
namespace {

using testing::HasSubstr;

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(KeyOptions, TakeAnAdministratorsKeyFromTheEnvironment) {
  const auto options = with_keys({}, {},
                                 with({{"MAILRAIL_ACCESS_KEY_ID", "ops"},
                                       {"MAILRAIL_SECRET_ACCESS_KEY", "0123456789abcdef"}}));

  ASSERT_TRUE(options);
  ASSERT_EQ(options->given_keys.size(), 1u);
  EXPECT_EQ(options->given_keys[0].id(), "ops");
  EXPECT_TRUE(options->given_keys[0].may_all());
}

TEST(KeyOptions, RefuseHalfAKeyAndAWeakSecret) {
  const auto half = with_keys({}, {}, with({{"MAILRAIL_ACCESS_KEY_ID", "ops"}}));
  const auto weak = with_keys(
      {}, {}, with({{"MAILRAIL_ACCESS_KEY_ID", "ops"}, {"MAILRAIL_SECRET_ACCESS_KEY", "hunter2"}}));

  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().message,
            "MAILRAIL_ACCESS_KEY_ID is set and MAILRAIL_SECRET_ACCESS_KEY is not: a key needs "
            "both.");
  ASSERT_FALSE(weak);
  EXPECT_THAT(weak.error().message, testing::Not(HasSubstr("hunter2")));
}

TEST(KeyOptions, TakeAKeyFromTheCredentialsOfSystemd) {
  std::string directory = testing::TempDir() + "/credentials-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::ofstream(directory + "/mailrail_access_key_id") << "ops\n";
  std::ofstream(directory + "/mailrail_secret_access_key") << "0123456789abcdef\n";

  const auto options = with_keys({}, {}, with({{"CREDENTIALS_DIRECTORY", directory}}));
  std::filesystem::remove_all(directory);

  ASSERT_TRUE(options);
  ASSERT_EQ(options->given_keys.size(), 1u);
  EXPECT_EQ(options->given_keys[0].secret, "0123456789abcdef");
}

TEST(KeyOptions, RefuseACredentialThatCannotBeRead) {
  std::string directory = testing::TempDir() + "/credentials-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::filesystem::create_directory(directory + "/mailrail_access_key_id");

  const auto options = with_keys({}, {}, with({{"CREDENTIALS_DIRECTORY", directory}}));
  std::filesystem::remove_all(directory);

  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().message,
            "Cannot read the credential " + directory + "/mailrail_access_key_id: Is a directory.");
}

TEST(KeyOptions, TakeNoPartOfACredential) {
  std::string directory = testing::TempDir() + "/credentials-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  std::ofstream(directory + "/mailrail_access_key_id") << "ops";
  std::ofstream(directory + "/mailrail_secret_access_key") << "0123456789abcdef" << '\0' << "rest";

  const auto options = with_keys({}, {}, with({{"CREDENTIALS_DIRECTORY", directory}}));
  std::filesystem::remove_all(directory);

  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().message,
            "Cannot read the credential " + directory +
                "/mailrail_secret_access_key: it has a byte of zero in it.");
}

TEST(KeyOptions, SayWhereKeysAreAndWhetherTheyAreNeeded) {
  const auto options =
      with_keys({}, {.file = "/etc/mailrail/keys.json", .is_insecure = true}, with({}));

  ASSERT_TRUE(options);
  EXPECT_EQ(options->key_file, "/etc/mailrail/keys.json");
  EXPECT_EQ(options->without_keys, server::WithoutKeys::anything);
  EXPECT_TRUE(options->given_keys.empty());
}

}  // namespace
}  // namespace mailrail::cli
