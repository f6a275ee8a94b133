#include "client/credentials.h"

#include <utility>

#include <fmt/format.h>

#include "base/shape.h"
#include "client/errors.h"
#include "wire/json_decode.h"

namespace mailrail::client {
namespace {

using auth::Credentials;

// What a credential_process prints.
struct Printed {
  int version = 0;
  std::string access_key_id;
  std::string secret_access_key;
  std::optional<std::string> session_token;

  static constexpr Field fields[] = {
      field<&Printed::version>("Version"),
      field<&Printed::access_key_id>("AccessKeyId"),
      field<&Printed::secret_access_key>("SecretAccessKey"),
      field<&Printed::session_token>("SessionToken"),
  };
};

Result<std::optional<Credentials>> whole(std::optional<std::string> id,
                                         std::optional<std::string> secret,
                                         std::optional<std::string> token,
                                         const std::string& where) {
  if (!id && !secret) return std::nullopt;
  if (!id || !secret) {
    return fail(errors::settings, fmt::format("{} has an access key's {} without its {}.", where,
                                              id ? "id" : "secret", id ? "secret" : "id"));
  }
  return Credentials{.key_id = *std::move(id),
                     .secret = *std::move(secret),
                     .session_token = std::move(token).value_or("")};
}

Result<std::optional<Credentials>> in_variables(const Surroundings& surroundings) {
  return whole(surroundings.variable("AWS_ACCESS_KEY_ID"),
               surroundings.variable("AWS_SECRET_ACCESS_KEY"),
               surroundings.variable("AWS_SESSION_TOKEN"), "The environment");
}

std::optional<std::string> value_of(const Profile& profile, std::string_view name) {
  auto said = profile.setting(name);
  if (!said) return std::nullopt;
  return std::move(said->value);
}

Result<std::optional<Credentials>> printed(const Said& process, const Surroundings& surroundings) {
  const auto failed = [&](std::string_view why) {
    return fail(errors::settings,
                fmt::format("The credential_process of {} gave no key. {}", process.where, why));
  };
  const Result<std::string> output = surroundings.output(process.value);
  if (!output) return failed(output.error().message);
  const auto key = wire::decode_json<Printed>(*output);
  if (!key || key->version != 1 || key->access_key_id.empty() || key->secret_access_key.empty())
    return failed("It must print JSON with Version 1, AccessKeyId and SecretAccessKey.");
  return Credentials{.key_id = key->access_key_id,
                     .secret = key->secret_access_key,
                     .session_token = key->session_token.value_or("")};
}

Result<std::optional<Credentials>> in_profile(const Profile& profile,
                                              const Surroundings& surroundings) {
  auto found =
      TRY(whole(value_of(profile, "aws_access_key_id"), value_of(profile, "aws_secret_access_key"),
                value_of(profile, "aws_session_token"), "Profile " + profile.name()));
  if (found) return found;
  if (const auto process = profile.setting("credential_process"))
    return printed(*process, surroundings);
  return std::nullopt;
}

}  // namespace

Result<std::optional<Credentials>> credentials_of(const Profile& profile,
                                                  const Surroundings& surroundings) {
  if (profile.was_asked_for()) return in_profile(profile, surroundings);
  auto found = TRY(in_variables(surroundings));
  if (found) return found;
  return in_profile(profile, surroundings);
}

}  // namespace mailrail::client
