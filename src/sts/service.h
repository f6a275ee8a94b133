// The AWS Security Token Service, as far as a caller can ask it who it is.
// AWS Query only. It gives out no credentials: `mailrail key` does.

#pragma once

#include "api/service.h"

namespace mailrail::sts {

api::Service service();

}  // namespace mailrail::sts
