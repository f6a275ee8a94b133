// Case: one conformance case, read from a .case file.
//
// A file holds cases under headings, `== A message comes back`; `[json]` or `[query]` at a
// heading's end keeps the case to that protocol. A step is a line: a call of an action with its
// input and, after `->`, what must come of it; `advance 30s`; `restart`, which stops the server
// orderly and starts it on its log; `crash`, which forgets what was not durable; `memory limit
// 64MiB`, which restarts it with that limit; `strict`, which restarts it with --aws-strict; `key
// worker {...}`, which says what a key may do. An indented line continues the one before, and #
// begins a comment line. README.md shows all of it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.h"
#include "base/time.h"

namespace mailrail::cases {

// What must come of a call.
struct Expectation {
  enum class Kind { output, error, pending };

  Kind kind = Kind::output;
  boost::json::value output = boost::json::object();  // What the answer has at least.
  int status = 200;
  std::string error_name;  // As AWS JSON has it.
  std::string query_code;  // Empty: the one that belongs to the name.
  std::optional<std::string> message;
  std::optional<std::string> query_message;  // Where Query words it differently.
};

struct Step {
  enum class Kind { call, check, advance, restart, crash, limit_memory, strict, key };

  int line = 0;
  std::string text;  // As it stands in the file.
  Kind kind = Kind::call;
  int times = 1;
  std::string action;
  // `/path`, `GET`, `Header: value`, `body text`, `no target`, `by worker`, `from 10.0.0.1`.
  std::vector<std::string> options;
  boost::json::object input;  // Of a key, what it may do.
  // What the answer is called; of a check, the call that it is about; of a key, who has it.
  std::string name;
  Expectation expected;
  Duration time{0};
  std::uint64_t bytes = 0;
};

enum class OnlyFor { json, query };

struct Case {
  std::string name;
  int line = 0;
  std::optional<OnlyFor> only_for;
  std::vector<Step> steps;
};

Result<std::vector<Case>> parse_cases(std::string_view text);

}  // namespace mailrail::cases
