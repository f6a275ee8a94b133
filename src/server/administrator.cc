#include "server/administrator.h"

#include <algorithm>

#include "auth/errors.h"

namespace mailrail::server {

Result<void> expect_administrator(const http::Request& request,
                                  const auth::Authenticator& authenticator) {
  const auth::Caller caller = TRY(authenticator.authenticate(request));
  if (caller.grant == nullptr) return {};  // There are no keys.
  if (std::ranges::find(caller.grant->roles, auth::Role::admin) != caller.grant->roles.end())
    return auth::expect_signed_for(caller, caller.service == "sqs" ? "sqs" : "mailrail");
  return fail(auth::errors::missing_authentication_token,
              "This needs the key of an administrator.");
}

}  // namespace mailrail::server
