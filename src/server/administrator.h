// Who may ask the process itself, by a request that is no call of a service. While no keys are in
// force that is anybody whom the gate let pass.
//
// What it tells and does is about all accounts and all names: it is for keys that are made for none
// in particular.

#pragma once

#include "auth/authenticator.h"
#include "base/result.h"
#include "http/message.h"

namespace mailrail::server {

// An administrator, by a request that is signed with such a key.
Result<void> expect_administrator(const http::Request& request,
                                  const auth::Authenticator& authenticator);

// Whoever may look at everything. It need not be signed: see Authenticator::authenticate_reader().
Result<void> expect_viewer(const http::Request& request, const auth::Authenticator& authenticator);

}  // namespace mailrail::server
