// Errors that any service may answer with, whatever the action: what AWS's framework says below its services.

#pragma once

#include "base/error.h"

namespace mailrail::api::errors {

inline constexpr ErrorKind missing_parameter{.name = "MissingRequiredParameterException",
                                             .query_code = "MissingParameter",
                                             .http_status = 400,
                                             .origin = ErrorOrigin::framework};
inline constexpr ErrorKind invalid_parameter_value{.name = "InvalidParameterValueException",
                                                   .query_code = "InvalidParameterValue",
                                                   .http_status = 400,
                                                   .origin = ErrorOrigin::framework};
inline constexpr ErrorKind serialization{.name = "SerializationException",
                                         .query_code = "MalformedInput",
                                         .http_status = 400,
                                         .origin = ErrorOrigin::framework};
inline constexpr ErrorKind unknown_operation{.name = "UnknownOperationException",
                                             .query_code = "InvalidAction",
                                             .http_status = 400,
                                             .origin = ErrorOrigin::framework};
inline constexpr ErrorKind service_unavailable{.name = "ServiceUnavailable",
                                               .query_code = "ServiceUnavailable",
                                               .http_status = 503,
                                               .origin = ErrorOrigin::framework};
inline constexpr ErrorKind internal_failure{.name = "InternalFailure",
                                            .query_code = "InternalFailure",
                                            .http_status = 500,
                                            .origin = ErrorOrigin::framework};

}  // namespace mailrail::api::errors
