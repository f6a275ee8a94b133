// Plays every .case file of a directory, each case over every protocol, as one test each: the suite
// is the file, the test the case's line and protocol. With --postgres URL behind the directory the
// logs are in that database; with --coverage it prints what the cases cover instead.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/cases/actions.h"
#include "tests/cases/coverage.h"
#include "tests/cases/player.h"

namespace mailrail::cases {
namespace {

using MakeStorage = std::function<std::unique_ptr<Storage>()>;

class CaseTest final : public testing::Test {
 public:
  CaseTest(std::string file, Case played, Protocol protocol, MakeStorage make_storage)
      : file_(std::move(file)),
        case_(std::move(played)),
        protocol_(protocol),
        make_storage_(std::move(make_storage)) {}

  void TestBody() override {
    if (const auto failure = Player(protocol_, make_storage_()).play(case_)) {
      ADD_FAILURE_AT(file_.c_str(), failure->line) << case_.name << "\n" << failure->text;
    }
  }

 private:
  const std::string file_;
  const Case case_;
  const Protocol protocol_;
  const MakeStorage make_storage_;
};

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

void register_cases(const CaseFile& file, const MakeStorage& make_storage) {
  for (const Case& each : file.cases) {
    for (const Protocol protocol : all_protocols) {
      if (!speaks(each, protocol)) continue;
      const std::string name =
          fmt::format("{}_{}_over_{}", each.line, identifier(each.name), name_of(protocol));
      testing::RegisterTest(file.name.c_str(), name.c_str(), nullptr, nullptr, file.path.c_str(),
                            each.line,
                            [path = file.path, each, protocol, make_storage]() -> testing::Test* {
                              return new CaseTest(path, each, protocol, make_storage);
                            });
    }
  }
}

// Else what the cases of an action say goes out without its shape.
bool has_all_shapes() {
  for (const std::string_view each : served_actions()) {
    if (find_action(each) != nullptr) continue;
    fmt::print(stderr, "tests/cases/actions.cc does not list {}\n", each);
    return false;
  }
  return true;
}

}  // namespace
}  // namespace mailrail::cases

int main(int argument_count, char** arguments) {
  using namespace mailrail::cases;
  testing::InitGoogleTest(&argument_count, arguments);
  const auto files = read_case_files(argument_count > 1 ? arguments[1] : "tests/cases");
  if (!files) {
    fmt::print(stderr, "{}\n", files.error().message);
    return 2;
  }
  const std::string_view mode = argument_count > 2 ? arguments[2] : "";
  if (mode == "--coverage") {
    fmt::print("{}", coverage_page(*files));
    return 0;
  }
  if (!has_all_shapes()) return 2;
  MakeStorage make_storage = &storage_in_memory;
  if (mode == "--postgres") {
    if (argument_count < 4) {
      fmt::print(stderr, "Say which database: --postgres URL\n");
      return 2;
    }
    make_storage = [url = std::string(arguments[3])] { return storage_in_postgres(url); };
  }
  for (const CaseFile& each : *files) register_cases(each, make_storage);
  return RUN_ALL_TESTS();
}
