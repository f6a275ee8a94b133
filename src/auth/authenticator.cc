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

// Nothing that the request says of itself is heard.
Caller nobody() {
  static const auto no_grant = std::make_shared<const Grant>();
  Caller caller{.grant = no_grant};
  caller.user = caller.account;
  return caller;
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
  if (!signature) return nobody();

  const Key* key = find(ring, signature->key_id);
  if (key == nullptr) return unrecognized("There is no such access key here.");
  const Instant now = now_();
  TRY(expect_in_time(*signature, now));
  TRY(expect_made_by(*signature, key->secret, request));
  TRY(expect_session(*key, signature->session_token));
  if (key->has_expired(now)) {
    return fail(errors::expired_token, "The security token included in the request is expired.");
  }
  return holder_of(*key, std::move(signature->scope));
}

const Key* Authenticator::find(std::shared_ptr<const KeyRing>& ring,
                               std::string_view key_id) const {
  const Key* key = ring->find(key_id);
  if (key != nullptr) return key;
  look_again_();
  ring = keys_.ring();
  return ring->find(key_id);
}

// Whoever has no such key learns nothing of which part of it was wrong.
Result<Authenticator::Shown> Authenticator::check(const Credentials& credentials) const {
  std::shared_ptr<const KeyRing> ring = keys_.ring();
  if (ring == nullptr) return unrecognized("This server has no keys, and asks nobody for one.");
  const Key* key = find(ring, credentials.key_id);
  const std::string shown = hex(sha256(credentials.secret));
  const std::string right = hex(sha256(key == nullptr ? std::string_view() : key->secret));
  if (CRYPTO_memcmp(shown.data(), right.data(), right.size()) != 0 || key == nullptr)
    return unrecognized("There is no such access key here, or its secret is another one.");
  TRY(expect_session(*key, credentials.session_token));
  if (key->has_expired(now_())) return fail(errors::expired_token, "The access key has expired.");
  return Shown{.key_id = credentials.key_id, .secret_hash = shown};
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
