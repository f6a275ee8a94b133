// Values of options as people write them: durations like 30s, rates like 50/s, names with values.
//
// What is wrong is told with the option, the value, and what would be right; the error is of kind
// usage.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace mailrail::cli {

Result<Duration> duration_of(std::string_view option, const std::string& text);

// In whole seconds, as AWS has them.
Result<int> seconds_of(std::string_view option, const std::string& text);
Result<std::optional<int>> seconds_of(std::string_view option,
                                      const std::optional<std::string>& text);

// Messages a second, at least 1.
Result<int> rate_of(std::string_view option, const std::string& text);
Result<std::optional<int>> rate_of(std::string_view option, const std::optional<std::string>& text);

// NAME=VALUE each; the value may be empty.
Result<std::map<std::string, std::string>> pairs_of(std::string_view option,
                                                    const std::vector<std::string>& texts);

}  // namespace mailrail::cli
