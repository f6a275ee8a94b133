#include "cli/option_values.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/duration_text.h"
#include "base/shown.h"
#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

std::unexpected<Error> wrong(std::string_view option,
                             std::string_view text,
                             std::string_view right) {
  return fail(errors::usage, fmt::format("{} {}: it must be {}.", option, shown(text), right));
}

}  // namespace

Result<Duration> duration_of(std::string_view option, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) return wrong(option, text, "a duration, like 30s or 2m");
  return *duration;
}

Result<int> seconds_of(std::string_view option, const std::string& text) {
  const Duration duration = TRY(duration_of(option, text));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  if (seconds != duration || seconds.count() > std::numeric_limits<int>::max())
    return wrong(option, text, "a number of whole seconds, like 30s or 2m");
  return static_cast<int>(seconds.count());
}

Result<std::optional<int>> seconds_of(std::string_view option,
                                      const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return TRY(seconds_of(option, *text));
}

Result<int> rate_of(std::string_view option, const std::string& text) {
  const std::string_view number = text.ends_with("/s")
                                      ? std::string_view(text).substr(0, text.size() - 2)
                                      : std::string_view(text);
  int rate = 0;
  const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), rate);
  if (code != std::errc() || end != number.data() + number.size() || rate < 1)
    return wrong(option, text, "a number of messages a second, like 50/s");
  return rate;
}

Result<std::optional<int>> rate_of(std::string_view option,
                                   const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return TRY(rate_of(option, *text));
}

Result<std::map<std::string, std::string>> pairs_of(std::string_view option,
                                                    const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& each : texts) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos || equals == 0) return wrong(option, each, "NAME=VALUE");
    pairs[each.substr(0, equals)] = each.substr(equals + 1);
  }
  return pairs;
}

}  // namespace mailrail::cli
