// Every action has cases, and docs/coverage.md says how many.

#include "tests/cases/coverage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "admin/service.h"
#include "sqs/service.h"
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

TEST(ModelActions, AreThoseOfTheModel) {
  const fs::path model = source_directory / "../shared/api-models/sqs-service-2.json";
  if (!fs::exists(model)) GTEST_SKIP() << "AWS's model is not in " << model;

  std::set<std::string> names;
  const boost::json::value parsed = boost::json::parse(contents(model));
  for (const auto& [name, operation] : parsed.at("operations").as_object()) names.emplace(name);

  EXPECT_EQ(names, std::set<std::string>(std::begin(model_actions), std::end(model_actions)));
}

TEST(ModelActions, HoldAllThatIsServed) {
  for (const api::ActionEntry& each : sqs::service().actions)
    EXPECT_NE(std::ranges::find(model_actions, each.name), std::end(model_actions)) << each.name;
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

TEST(Coverage, IsWhatItsPageSays) {
  EXPECT_EQ(contents(source_directory / "docs/coverage.md"), coverage_page(all_cases()))
      << "The first lines of the page say how it is made.";
}

}  // namespace
}  // namespace mailrail::cases
