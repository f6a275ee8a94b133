#include "console/cookie.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

namespace mailrail::console {

std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& each : std::views::split(header, ';')) {
    std::string_view pair(each);
    pair.remove_prefix(std::min(pair.find_first_not_of(" \t"), pair.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found) return std::nullopt;  // Somebody else has set one beside it.
    std::string_view value = pair.substr(equals + 1);
    value.remove_suffix(value.size() - (value.find_last_not_of(" \t") + 1));
    found = value;
  }
  return found;
}

std::string set_cookie(const Cookie& cookie) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", cookie.name,
                     cookie.value,
                     std::chrono::duration_cast<std::chrono::seconds>(cookie.lasts).count(),
                     cookie.transport == Cookie::Transport::encrypted ? "; Secure" : "");
}

}  // namespace mailrail::console
