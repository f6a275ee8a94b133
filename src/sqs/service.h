// The SQS service: its name on the wire and its actions.
// What no action of it needs to know is in the modules below.

#pragma once

#include "api/service.h"

namespace mailrail::sqs {

api::Service service();

}  // namespace mailrail::sqs
