#include "client/profile.h"

#include <fmt/format.h>

#include "base/shown.h"
#include "client/errors.h"

namespace mailrail::client {
namespace {

std::string path_of(const char* variable, const char* usual, const Surroundings& surroundings) {
  const std::optional<std::string> home = surroundings.variable("HOME");
  std::string path = surroundings.variable(variable).value_or(fmt::format("~/.aws/{}", usual));
  if (path.starts_with("~/") && home) path.replace(0, 1, *home);
  return path;
}

Result<AwsFile> read_file(const std::string& path, const Surroundings& surroundings) {
  const std::optional<std::string> text = TRY(surroundings.file(path));
  if (!text) return AwsFile();
  Result<AwsFile> file = parse_aws_file(*text);
  if (!file) return fail(errors::settings, fmt::format("{}: {}", path, file.error().message));
  return file;
}

AwsSection section(const AwsFile& file, const std::string& name) {
  const auto found = file.find(name);
  return found == file.end() ? AwsSection() : found->second;
}

std::optional<std::string> find(const AwsSection& section, std::string_view name) {
  const auto found = section.find(name);
  if (found == section.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace

Result<Profile> Profile::read(const std::optional<std::string>& option,
                              const Surroundings& surroundings) {
  const std::optional<std::string> asked = option ? option : surroundings.variable("AWS_PROFILE");
  Profile profile;
  profile.name_ = asked.value_or("default");
  profile.was_asked_for_ = option.has_value();
  profile.credentials_.path = path_of("AWS_SHARED_CREDENTIALS_FILE", "credentials", surroundings);
  profile.config_.path = path_of("AWS_CONFIG_FILE", "config", surroundings);
  const AwsFile credentials = TRY(read_file(profile.credentials_.path, surroundings));
  const AwsFile config = TRY(read_file(profile.config_.path, surroundings));

  const std::string in_config =
      profile.name_ == "default" ? profile.name_ : "profile " + profile.name_;
  if (asked && !credentials.contains(profile.name_) && !config.contains(in_config)) {
    return fail(errors::settings,
                fmt::format("There is no profile {}, neither in {} nor as [{}] in {}.",
                            shown(profile.name_), profile.credentials_.path, shown(in_config),
                            profile.config_.path));
  }
  profile.credentials_.profile = section(credentials, profile.name_);
  profile.config_.profile = section(config, in_config);
  if (const auto services = find(profile.config_.profile, "services"))
    profile.services_ = section(config, "services " + *services);
  return profile;
}

std::optional<Said> Profile::setting(std::string_view name) const {
  for (const File* each : {&credentials_, &config_}) {
    if (auto value = find(each->profile, name))
      return Said{.value = *std::move(value),
                  .where = fmt::format("profile {} in {}", name_, each->path)};
  }
  return std::nullopt;
}

std::optional<Said> Profile::service_setting(std::string_view name) const {
  auto value = find(services_, name);
  if (!value) return std::nullopt;
  return Said{.value = *std::move(value),
              .where = fmt::format("the services of profile {} in {}", name_, config_.path)};
}

}  // namespace mailrail::client
