#include "cli/environment.h"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace mailrail::cli {

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

Variables process_variables() {
  Variables variables;
  for (char** each = ::environ; *each != nullptr; ++each) {
    const std::string_view entry = *each;
    const std::size_t end = entry.find('=');
    if (end != std::string_view::npos)
      variables.emplace(entry.substr(0, end), entry.substr(end + 1));
  }
  return variables;
}

}  // namespace mailrail::cli
