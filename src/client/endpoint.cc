#include "client/endpoint.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/shown.h"
#include "client/errors.h"
#include "client/target.h"

namespace mailrail::client {
namespace {

struct Spelling {
  const char* variable;
  std::string_view setting;
};

Spelling spelling_of(Service service) {
  if (service == Service::sns) return {"AWS_ENDPOINT_URL_SNS", "sns.endpoint_url"};
  return {"AWS_ENDPOINT_URL_SQS", "sqs.endpoint_url"};
}

std::optional<Said> in_variable(const char* name, const Surroundings& surroundings) {
  auto value = surroundings.variable(name);
  if (!value) return std::nullopt;
  return Said{.value = *std::move(value), .where = name};
}

bool is_true(const std::optional<std::string>& text) {
  return text && (*text == "true" || *text == "True" || *text == "TRUE");
}

bool are_configured_ones_ignored(const Profile& profile, const Surroundings& surroundings) {
  if (const auto variable = surroundings.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
    return is_true(variable);
  const auto setting = profile.setting("ignore_configured_endpoint_urls");
  return setting && is_true(setting->value);
}

std::optional<Said> configured(Service service,
                               const Profile& profile,
                               const Surroundings& surroundings) {
  const Spelling spelling = spelling_of(service);
  if (auto said = in_variable(spelling.variable, surroundings)) return said;
  if (auto said = in_variable("AWS_ENDPOINT_URL", surroundings)) return said;
  if (auto said = profile.service_setting(spelling.setting)) return said;
  return profile.setting("endpoint_url");
}

std::optional<Said> endpoint_said(Service service,
                                  const std::optional<std::string>& option,
                                  const Profile& profile,
                                  const Surroundings& surroundings) {
  if (option) return Said{.value = *option, .where = "--endpoint-url"};
  if (auto said = in_variable("MAILRAIL_ENDPOINT_URL", surroundings)) return said;
  if (are_configured_ones_ignored(profile, surroundings)) return std::nullopt;
  return configured(service, profile, surroundings);
}

// In small letters, without the port. Empty if it cannot be read.
std::string host_of(std::string_view url) {
  const auto target = parse_target(std::string(url));
  if (!target) return {};
  std::string host = target->authority.substr(0, target->authority.rfind(':'));
  while (host.ends_with('.')) host.pop_back();
  return host;
}

constexpr std::array<std::string_view, 4> amazon_domains = {"amazonaws.com", "amazonaws.com.cn",
                                                            "aws.dev", "api.aws"};

}  // namespace

Result<ServiceEndpoint> endpoint_of(Service service,
                                    const std::optional<std::string>& option,
                                    const Profile& profile,
                                    const Surroundings& surroundings) {
  const auto said = endpoint_said(service, option, profile, surroundings);
  if (!said) return ServiceEndpoint{.url = default_endpoint, .where = ""};
  if (!said->value.starts_with("http://") && !said->value.starts_with("https://")) {
    return fail(errors::settings,
                fmt::format("{} is {}, which is no URL: it must begin with http:// or https://, "
                            "like {}.",
                            said->where, shown(said->value), default_endpoint));
  }
  if (const auto target = parse_target(said->value); !target)
    return fail(errors::settings, fmt::format("{}: {}", said->where, target.error().message));
  std::string url = said->value;
  while (url.ends_with('/')) url.pop_back();
  return ServiceEndpoint{.url = std::move(url), .where = said->where};
}

bool is_amazon(std::string_view url) {
  const std::string host = host_of(url);
  return std::ranges::any_of(amazon_domains, [&](std::string_view domain) {
    return host == domain || host.ends_with("." + std::string(domain));
  });
}

std::optional<std::string> amazon_region(std::string_view url) {
  if (!is_amazon(url)) return std::nullopt;
  std::vector<std::string> labels;
  std::string host = host_of(url);
  for (std::size_t dot = 0; dot != std::string::npos;) {
    dot = host.find('.');
    labels.push_back(host.substr(0, dot));
    if (dot != std::string::npos) host.erase(0, dot + 1);
  }
  // Beside the service stands the region: sqs.eu-west-1.amazonaws.com, sqs.eu-west-1.api.aws, and
  // once eu-west-1.queue.amazonaws.com.
  for (const std::string& each : labels) {
    if (std::ranges::count(each, '-') >= 2 && each.back() >= '0' && each.back() <= '9') return each;
  }
  return std::nullopt;
}

}  // namespace mailrail::client
