// The one error of a filter policy. Its message is AWS's reason alone, as "FilterPolicy: Filter
// policy is too complex". The action that was given the policy puts its own words before it:
// "Invalid parameter: " or "Invalid parameter: Attributes Reason: ".

#pragma once

#include "base/error.h"

namespace mailrail::sns::errors {

inline constexpr ErrorKind invalid_filter_policy{
    .name = "InvalidParameter", .query_code = "InvalidParameter", .http_status = 400};

}  // namespace mailrail::sns::errors
