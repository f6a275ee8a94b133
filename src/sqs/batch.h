// What the batch actions share: how an entry that failed is told.
// One entry's failure is not the request's: it is told in the answer, beside those that succeeded.

#pragma once

#include <string>

#include "base/error.h"
#include "sqs/batch_shapes.h"

namespace mailrail::sqs {

// The code is Query's in every protocol.
inline BatchResultErrorEntry failed_entry(const std::string& id, const Error& error) {
  return {.id = id,
          .sender_fault = error.kind->http_status < 500,
          .code = std::string(error.kind->query_code),
          .message = error.message};
}

}  // namespace mailrail::sqs
