#include "client/settings.h"

#include <utility>

#include "client/credentials.h"
#include "client/profile.h"

namespace mailrail::client {
namespace {

// A region that nobody set is the one that Amazon's host names, if it is one.
std::string region_for(const ServiceEndpoint& endpoint, const std::optional<std::string>& said) {
  if (said) return *said;
  return amazon_region(endpoint.url).value_or(default_region);
}

std::optional<std::string> region_said(const Wishes& wishes,
                                       const Profile& profile,
                                       const Surroundings& surroundings) {
  if (wishes.region) return wishes.region;
  for (const char* each : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto region = surroundings.variable(each)) return region;
  }
  if (auto said = profile.setting("region")) return std::move(said->value);
  return std::nullopt;
}

}  // namespace

Result<Settings> settle(const Wishes& wishes, const Surroundings& surroundings) {
  const Profile profile = TRY(Profile::read(wishes.profile, surroundings));
  Settings settings;
  settings.sqs = TRY(endpoint_of(Service::sqs, wishes.endpoint_url, profile, surroundings));
  settings.sns = TRY(endpoint_of(Service::sns, wishes.endpoint_url, profile, surroundings));
  const std::optional<std::string> region = region_said(wishes, profile, surroundings);
  settings.sqs_region = region_for(settings.sqs, region);
  settings.sns_region = region_for(settings.sns, region);
  settings.credentials = TRY(credentials_of(profile, surroundings));
  settings.ca_file = surroundings.variable("AWS_CA_BUNDLE").value_or("");
  if (settings.ca_file.empty()) {
    if (auto bundle = profile.setting("ca_bundle")) settings.ca_file = std::move(bundle->value);
  }
  return settings;
}

}  // namespace mailrail::client
