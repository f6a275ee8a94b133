// Every action has cases, and docs/coverage.md says how many.

#include "tests/cases/coverage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "admin/service.h"
#include "sns/service.h"
#include "sqs/service.h"
#include "sts/service.h"
#include "tests/cases/actions.h"
#include "tests/cases/model_actions.h"

namespace mailrail::cases {
namespace {

namespace fs = std::filesystem;

const fs::path source_directory = MAILRAIL_SOURCE_DIRECTORY;

std::string contents(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<CaseFile> all_cases() {
  return read_case_files((source_directory / "tests/cases").string()).value();
}

std::set<std::string> names_in(const fs::path& model) {
  std::set<std::string> names;
  const boost::json::value parsed = boost::json::parse(contents(model));
  for (const auto& [name, operation] : parsed.at("operations").as_object()) names.emplace(name);
  return names;
}

TEST(ModelActions, AreThoseOfTheModels) {
  const fs::path models = source_directory / "../shared/api-models";
  if (!fs::exists(models)) GTEST_SKIP() << "AWS's models are not in " << models;

  std::set<std::string> of_sns;
  for (const std::string_view each : model_actions_of_sns) of_sns.emplace(wire_name(each));

  EXPECT_EQ(names_in(models / "sqs-service-2.json"),
            std::set<std::string>(std::begin(model_actions), std::end(model_actions)));
  EXPECT_EQ(names_in(models / "sns-service-2.json"), of_sns);
}

TEST(ModelActions, HoldAllThatIsServed) {
  for (const api::ActionEntry& each : sqs::service().actions)
    EXPECT_NE(std::ranges::find(model_actions, each.name), std::end(model_actions)) << each.name;
  for (const api::ActionEntry& each : sns::service().actions) {
    EXPECT_NE(std::ranges::find(model_actions_of_sns, each.name, &wire_name),
              std::end(model_actions_of_sns))
        << each.name;
  }
}

TEST(Coverage, EveryActionOfTheModelIsServedAndHasACaseOverEveryProtocol) {
  const std::vector<CaseFile> files = all_cases();
  const auto served = sqs::service().actions;

  for (const std::string_view action : model_actions) {
    EXPECT_NE(std::ranges::find(served, action, &api::ActionEntry::name), served.end())
        << action << " is not served";
    for (const Protocol each : all_protocols)
      EXPECT_GT(cases_of(files, action, each), 0) << action << " over " << name_of(each);
  }
}

TEST(Coverage, EveryAdministrativeActionHasACaseOverJson) {
  const std::vector<CaseFile> files = all_cases();
  const auto served = admin::service().actions;

  ASSERT_FALSE(served.empty());
  for (const api::ActionEntry& each : served)
    EXPECT_GT(cases_of(files, each.name, Protocol::json), 0) << each.name;
}

TEST(Coverage, EveryActionOfSnsThatIsServedHasACase) {
  const std::vector<CaseFile> files = all_cases();
  const api::Service service = sns::service();

  for (const std::string_view action : model_actions_of_sns) {
    if (api::find_action(service, wire_name(action)) == nullptr) continue;
    for (const Protocol each : {Protocol::query, Protocol::query_json})
      EXPECT_GT(cases_of(files, action, each), 0) << action << " over " << name_of(each);
  }
}

TEST(Coverage, EveryActionOfStsHasACase) {
  const std::vector<CaseFile> files = all_cases();
  const auto served = sts::service().actions;

  ASSERT_FALSE(served.empty());
  for (const api::ActionEntry& each : served) {
    for (const Protocol protocol : {Protocol::query, Protocol::query_json})
      EXPECT_GT(cases_of(files, each.name, protocol), 0) << each.name;
  }
}

TEST(Coverage, IsWhatItsPageSays) {
  EXPECT_EQ(contents(source_directory / "docs/coverage.md"), coverage_page(all_cases()))
      << "The first lines of the page say how it is made.";
}

}  // namespace
}  // namespace mailrail::cases
