#include "cli/server_options.h"

#include <fmt/format.h>

#include "base/shown.h"
#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

struct Said {
  std::string value;
  std::string where;  // The option, or the variable.
};

Said endpoint_said(const std::optional<std::string>& option, const Environment& environment) {
  if (option) return {.value = *option, .where = "--endpoint-url"};
  for (const char* name : {"MAILRAIL_ENDPOINT_URL", "AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL"}) {
    if (const auto value = environment(name)) return {.value = *value, .where = name};
  }
  return {.value = default_endpoint, .where = ""};
}

}  // namespace

Result<std::string> endpoint_of(const std::optional<std::string>& option,
                                const Environment& environment) {
  const Said said = endpoint_said(option, environment);
  if (said.value.starts_with("http://") || said.value.starts_with("https://")) return said.value;
  return fail(errors::usage, fmt::format("{} is {}, which is no URL: it must begin with http:// or "
                                         "https://, like {}.",
                                         said.where, shown(said.value), default_endpoint));
}

std::optional<std::string> region_of(const std::optional<std::string>& option,
                                     const Environment& environment) {
  if (option) return option;
  if (auto region = environment("AWS_REGION")) return region;
  return environment("AWS_DEFAULT_REGION");
}

}  // namespace mailrail::cli
