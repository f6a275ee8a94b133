// The errors of SNS, each with the code that its clients know, and the sentences that many of them
// share.
//
// SNS speaks AWS Query alone, so a name is the code. Most of what is wrong with a request is an
// InvalidParameter, and tells what by its text.

#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "api/errors.h"
#include "base/result.h"
#include "base/shown.h"

namespace mailrail::sns::errors {

inline constexpr ErrorKind invalid_parameter_kind{
    .name = "InvalidParameter", .query_code = "InvalidParameter", .http_status = 400};
inline constexpr ErrorKind not_found_kind{
    .name = "NotFound", .query_code = "NotFound", .http_status = 404};
// Of a tagging action, where the others say NotFound.
inline constexpr ErrorKind resource_not_found_kind{
    .name = "ResourceNotFound", .query_code = "ResourceNotFound", .http_status = 404};
inline constexpr ErrorKind invalid_state_kind{
    .name = "InvalidState", .query_code = "InvalidState", .http_status = 400};
inline constexpr ErrorKind authorization_error_kind{
    .name = "AuthorizationError", .query_code = "AuthorizationError", .http_status = 403};
// Of a queue that is full, so that its clients wait and try again.
inline constexpr ErrorKind throttled_kind{
    .name = "Throttled", .query_code = "Throttled", .http_status = 429};
using api::errors::throttled;
inline constexpr ErrorKind topic_limit_exceeded_kind{
    .name = "TopicLimitExceeded", .query_code = "TopicLimitExceeded", .http_status = 403};
inline constexpr ErrorKind subscription_limit_exceeded_kind{
    .name = "SubscriptionLimitExceeded",
    .query_code = "SubscriptionLimitExceeded",
    .http_status = 403};
inline constexpr ErrorKind filter_policy_limit_exceeded_kind{
    .name = "FilterPolicyLimitExceeded",
    .query_code = "FilterPolicyLimitExceeded",
    .http_status = 403};
inline constexpr ErrorKind tag_limit_exceeded_kind{
    .name = "TagLimitExceeded", .query_code = "TagLimitExceeded", .http_status = 400};
// Of a message attribute.
inline constexpr ErrorKind parameter_value_invalid_kind{
    .name = "ParameterValueInvalid", .query_code = "ParameterValueInvalid", .http_status = 400};
inline constexpr ErrorKind empty_batch_request_kind{
    .name = "EmptyBatchRequest", .query_code = "EmptyBatchRequest", .http_status = 400};
inline constexpr ErrorKind too_many_entries_in_batch_request_kind{
    .name = "TooManyEntriesInBatchRequest",
    .query_code = "TooManyEntriesInBatchRequest",
    .http_status = 400};
inline constexpr ErrorKind batch_entry_ids_not_distinct_kind{
    .name = "BatchEntryIdsNotDistinct",
    .query_code = "BatchEntryIdsNotDistinct",
    .http_status = 400};
inline constexpr ErrorKind invalid_batch_entry_id_kind{
    .name = "InvalidBatchEntryId", .query_code = "InvalidBatchEntryId", .http_status = 400};
inline constexpr ErrorKind batch_request_too_long_kind{
    .name = "BatchRequestTooLong", .query_code = "BatchRequestTooLong", .http_status = 400};
// What the framework below the service says of a constraint in its model.
inline constexpr ErrorKind validation_error_kind{.name = "ValidationError",
                                                 .query_code = "ValidationError",
                                                 .http_status = 400,
                                                 .origin = ErrorOrigin::framework};

using mailrail::shown;

// `what` is a parameter's name, or a sentence.
inline std::unexpected<Error> invalid_parameter(std::string_view what) {
  return fail(invalid_parameter_kind, fmt::format("Invalid parameter: {}", shown(what)));
}

struct Reason {
  std::string_view parameter;
  std::string_view reason;
};

inline std::unexpected<Error> invalid_parameter(const Reason& why) {
  return fail(invalid_parameter_kind,
              fmt::format("Invalid parameter: {} Reason: {}", why.parameter, shown(why.reason)));
}

inline Error missing_parameter(std::string_view name) {
  return invalid_parameter({.parameter = name, .reason = "no value for required parameter"})
      .error();
}

struct Constraint {
  std::string_view value;
  std::string_view place;       // `tags.1.member.key`
  std::string_view constraint;  // `Member must not be null`
};

inline std::unexpected<Error> validation_error(const Constraint& broken) {
  return fail(
      validation_error_kind,
      fmt::format(
          "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}",
          shown(broken.value), broken.place, broken.constraint));
}

inline std::unexpected<Error> topic_not_found() {
  return fail(not_found_kind, "Topic does not exist");
}
inline std::unexpected<Error> subscription_not_found() {
  return fail(not_found_kind, "Subscription does not exist");
}

// --- Attributes. What is wrong with one is found without knowing how it was given, as a reason
// alone; the action puts before it what AWS has there.

enum class Given { among_attributes, alone };

inline std::unexpected<Error> invalid_attribute(std::string reason) {
  return fail(invalid_parameter_kind, std::move(reason));
}

inline std::unexpected<Error> as_given(Given given, const Error& reason) {
  const std::string_view prefix =
      given == Given::alone ? "Invalid parameter: " : "Invalid parameter: Attributes Reason: ";
  return fail(*reason.kind, fmt::format("{}{}", prefix, shown(reason.message)));
}

}  // namespace mailrail::sns::errors
