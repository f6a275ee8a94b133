#include "cli/webhook_options.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/address_rules.h"

namespace mailrail::cli {
namespace {

Result<std::vector<IpNetwork>> parse_ranges(std::string_view option,
                                            const std::vector<std::string>& texts) {
  std::vector<IpNetwork> ranges;
  for (const std::string& each : texts) {
    const auto range = client::parse_address_range(each);
    if (!range) return fail(errors::unusable, fmt::format("{} {}", option, range.error().message));
    ranges.push_back(*range);
  }
  return ranges;
}

}  // namespace

Result<server::Options> with_webhooks(server::Options options, const WebhookOptions& given) {
  using Default = client::AddressRules::Default;
  options.webhook_addresses = {.otherwise = server::serves_loopback_only(options)
                                                ? Default::allow_all
                                                : Default::deny_private,
                               .allowed = TRY(parse_ranges("--webhook-allow", given.allow)),
                               .denied = TRY(parse_ranges("--webhook-deny", given.deny))};
  return options;
}

}  // namespace mailrail::cli
