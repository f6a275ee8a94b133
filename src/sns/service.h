// The SNS service: its name on the wire and its actions.
// What no action of it needs to know is in the modules below.

#pragma once

#include "api/service.h"

namespace mailrail::sns {

api::Service service();

}  // namespace mailrail::sns
