// Plays every .case file of a directory, each case over every protocol, as one test each: the suite
// is the file, the test the case's line and protocol.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sqs/service.h"
#include "tests/cases/actions.h"
#include "tests/cases/player.h"

namespace mailrail::cases {
namespace {

namespace fs = std::filesystem;

class CaseTest final : public testing::Test {
 public:
  CaseTest(std::string file, Case played, Protocol protocol)
      : file_(std::move(file)), case_(std::move(played)), protocol_(protocol) {}

  void TestBody() override {
    if (const auto failure = Player(protocol_).play(case_)) {
      ADD_FAILURE_AT(file_.c_str(), failure->line) << case_.name << "\n" << failure->text;
    }
  }

 private:
  const std::string file_;
  const Case case_;
  const Protocol protocol_;
};

bool speaks(const Case& played, Protocol protocol) {
  if (!played.only_for) return true;
  return (*played.only_for == OnlyFor::json) == (protocol == Protocol::json);
}

// What GoogleTest takes as a name.
std::string identifier(std::string_view sentence) {
  std::string name;
  for (const char each : sentence) {
    const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9');
    if (is_plain) {
      name += each;
    } else if (!name.ends_with('_')) {
      name += '_';
    }
  }
  return name;
}

bool register_file(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  Result<std::vector<Case>> cases = parse_cases(text.str());
  if (!cases) {
    fmt::print(stderr, "{}: {}\n", path.string(), cases.error().message);
    return false;
  }
  for (const Case& each : *cases) {
    for (const Protocol protocol : all_protocols) {
      if (!speaks(each, protocol)) continue;
      const std::string name =
          fmt::format("{}_{}_over_{}", each.line, identifier(each.name), name_of(protocol));
      testing::RegisterTest(path.stem().c_str(), name.c_str(), nullptr, nullptr, path.c_str(),
                            each.line, [file = path.string(), each, protocol]() -> testing::Test* {
                              return new CaseTest(file, each, protocol);
                            });
    }
  }
  return true;
}

// Else cases of the action would run over AWS JSON only.
bool has_all_shapes() {
  for (const api::ActionEntry& each : sqs::service().actions) {
    if (find_action(each.name) != nullptr) continue;
    fmt::print(stderr, "tests/cases/actions.cc does not list {}\n", each.name);
    return false;
  }
  return true;
}

bool register_directory(const fs::path& directory) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".case") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return !paths.empty() && std::ranges::all_of(paths, &register_file);
}

}  // namespace
}  // namespace mailrail::cases

int main(int argument_count, char** arguments) {
  testing::InitGoogleTest(&argument_count, arguments);
  const char* directory = argument_count > 1 ? arguments[1] : "tests/cases";
  if (!mailrail::cases::has_all_shapes() || !mailrail::cases::register_directory(directory))
    return 2;
  return RUN_ALL_TESTS();
}
