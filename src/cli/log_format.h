// How the log is written: for a person on a terminal, or one JSON object a line for a machine.
//
// Either way nothing in a message can end its line, move a cursor or make up a field
// (base/log_fields.h). All of it goes to stderr; stdout has the banner and what options ask for.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <spdlog/formatter.h>

#include "base/result.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mailrail::cli {

enum class LogFormat : std::uint8_t { text, json };

struct LogFormatOptions {
  std::optional<std::string> format = {};  // Else text on a terminal, and JSON elsewhere.
};

void add_log_format_options(CLI::App& serve, LogFormatOptions& options);

Result<LogFormat> log_format_of(const LogFormatOptions& options);

// A line has `ts`, `level`, `msg` and the message's fields.
std::unique_ptr<spdlog::formatter> formatter_of(LogFormat format);

// Of everything that is logged from now on.
void use_log_format(LogFormat format);

}  // namespace mailrail::cli
