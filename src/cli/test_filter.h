// `mailrail topics test-filter TOPIC`: which subscriptions of a topic would get a message, and why
// the others would not.
//
// It asks a server, page by page, and prints all of them at once. Nothing is published.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/exit_codes.h"

namespace mailrail::cli {

struct TestFilterOptions {
  std::string topic;  // A name or an ARN.
  std::optional<std::string> message = {};
  std::vector<std::string> attributes = {};
  std::optional<std::string> structure = {};
  std::optional<std::string> endpoint = {};
  std::optional<std::string> region = {};
  std::optional<std::string> output = {};  // table, tsv or json; else what goes with the place.
};

ExitCode test_filter(const TestFilterOptions& options);

}  // namespace mailrail::cli
