// The administrative API: what an operator asks of a server that AWS has no action for.
//
// It speaks AWS JSON 1.0 only: a POST with `X-Amz-Target: Mailrail.ListParkedConversations` and the
// like. It has the port of the other services, so it is for loopback.

#pragma once

#include "api/service.h"

namespace mailrail::admin {

api::Service service();

}  // namespace mailrail::admin
