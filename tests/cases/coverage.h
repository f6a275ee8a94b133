// Coverage: which actions the cases call, over which protocols, and how many cases each file has.
//
// The page in docs/coverage.md is what this prints; coverage_test compares the two, and asks for a
// case of every action over every protocol that it speaks.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/cases/case_file.h"
#include "tests/cases/protocol.h"

namespace mailrail::cases {

struct CaseFile {
  std::string path;
  std::string name;  // Without directory and extension.
  std::vector<Case> cases;
};

// Of a directory, by name. It is an error if there are none.
Result<std::vector<CaseFile>> read_case_files(const std::string& directory);

bool speaks(const Case& played, Protocol protocol);

// How many cases call the action at least once over that protocol.
int cases_of(const std::vector<CaseFile>& files, std::string_view action, Protocol protocol);

// The page, as Markdown.
std::string coverage_page(const std::vector<CaseFile>& files);

}  // namespace mailrail::cases
