// `mailrail topics test-filter TOPIC`: which subscriptions of a topic would get a message, and why
// the others would not.
//
// It asks a server, page by page, and prints all of them at once. Nothing is published.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/exit_codes.h"
#include "cli/session.h"

namespace mailrail::cli {

struct TestFilterOptions {
  SessionOptions session;
  std::string topic;  // A name or an ARN.
  std::optional<std::string> message = {};
  std::vector<std::string> attributes = {};
  std::optional<std::string> structure = {};
};

Result<ExitCode> test_filter(const TestFilterOptions& options, Session& session);

}  // namespace mailrail::cli
