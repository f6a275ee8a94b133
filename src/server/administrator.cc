#include "server/administrator.h"

#include "auth/authorization.h"
#include "auth/errors.h"

namespace mailrail::server {
namespace {

// Of a caller who has shown who he is, or has not.
Result<void> expect_role(const auth::Caller& caller, auth::Roles roles, std::string sentence) {
  if (caller.grant == nullptr) return {};  // There are no keys.
  const auth::Right right{.service = "mailrail",
                          .action = "",
                          .about = auth::About::server,
                          .roles = roles,
                          .sharing = auth::Sharing::nobody};
  if (auth::judge({.grant = *caller.grant,
                   .account = caller.account,
                   .right = right,
                   .owner = auth::default_account}) != auth::Verdict::allowed)
    return fail(auth::errors::missing_authentication_token, std::move(sentence));
  return auth::expect_signed_for(caller, caller.service == "sqs" ? "sqs" : "mailrail");
}

}  // namespace

Result<void> expect_administrator(const http::Request& request,
                                  const auth::Authenticator& authenticator) {
  return expect_role(TRY(authenticator.authenticate(request)), {},
                     "This needs the key of an administrator, without patterns and made without "
                     "--account.");
}

Result<void> expect_viewer(const http::Request& request, const auth::Authenticator& authenticator) {
  return expect_role(TRY(authenticator.authenticate_reader(request)),
                     {auth::Role::operations, auth::Role::view},
                     "This needs a key that may view, without patterns and made without --account: "
                     "its id and secret as user and password (curl -u ID:SECRET, or basic_auth in "
                     "prometheus.yml), or a signature.");
}

}  // namespace mailrail::server
