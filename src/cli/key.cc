#include "cli/key.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "auth/key.h"
#include "auth/key_file.h"
#include "auth/key_text.h"
#include "auth/limits.h"
#include "base/duration_text.h"
#include "base/json.h"
#include "base/random.h"
#include "base/shown.h"
#include "server/engine_clock.h"
#include "server/server.h"

namespace mailrail::cli {
namespace {

using Keys = std::vector<auth::Key>;

std::string path_of(const KeyPlace& place) {
  return place.file.value_or(fmt::format("{}/{}", place.data, server::key_file_name));
}

// Keys have times to the second.
Instant now() { return from_unix_ms(unix_seconds(server::wall_time()) * 1000); }

ExitCode told(const Error& error) {
  fmt::print(stderr, "mailrail: {}\n", error.message);
  return exit_code_of(error);
}

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ","));
}

std::string roles_text(const auth::Grant& grant) {
  std::vector<std::string> names;
  for (const auth::Role each : grant.roles) names.emplace_back(auth::name_of(each));
  return joined(names);
}

Result<Duration> duration_of(std::string_view option, const std::string& text, Duration max) {
  const std::optional<Duration> duration = parse_duration(text);
  if (duration && *duration >= 1s && *duration <= max) return *duration;
  return fail(errors::usage, fmt::format("{} must be a duration from 1s to {}, not \"{}\".", option,
                                         duration_text(max), shown(text)));
}

// --- Making keys.

Result<auth::Grant> grant_of(const KeyCreateOptions& options) {
  auth::Grant grant{
      .name = options.name.value_or(""),
      .queues = options.queues,
      .topics = options.topics,
      .payloads = options.hides_payloads ? auth::Payloads::hidden : auth::Payloads::shown,
      .calls_per_second = options.calls_per_second};
  for (const std::string& each : options.roles) {
    const std::optional<auth::Role> role = auth::parse_role(each);
    if (!role)
      return fail(errors::usage,
                  fmt::format("--role must be {}, not \"{}\".", auth::role_names, shown(each)));
    grant.roles.push_back(*role);
  }
  return grant;
}

Result<auth::NewKey> new_key(const KeyCreateOptions& options) {
  SystemRandom random;
  auth::Grant grant = TRY(grant_of(options));
  auth::NewKey made = auth::make_key(
      std::move(grant), options.account.value_or(std::string(auth::default_account)),
      options.lasts ? auth::Lifetime::short_lived : auth::Lifetime::unlimited, random);
  made.key.created_at = now();
  if (options.lasts)
    made.key.expires_at = now() + TRY(duration_of("--ttl", *options.lasts, auth::session_max));
  if (const Result<void> checked = auth::check_key(made.key); !checked)
    return fail(errors::usage, checked.error().message);
  return made;
}

// Names are for people, and a name of many is for nobody. Short-lived keys come and go under one.
Result<void> expect_new_name(const Keys& keys, const auth::Key& fresh) {
  const std::string& name = fresh.grant->name;
  if (name.empty() || fresh.is_short_lived()) return {};
  const auto same = std::ranges::find_if(keys, [&](const auth::Key& each) {
    return each.grant->name == name && !each.is_short_lived();
  });
  if (same == keys.end()) return {};
  return fail(
      errors::refused,
      fmt::format("There is a key of the name {} already, {}. Replace it with: mailrail key "
                  "rotate {}",
                  name, same->id(), name));
}

// The first key of a server that has not been started yet.
Result<void> make_directory(const KeyPlace& place) {
  if (place.file) return {};
  std::error_code error;
  if (std::filesystem::create_directories(place.data, error))
    std::filesystem::permissions(place.data, std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return fail(errors::refused,
              fmt::format("Cannot make the directory {}: {}.", place.data, error.message()));
}

std::string credentials_json(const auth::NewKey& made) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  out.key("Version");
  out.number(1);
  out.member("AccessKeyId", made.credentials.key_id);
  out.member("SecretAccessKey", made.credentials.secret);
  if (made.key.is_short_lived()) out.member("SessionToken", made.credentials.session_token);
  if (made.key.expires_at) out.member("Expiration", auth::time_text(*made.key.expires_at));
  out.end_object();
  return text;
}

std::string credentials_variables(const auth::NewKey& made) {
  std::string text = fmt::format("AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}",
                                 made.credentials.key_id, made.credentials.secret);
  if (made.key.is_short_lived()) text += "\nAWS_SESSION_TOKEN=" + made.credentials.session_token;
  return text;
}

void print_credentials(const auth::NewKey& made, bool is_json) {
  if (is_json) {
    fmt::print("{}\n", credentials_json(made));
    return;
  }
  fmt::print("{}\n", credentials_variables(made));
  std::fflush(stdout);
  const std::string end =
      made.key.expires_at ? " until " + auth::time_text(*made.key.expires_at) : "";
  fmt::print(stderr, "The role of {} is {}{}. Its secret is not shown again.\n", made.key.id(),
             roles_text(*made.key.grant), end);
}

// --- Finding keys.

bool is_meant(const auth::Key& key, const std::string& id_or_name) {
  return key.id() == id_or_name || (!key.grant->name.empty() && key.grant->name == id_or_name);
}

std::unexpected<Error> no_such_key(const std::string& id_or_name, const KeyPlace& place) {
  return fail(errors::not_found,
              fmt::format("There is no key {} in {}.", shown(id_or_name), path_of(place)));
}

// One that lasts: who has a name may have been rotated, and the one before still counts a while.
Result<auth::Key*> find_lasting(Keys& keys, const KeyRotateOptions& options) {
  for (auth::Key& each : keys) {
    if (is_meant(each, options.key) && !each.expires_at) return &each;
  }
  if (std::ranges::any_of(keys, [&](const auth::Key& each) { return is_meant(each, options.key); }))
    return fail(errors::refused,
                fmt::format("The key {} ends by itself, and is not replaced.", shown(options.key)));
  return no_such_key(options.key, options.place);
}

// --- Showing keys.

const Layout layout{.list_name = "Keys",
                    .columns = {{"KEY", "AccessKeyId"},
                                {"NAME", "Name"},
                                {"ROLES", "Roles"},
                                {"QUEUES", "Queues"},
                                {"TOPICS", "Topics"},
                                {"PAYLOADS", "Payloads"},
                                {"RATE", "CallsPerSecond"},
                                {"ACCOUNT", "Account"},
                                {"UNTIL", "Expiration"}}};

// Without its secret.
boost::json::object row_of(const auth::Key& key) {
  const auth::Grant& grant = *key.grant;
  boost::json::object row;
  row["AccessKeyId"] = key.id();
  if (!grant.name.empty()) row["Name"] = grant.name;
  row["Roles"] = roles_text(grant);
  if (!grant.queues.empty()) row["Queues"] = joined(grant.queues);
  if (!grant.topics.empty()) row["Topics"] = joined(grant.topics);
  row["Payloads"] = grant.payloads == auth::Payloads::hidden ? "hidden" : "shown";
  if (grant.calls_per_second) row["CallsPerSecond"] = *grant.calls_per_second;
  row["Account"] = key.account;
  if (key.created_at != Instant{}) row["CreatedAt"] = auth::time_text(key.created_at);
  if (key.expires_at) row["Expiration"] = auth::time_text(*key.expires_at);
  return row;
}

}  // namespace

ExitCode create_key(const KeyCreateOptions& options) {
  const Result<auth::NewKey> made = new_key(options);
  if (!made) return told(made.error());
  if (const Result<void> there = make_directory(options.place); !there) return told(there.error());
  const Result<void> changed =
      auth::change_key_file(path_of(options.place), now(), [&](Keys& keys) -> Result<void> {
        TRY(expect_new_name(keys, made->key));
        keys.push_back(made->key);
        return {};
      });
  if (!changed) return told(changed.error());
  print_credentials(*made, options.output.is_json());
  return ExitCode::done;
}

ExitCode list_keys(const KeyListOptions& options) {
  const Result<std::optional<Keys>> read = auth::read_key_file(path_of(options.place));
  if (!read) return told(read.error());
  Rows rows(options.output, layout);
  for (const auth::Key& each : read->value_or(Keys())) {
    if (!each.has_expired(now())) rows.add(row_of(each));
  }
  rows.finish();
  return ExitCode::done;
}

ExitCode rotate_key(const KeyRotateOptions& options) {
  const Result<Duration> grace = duration_of("--grace", options.grace, auth::grace_max);
  if (!grace) return told(grace.error());
  SystemRandom random;
  std::optional<auth::NewKey> made;
  const Result<void> changed =
      auth::change_key_file(path_of(options.place), now(), [&](Keys& keys) -> Result<void> {
        auth::Key& before = *TRY(find_lasting(keys, options));
        made = auth::make_key(*before.grant, before.account, auth::Lifetime::unlimited, random);
        made->key.created_at = now();
        before.expires_at = now() + *grace;
        keys.push_back(made->key);
        return {};
      });
  if (!changed) return told(changed.error());
  print_credentials(*made, options.output.is_json());
  if (!options.output.is_json())
    fmt::print(stderr, "The key before it is good for another {}.\n", duration_text(*grace));
  return ExitCode::done;
}

ExitCode revoke_key(const KeyRevokeOptions& options) {
  std::vector<std::string> revoked;
  std::size_t left = 0;
  const Result<void> changed =
      auth::change_key_file(path_of(options.place), now(), [&](Keys& keys) -> Result<void> {
        for (const auth::Key& each : keys) {
          if (is_meant(each, options.key)) revoked.push_back(each.id());
        }
        if (revoked.empty()) return no_such_key(options.key, options.place);
        std::erase_if(keys, [&](const auth::Key& each) { return is_meant(each, options.key); });
        left = keys.size();
        return {};
      });
  if (!changed) return told(changed.error());
  for (const std::string& each : revoked) fmt::print("{}\n", each);
  if (left == 0) fmt::print(stderr, "There are no keys left, and the server lets nobody in.\n");
  return ExitCode::done;
}

}  // namespace mailrail::cli
