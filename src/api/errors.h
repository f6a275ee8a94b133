// Errors that any service may answer with, whatever the action: what AWS's framework says below its
// services.
// Each has the spelling of both protocols; clients tell them from a service's own by the namespace.

#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace mailrail::api::errors {

inline constexpr ErrorKind missing_required_parameter{.name = "MissingRequiredParameterException",
                                                      .query_code = "MissingParameter",
                                                      .http_status = 400,
                                                      .origin = ErrorOrigin::framework};
inline constexpr ErrorKind invalid_parameter_value{.name = "InvalidParameterValueException",
                                                   .query_code = "InvalidParameterValue",
                                                   .http_status = 400,
                                                   .origin = ErrorOrigin::framework};
inline constexpr ErrorKind serialization{// A JSON request that can't be decoded.
                                         .name = "SerializationException",
                                         .query_code = "SerializationException",
                                         .http_status = 400,
                                         .origin = ErrorOrigin::framework};
inline constexpr ErrorKind malformed_input{// A Query request that can't be decoded.
                                           .name = "MalformedInputException",
                                           .query_code = "MalformedInput",
                                           .http_status = 400,
                                           .origin = ErrorOrigin::framework};
inline constexpr ErrorKind unknown_operation{// JSON.
                                             .name = "UnknownOperationException",
                                             .query_code = "UnknownOperationException",
                                             .http_status = 400,
                                             .origin = ErrorOrigin::framework};
inline constexpr ErrorKind invalid_action{// Query.
                                          .name = "InvalidActionException",
                                          .query_code = "InvalidAction",
                                          .http_status = 400,
                                          .origin = ErrorOrigin::framework};
inline constexpr ErrorKind method_not_allowed{// Of HTTP.
                                              .name = "MethodNotAllowed",
                                              .query_code = "MethodNotAllowed",
                                              .http_status = 405,
                                              .origin = ErrorOrigin::framework};
inline constexpr ErrorKind no_such_version{// Query.
                                           .name = "NoSuchVersionException",
                                           .query_code = "NoSuchVersion",
                                           .http_status = 400,
                                           .origin = ErrorOrigin::framework};
inline constexpr ErrorKind access_denied{.name = "AccessDeniedException",
                                         .query_code = "AccessDenied",
                                         .http_status = 403,
                                         .origin = ErrorOrigin::framework};
inline constexpr ErrorKind service_unavailable{.name = "ServiceUnavailable",
                                               .query_code = "ServiceUnavailable",
                                               .http_status = 503,
                                               .origin = ErrorOrigin::framework};
// A rate is exceeded, of a key or of a queue. SNS has another word for it.
inline constexpr ErrorKind request_throttled{
    .name = "RequestThrottled", .query_code = "RequestThrottled", .http_status = 403};
inline constexpr ErrorKind throttled{
    .name = "Throttled", .query_code = "Throttled", .http_status = 429};
// A limit of the server is met. To a client they are the same.
inline constexpr ErrorKind disk_is_full = service_unavailable;
inline constexpr ErrorKind memory_is_full = service_unavailable;
inline constexpr ErrorKind calls_are_too_many = service_unavailable;
inline constexpr ErrorKind internal_failure{.name = "InternalFailure",
                                            .query_code = "InternalFailure",
                                            .http_status = 500,
                                            .origin = ErrorOrigin::framework};

}  // namespace mailrail::api::errors

namespace mailrail::api {

inline Error missing_parameter(std::string_view name) {
  return {.kind = &errors::missing_required_parameter,
          .message = "The request must contain the parameter " + std::string(name) + "."};
}

}  // namespace mailrail::api
