// The SQS service: its name on the wire and its actions.

#pragma once

#include "api/service.h"

namespace mailrail::sqs {

api::Service service();

}  // namespace mailrail::sqs
