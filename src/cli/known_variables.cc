#include "cli/known_variables.h"

#include <algorithm>

namespace mailrail::cli {
namespace {

bool is_address(std::string_view value) {
  return value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
}

// "_PORT_4566_TCP" and what may follow.
bool names_a_port(std::string_view name) {
  std::size_t begin = name.find("_PORT_");
  for (; begin != std::string_view::npos; begin = name.find("_PORT_", begin + 1)) {
    const std::string_view rest = name.substr(begin + 6);
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const std::string_view protocol = rest.substr(digits);
    const bool is_one = protocol.starts_with("_TCP") || protocol.starts_with("_UDP") ||
                        protocol.starts_with("_SCTP");
    if (digits > 0 && is_one) return true;
  }
  return false;
}

}  // namespace

bool is_of_orchestrator(std::string_view name, std::string_view value) {
  return name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") ||
         name.contains("_SERVICE_PORT_") || names_a_port(name) ||
         (name.ends_with("_PORT") && is_address(value));
}

}  // namespace mailrail::cli
