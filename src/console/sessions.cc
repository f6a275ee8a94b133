#include "console/sessions.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "auth/errors.h"
#include "base/digest.h"
#include "console/cookie.h"

namespace mailrail::console {
namespace {

// As a key's would be, for who needs none and is narrowed all the same.
std::shared_ptr<const auth::Grant> grant_without_key() {
  return std::make_shared<const auth::Grant>(
      auth::Grant{.key_id = "console", .name = "console", .roles = {auth::Role::admin}});
}

std::unexpected<Error> refuse_cookie_alone() {
  return fail(auth::errors::missing_authentication_token,
              fmt::format("The console's cookie counts only together with the header {}: 1.",
                          Sessions::header));
}

}  // namespace

void Sessions::name_cookie_after(std::uint16_t port) {
  cookie_name_ = fmt::format("mailrail-{}", port);
}

bool Sessions::is_of_console(const http::Request& request) const {
  if (request.headers.find("Authorization")) return false;
  return request.headers.find(header) || find_cookie(request.header("Cookie"), cookie_name_);
}

Result<auth::Caller> Sessions::authenticate(const http::Request& request) {
  if (is_of_console(request)) return caller_of(request);
  return parts_.authenticator.authenticate(request);
}

Result<auth::Caller> Sessions::caller_of(const http::Request& request) {
  if (request.header(header) != "1") return refuse_cookie_alone();
  auth::Caller caller =
      has_keys() ? TRY(holder_of(request)) : auth::caller_of(request, parts_.authenticator.home());
  const std::string_view region = request.header(region_header);
  if (auth::is_region(region)) caller.region = region;
  return narrowed(std::move(caller));
}

auth::Caller Sessions::narrowed(auth::Caller caller) const {
  if (options_.extent == auth::Extent::everything && options_.payloads == auth::Payloads::shown)
    return caller;
  auth::Grant grant = caller.grant == nullptr ? *grant_without_key() : *caller.grant;
  grant.extent = options_.extent;
  if (options_.payloads == auth::Payloads::hidden) grant.payloads = auth::Payloads::hidden;
  caller.grant = std::make_shared<const auth::Grant>(std::move(grant));
  return caller;
}

std::optional<std::string> Sessions::token_hash_of(const http::Request& request) const {
  const auto token = find_cookie(request.header("Cookie"), cookie_name_);
  if (!token) return std::nullopt;
  return hex(sha256(*token));
}

Result<auth::Caller> Sessions::holder_of(const http::Request& request) {
  const std::optional<std::string> hash = token_hash_of(request);
  if (!hash) return fail(auth::errors::missing_authentication_token, "Log in with an access key.");
  auth::Authenticator::Shown key;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = by_hash_.find(*hash);
    const Instant now = parts_.now();
    if (found == by_hash_.end() || now - found->second->begun >= lasts) {
      if (found != by_hash_.end()) erase(found->second);
      return fail(auth::errors::expired_token, "This session has ended. Log in again.");
    }
    key = found->second->key;
  }
  return parts_.authenticator.caller_of_shown(key);
}

Result<std::string> Sessions::begin(const auth::Credentials& credentials,
                                    std::string_view address) {
  const std::scoped_lock lock(mutex_);
  const Instant now = parts_.now();
  if (!limiter_.may_try(address, now))
    return fail(errors::too_many_attempts, "Too many logins have failed. Try again in a minute.");
  Result<auth::Authenticator::Shown> key = parts_.authenticator.check(credentials);
  if (!key) {
    limiter_.failed(address);
    return std::unexpected(std::move(key).error());
  }
  make_room_for(key->key_id);
  std::string token;
  for (int word = 0; word < 4; ++word) token += fmt::format("{:016x}", parts_.random.next());
  sessions_.push_back({.hash = hex(sha256(token)), .key = *std::move(key), .begun = now});
  by_hash_.emplace(sessions_.back().hash, std::prev(sessions_.end()));
  return token;
}

// The oldest of the same key goes first, so that nobody drives others out.
void Sessions::make_room_for(const std::string& key_id) {
  const auto is_of_key = [&](const Session& each) { return each.key.key_id == key_id; };
  const auto of_key = std::ranges::count_if(sessions_, is_of_key);
  if (static_cast<std::size_t>(of_key) >= of_key_max)
    return erase(std::ranges::find_if(sessions_, is_of_key));
  if (sessions_.size() >= sessions_max) erase(sessions_.begin());
}

void Sessions::erase(Place session) {
  by_hash_.erase(session->hash);
  sessions_.erase(session);
}

void Sessions::end(const http::Request& request) {
  const std::optional<std::string> hash = token_hash_of(request);
  if (!hash) return;
  const std::scoped_lock lock(mutex_);
  const auto found = by_hash_.find(*hash);
  if (found != by_hash_.end()) erase(found->second);
}

}  // namespace mailrail::console
