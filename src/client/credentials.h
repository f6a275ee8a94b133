// The key that requests are signed with, found where the AWS tools look for it.
//
// A profile that an option names goes before the variables; otherwise AWS_ACCESS_KEY_ID and its
// companions do, then the profile's keys, then what its credential_process prints. What needs a
// sign-in or another service's word (SSO, roles, an instance's own) is none of ours: a
// credential_process can bring it. No error shows a secret.

#pragma once

#include <optional>
#include <string>

#include "auth/sigv4.h"
#include "base/result.h"
#include "client/profile.h"
#include "client/surroundings.h"

namespace mailrail::client {

// None if nobody has set one up.
Result<std::optional<auth::Credentials>> credentials_of(const Profile& profile,
                                                        const Surroundings& surroundings);

}  // namespace mailrail::client
