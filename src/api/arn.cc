#include "api/arn.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "auth/caller.h"

namespace mailrail::api {

std::string_view arn_partition(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

std::string arn_of(std::string_view service, const engine::QueueName& name) {
  return fmt::format("arn:{}:{}:{}:{}:{}", arn_partition(name.region), service, name.region,
                     name.account, name.name);
}

std::optional<engine::QueueName> parse_arn(std::string_view service, std::string_view arn) {
  std::array<std::string_view, 6> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t colon = arn.find(':');
    if ((colon == std::string_view::npos) != (i == parts.size() - 1)) return std::nullopt;
    parts[i] = arn.substr(0, colon);
    arn.remove_prefix(std::min(arn.size(), parts[i].size() + 1));
  }
  const auto& [scheme, partition, of_service, region, account, name] = parts;
  if (scheme != "arn" || of_service != service || region.empty() || name.empty())
    return std::nullopt;
  if (partition != arn_partition(region) || !auth::is_account(account)) return std::nullopt;
  return engine::QueueName{
      .region = std::string(region), .account = std::string(account), .name = std::string(name)};
}

}  // namespace mailrail::api
