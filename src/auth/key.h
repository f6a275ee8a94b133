// Key: an access key that mailrail knows, with its secret and what it allows.
//
// A short-lived one has a session token, of which only the hash is kept, and ends by itself. The
// secret has to be kept as it is, because whoever verifies a signature makes it anew; it is written
// to the key file, and nowhere else. Keys never change: a key that is changed is another one.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/caller.h"
#include "auth/grant.h"
#include "auth/sigv4.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace mailrail::auth {

struct Key {
  std::string secret;
  std::string session_token_hash = {};  // In hexadecimal; empty: it has none.
  std::string account{default_account};
  Instant created_at = {};  // Nobody says of keys from the environment.
  std::optional<Instant> expires_at = {};
  std::shared_ptr<const Grant> grant;  // Not null, and not anonymous.

  const std::string& id() const { return grant->key_id; }
  bool is_short_lived() const { return !session_token_hash.empty(); }
  bool has_expired(Instant now) const { return expires_at && *expires_at <= now; }
  bool may_all() const;  // An administrator's, of all accounts, whatever the name.
};

// As the command line and the key file spell them: `operator`.
std::string_view name_of(Role role);
std::optional<Role> parse_role(std::string_view name);
inline constexpr std::string_view role_names = "admin, operator, send, receive, publish or view";

// Whether each part of it is what a key may have. The error names the part and says what is right.
Result<void> check_key(const Key& key);

enum class Lifetime { unlimited, short_lived };

// What its holder is given, once.
struct NewKey {
  Key key;
  Credentials credentials;
};

// With an id and secrets of its own; the grant says what else it is, and its key id means nothing.
NewKey make_key(Grant grant, std::string account, Lifetime lifetime, Random& random);

// An administrator's, with an id and a secret that somebody else has chosen.
Result<Key> chosen_key(const Credentials& credentials);

}  // namespace mailrail::auth
