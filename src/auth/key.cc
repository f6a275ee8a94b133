#include "auth/key.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "auth/limits.h"
#include "base/digest.h"
#include "base/shown.h"

namespace mailrail::auth {
namespace {

struct RoleName {
  Role role;
  std::string_view name;
};

constexpr std::array roles = {
    RoleName{Role::admin, "admin"},     RoleName{Role::operations, "operator"},
    RoleName{Role::send, "send"},       RoleName{Role::receive, "receive"},
    RoleName{Role::publish, "publish"}, RoleName{Role::view, "view"},
};

std::unexpected<Error> unusable(std::string sentence) {
  return fail(mailrail::errors::unusable, std::move(sentence));
}

bool is_letter_or_digit(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
         (each >= '0' && each <= '9');
}

bool is_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(
      text, [&](char each) { return is_letter_or_digit(each) || others.contains(each); });
}

Result<void> check_name(std::string_view name) {
  if (name.empty()) return {};
  if (name.size() <= key_name_bytes_max && is_of(name, "_+=,.@-")) return {};
  return unusable(
      fmt::format("The name of a key has 1 to {} letters, digits and _+=,.@-, unlike \"{}\".",
                  key_name_bytes_max, shown(name)));
}

Result<void> check_patterns(std::string_view what, std::span<const std::string> patterns) {
  if (patterns.size() > key_patterns_max)
    return unusable(fmt::format("A key has at most {} patterns of {}.", key_patterns_max, what));
  for (const std::string& each : patterns) {
    if (each.empty() || each.size() > user_bytes_max * 2 || !is_of(each, "_-.*?")) {
      return unusable(fmt::format(
          "A pattern of {} is a name in which * and ? may be, like orders-*, not \"{}\".", what,
          shown(each)));
    }
  }
  return {};
}

Result<void> check_rate(std::optional<std::uint32_t> rate) {
  if (!rate || (*rate >= 1 && *rate <= key_rate_max)) return {};
  return unusable(
      fmt::format("The rate of a key is 1 to {} calls a second, not {}.", key_rate_max, *rate));
}

// Without letters that look alike.
std::string random_id(std::string_view prefix, std::size_t characters, Random& random) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id(prefix);
  while (id.size() < characters) id.push_back(alphabet[random.next() % alphabet.size()]);
  return id;
}

// Of three quarters as many bytes, as base64.
std::string random_secret(std::size_t characters, Random& random) {
  std::string bytes;
  while (bytes.size() < characters / 4 * 3) {
    const std::uint64_t word = random.next();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  bytes.resize(characters / 4 * 3);
  return base64(bytes);
}

}  // namespace

bool Key::may_all() const {
  const bool is_admin = std::ranges::find(grant->roles, Role::admin) != grant->roles.end();
  return is_admin && grant->queues.empty() && grant->topics.empty() && account == default_account;
}

std::string_view name_of(Role role) {
  return std::ranges::find(roles, role, &RoleName::role)->name;
}

std::optional<Role> parse_role(std::string_view name) {
  const auto found = std::ranges::find(roles, name, &RoleName::name);
  if (found == roles.end()) return std::nullopt;
  return found->role;
}

Result<void> check_key(const Key& key) {
  const Grant& grant = *key.grant;
  const std::size_t id_bytes = grant.key_id.size();
  if (id_bytes == 0 || id_bytes > user_bytes_max || !is_of(grant.key_id, "_-")) {
    return unusable(
        fmt::format("An access key id has 1 to {} letters, digits, _ and -.", user_bytes_max));
  }
  const bool is_secret = key.secret.size() >= secret_bytes_min &&
                         key.secret.size() <= secret_bytes_max && is_plain_text(key.secret);
  if (!is_secret) {  // It is not shown, whatever is wrong with it.
    return unusable(fmt::format("The secret of the key {} must have {} to {} printable characters.",
                                grant.key_id, secret_bytes_min, secret_bytes_max));
  }
  if (!is_account(key.account))
    return unusable(fmt::format("An account has 12 digits, unlike \"{}\".", shown(key.account)));
  if (grant.roles.empty()) return unusable(fmt::format("A key needs a role: {}.", role_names));
  TRY(check_name(grant.name));
  TRY(check_rate(grant.calls_per_second));
  TRY(check_patterns("queues", grant.queues));
  return check_patterns("topics", grant.topics);
}

NewKey make_key(Grant grant, std::string account, Lifetime lifetime, Random& random) {
  const bool is_short_lived = lifetime == Lifetime::short_lived;
  Credentials credentials{.key_id = random_id(is_short_lived ? "MRSA" : "MRKA", 20, random),
                          .secret = random_secret(40, random)};
  if (is_short_lived) credentials.session_token = random_secret(64, random);
  grant.key_id = credentials.key_id;
  Key key{.secret = credentials.secret,
          .account = std::move(account),
          .grant = std::make_shared<const Grant>(std::move(grant))};
  if (is_short_lived) key.session_token_hash = hex(sha256(credentials.session_token));
  return {.key = std::move(key), .credentials = std::move(credentials)};
}

Result<Key> chosen_key(const Credentials& credentials) {
  Key key{.secret = credentials.secret,
          .grant = std::make_shared<const Grant>(
              Grant{.key_id = credentials.key_id, .roles = {Role::admin}})};
  TRY(check_key(key));
  return key;
}

}  // namespace mailrail::auth
