#include "api/path_action.h"

namespace mailrail::api {
namespace {

constexpr std::string_view queue_urls = "/queue";

}  // namespace

std::optional<NamedByPath> named_by_path(std::span<const Service> services, std::string_view path) {
  for (const Service& service : services) {
    for (const PathAction& each : service.paths) {
      if (!path.starts_with(each.path)) continue;
      const std::string_view rest = path.substr(each.path.size());
      if (rest.empty() || rest == "/")
        return NamedByPath{.service = &service, .action = &each.action, .queue_path = {}};
      if (!rest.starts_with('/')) continue;
      return NamedByPath{.service = &service,
                         .action = &each.action,
                         .queue_path = std::string(queue_urls) + std::string(rest)};
    }
  }
  return std::nullopt;
}

}  // namespace mailrail::api
