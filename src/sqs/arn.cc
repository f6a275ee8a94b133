#include "sqs/arn.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sqs/characters.h"

namespace mailrail::sqs {

std::string_view arn_partition(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

std::string queue_arn(const engine::QueueName& name) {
  return fmt::format("arn:{}:sqs:{}:{}:{}", arn_partition(name.region), name.region, name.account,
                     name.name);
}

std::optional<engine::QueueName> parse_queue_arn(std::string_view arn) {
  std::array<std::string_view, 6> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t colon = arn.find(':');
    if ((colon == std::string_view::npos) != (i == parts.size() - 1)) return std::nullopt;
    parts[i] = arn.substr(0, colon);
    arn.remove_prefix(std::min(arn.size(), parts[i].size() + 1));
  }
  const auto& [scheme, partition, service, region, account, name] = parts;
  if (scheme != "arn" || service != "sqs" || region.empty() || name.empty()) return std::nullopt;
  if (partition != arn_partition(region)) return std::nullopt;
  if (account.size() != 12 || !std::ranges::all_of(account, is_digit)) return std::nullopt;
  return engine::QueueName{
      .region = std::string(region), .account = std::string(account), .name = std::string(name)};
}

}  // namespace mailrail::sqs
