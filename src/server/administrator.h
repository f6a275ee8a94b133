// Who may ask the process itself: an administrator, by a request signed with such a key. While no
// keys are in force that is anybody whom the gate let pass.

#pragma once

#include "auth/authenticator.h"
#include "base/result.h"
#include "http/message.h"

namespace mailrail::server {

Result<void> expect_administrator(const http::Request& request,
                                  const auth::Authenticator& authenticator);

}  // namespace mailrail::server
