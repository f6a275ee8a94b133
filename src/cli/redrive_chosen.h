// Redrive of chosen messages: those with these ids, or of which a filter holds.
//
// It is done call by call, in the order of the queue, and ends with what was there at its start.
// What was moved stays moved, whatever happens then.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/exit_codes.h"

namespace mailrail::cli {

struct Session;

struct ChosenRedrive {
  std::string from;  // As people name a queue, both.
  std::optional<std::string> to = {};
  std::vector<std::string> ids = {};         // Either these
  std::vector<std::string> conditions = {};  // or these.
  std::optional<std::string> rate = {};
  bool is_dry = false;

  bool is_some() const { return !ids.empty() || !conditions.empty(); }
};

Result<ExitCode> redrive_chosen(const ChosenRedrive& options, Session& session);

}  // namespace mailrail::cli
