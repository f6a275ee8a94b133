#include "auth/authenticator.h"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "auth/errors.h"
#include "auth/signature.h"
#include "base/digest.h"

namespace mailrail::auth {
namespace {

std::unexpected<Error> unrecognized(std::string_view why) {
  return fail(errors::unrecognized_client,
              fmt::format("The security token included in the request is invalid. {}", why));
}

Result<void> expect_session(const Key& key, const std::string& token) {
  if (!key.is_short_lived()) {
    if (token.empty()) return {};
    return unrecognized(
        "The session token is not one that mailrail issued: this key has none. Short-lived keys "
        "are made by mailrail key create --ttl.");
  }
  if (token.empty())
    return unrecognized("This key is short-lived, and its session token is missing.");
  const std::string hash = hex(sha256(token));
  if (CRYPTO_memcmp(hash.data(), key.session_token_hash.data(), hash.size()) == 0) return {};
  return unrecognized("The session token is not one that mailrail issued with this key.");
}

Result<void> expect_not_expired(const Key& key, Instant now) {
  if (!key.has_expired(now)) return {};
  return fail(errors::expired_token, "The security token included in the request is expired.");
}

// In a time that tells nothing of either, their lengths neither.
bool is_same(std::string_view secret, std::string_view given) {
  const auto expected = sha256(secret);
  const auto told = sha256(given);
  return CRYPTO_memcmp(expected.data(), told.data(), expected.size()) == 0;
}

// Nothing that the request says of itself is heard.
Caller nobody(const Home& home) {
  static const auto no_grant = std::make_shared<const Grant>();
  Caller caller{.account = home.account, .region = home.region, .grant = no_grant};
  caller.user = caller.account;
  return caller;
}

struct Password {
  std::string user;
  std::string password;
};

// What the Basic scheme brings. Nothing: the request comes by another one, or by none.
std::optional<Password> read_password(const http::Request& request) {
  constexpr std::string_view scheme = "Basic ";
  if (request.headers.count("Authorization") != 1) return std::nullopt;
  const std::string_view header = request.header("Authorization");
  if (!http::equal_ignoring_case(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  const std::optional<std::string> both = from_base64(header.substr(scheme.size()));
  const std::size_t colon = both ? both->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return Password{.user = both->substr(0, colon), .password = both->substr(colon + 1)};
}

Caller holder_of(const Key& key, Scope scope) {
  return {.account = key.account,
          .region = std::move(scope.region),
          .user = key.grant->name.empty() ? key.id() : key.grant->name,
          .service = std::move(scope.service),
          .grant = key.grant};
}

}  // namespace

Result<Caller> Authenticator::authenticate(const http::Request& request) const {
  std::shared_ptr<const KeyRing> ring = keys_.ring();
  if (ring == nullptr || request.door == http::Door::own) return caller_of(request, home_);
  std::optional<Signature> signature = TRY(read_signature(request));
  if (!signature) return nobody(home_);

  const Key* key = find(ring, signature->key_id);
  if (key == nullptr) return unrecognized("There is no such access key here.");
  const Instant now = now_();
  TRY(expect_in_time(*signature, now));
  TRY(expect_made_by(*signature, key->secret, request));
  TRY(expect_session(*key, signature->session_token));
  TRY(expect_not_expired(*key, now));
  return holder_of(*key, std::move(signature->scope));
}

Result<Caller> Authenticator::authenticate_reader(const http::Request& request) const {
  std::shared_ptr<const KeyRing> ring = keys_.ring();
  const std::optional<Password> given = read_password(request);
  if (ring == nullptr || request.door == http::Door::own || !given) return authenticate(request);
  const Key* key = TRY(find(ring, given->user, given->password));
  if (key->is_short_lived()) {
    return unrecognized(
        "This key is short-lived, and its session token cannot come as a password: sign the "
        "request.");
  }
  TRY(expect_not_expired(*key, now_()));
  return holder_of(*key, {.date = {}, .region = home_.region, .service = "mailrail"});
}

// Its secret is good as long as the ring is there.
const Key* Authenticator::find(std::shared_ptr<const KeyRing>& ring,
                               std::string_view key_id) const {
  if (const Key* known = ring->find(key_id)) return known;
  look_again_();
  ring = keys_.ring();
  return ring->find(key_id);
}

// Whoever has no such key learns nothing of which part of it was wrong.
Result<const Key*> Authenticator::find(std::shared_ptr<const KeyRing>& ring,
                                       std::string_view key_id,
                                       std::string_view secret) const {
  const Key* key = find(ring, key_id);
  if (key != nullptr && is_same(key->secret, secret)) return key;
  return unrecognized("There is no such access key here, or the secret is not its own.");
}

Result<Authenticator::Shown> Authenticator::check(const Credentials& credentials) const {
  std::shared_ptr<const KeyRing> ring = keys_.ring();
  if (ring == nullptr) return unrecognized("This server has no keys, and asks nobody for one.");
  const Key* key = TRY(find(ring, credentials.key_id, credentials.secret));
  TRY(expect_session(*key, credentials.session_token));
  TRY(expect_not_expired(*key, now_()));
  return Shown{.key_id = credentials.key_id, .secret_hash = hex(sha256(key->secret))};
}

Result<Caller> Authenticator::caller_of_shown(const Shown& shown) const {
  const std::shared_ptr<const KeyRing> ring = keys_.ring();
  const Key* key = ring == nullptr ? nullptr : ring->find(shown.key_id);
  if (key == nullptr || key->has_expired(now_()) || hex(sha256(key->secret)) != shown.secret_hash)
    return fail(errors::expired_token, "The access key is in force no more.");
  return holder_of(*key, {.date = {}, .region = home_.region, .service = {}});
}

Result<void> expect_signed_for(const Caller& caller, std::string_view service) {
  // Who is known by something else than a signature has signed for nothing in particular.
  if (caller.grant == nullptr || caller.grant->is_anonymous() || caller.service.empty() ||
      caller.service == service)
    return {};
  return fail(errors::invalid_signature,
              fmt::format("Credential should be scoped to correct service: '{}'.", service));
}

}  // namespace mailrail::auth
