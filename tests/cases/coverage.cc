#include "tests/cases/coverage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "admin/service.h"
#include "sts/service.h"
#include "tests/cases/actions.h"
#include "tests/cases/model_actions.h"

namespace mailrail::cases {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view heading = R"(# Coverage

What the cases in `tests/cases` play: how many of them call an action, over each protocol. This page is generated, and
`make test` fails if it is not what the cases say, or if an action has none:

    build/dev/tests/cases/cases_test tests/cases --coverage > docs/coverage.md
)";

constexpr std::string_view administrative_heading = R"(
The administrative actions are ours, and speak AWS JSON only:
)";

bool calls(const Case& played, std::string_view action) {
  return std::ranges::any_of(played.steps, [&](const Step& each) { return each.action == action; });
}

Result<CaseFile> read_case_file(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  Result<std::vector<Case>> cases = parse_cases(text.str());
  if (!cases)
    return fail(errors::unusable, fmt::format("{}: {}", path.string(), cases.error().message));
  return CaseFile{.path = path.string(), .name = path.stem().string(), .cases = *std::move(cases)};
}

}  // namespace

Result<std::vector<CaseFile>> read_case_files(const std::string& directory) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".case") paths.push_back(entry.path());
  }
  if (paths.empty()) return fail(errors::unusable, "there are no cases in " + directory);
  std::ranges::sort(paths);
  std::vector<CaseFile> files;
  for (const fs::path& each : paths) files.push_back(TRY(read_case_file(each)));
  return files;
}

bool speaks(const Case& played, Protocol protocol) {
  const auto is_spoken = [&](const Step& each) {
    return !each.action.empty() && spoken(protocol, each.action) == protocol;
  };
  const auto goes_elsewhere = [&](const Step& each) {
    return !each.action.empty() && spoken(protocol, each.action) != protocol;
  };
  if (std::ranges::any_of(played.steps, goes_elsewhere) &&
      std::ranges::none_of(played.steps, is_spoken)) {
    return false;
  }
  if (!played.only_for) return true;
  return (*played.only_for == OnlyFor::json) == (protocol == Protocol::json);
}

int cases_of(const std::vector<CaseFile>& files, std::string_view action, Protocol protocol) {
  std::ptrdiff_t count = 0;
  for (const CaseFile& file : files) {
    count += std::ranges::count_if(file.cases, [&](const Case& each) {
      return speaks(each, protocol) && calls(each, action);
    });
  }
  return static_cast<int>(count);
}

std::string coverage_page(const std::vector<CaseFile>& files) {
  std::string page(heading);
  page += "\n| action | AWS JSON | Query, answered in XML | Query, answered in JSON |\n";
  page += "| --- | --- | --- | --- |\n";
  for (const std::string_view action : model_actions) {
    page += fmt::format("| {} |", action);
    for (const Protocol each : all_protocols)
      page += fmt::format(" {} |", cases_of(files, action, each));
    page += "\n";
  }
  page += "\nSNS, which speaks AWS Query alone:\n\n";
  page += "| action | Query, answered in XML | Query, answered in JSON |\n| --- | --- | --- |\n";
  for (const std::string_view action : model_actions_of_sns) {
    page += fmt::format("| {} |", wire_name(action));
    for (const Protocol each : {Protocol::query, Protocol::query_json})
      page += fmt::format(" {} |", cases_of(files, action, each));
    page += "\n";
  }
  page += "\nSTS, likewise:\n\n";
  page += "| action | Query, answered in XML | Query, answered in JSON |\n| --- | --- | --- |\n";
  for (const api::ActionEntry& each : sts::service().actions) {
    page +=
        fmt::format("| {} | {} | {} |\n", each.name, cases_of(files, each.name, Protocol::query),
                    cases_of(files, each.name, Protocol::query_json));
  }
  page += administrative_heading;
  page += "\n| action | AWS JSON |\n| --- | --- |\n";
  for (const api::ActionEntry& each : admin::service().actions)
    page += fmt::format("| {} | {} |\n", each.name, cases_of(files, each.name, Protocol::json));
  page += "\n| rules in | cases |\n| --- | --- |\n";
  std::size_t total = 0;
  for (const CaseFile& each : files) {
    page += fmt::format("| `{}.case` | {} |\n", each.name, each.cases.size());
    total += each.cases.size();
  }
  page += fmt::format("| all | {} |\n", total);
  return page;
}

}  // namespace mailrail::cases
