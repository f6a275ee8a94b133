// Asks a server for an administrative action: the input and the output are the action's own
// structs, by their shapes.
//
// An error is of a kind that exit_codes.h knows, and a sentence for whoever typed the command. No
// call is tried again.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/shape.h"
#include "client/fetch.h"
#include "wire/json_encode.h"

namespace mailrail::cli {

// The answer's body, if it is one of success.
Result<std::string> body_of(const client::HttpAnswer& answer, std::string_view endpoint);

Result<void> call(const std::string& endpoint,
                  std::string_view action,
                  Source input,
                  Target output);

template <class Action>
Result<typename Action::Output> call(const std::string& endpoint,
                                     const typename Action::Input& input) {
  typename Action::Output output;
  const Result<void> called = call(endpoint, Action::name, source_of(input), target_of(output));
  if (!called) return std::unexpected(called.error());
  return output;
}

}  // namespace mailrail::cli
