// The errors of SQS, each with every spelling its clients know, and the sentences that many of them
// share.
//
// JSON clients see the name, Query clients the code, and JSON clients the code too, in a header:
// programs match on it. The framework below the service has errors of its own, whose names change
// between the protocols.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "api/errors.h"
#include "base/result.h"
#include "base/shown.h"

namespace mailrail::sqs::errors {

// Queues.
inline constexpr ErrorKind queue_does_not_exist{
    .name = "QueueDoesNotExist",
    .query_code = "AWS.SimpleQueueService.NonExistentQueue",
    .http_status = 400,
    .query_message = "The specified queue does not exist for this wsdl version."};
inline constexpr ErrorKind queue_name_exists{
    .name = "QueueNameExists", .query_code = "QueueAlreadyExists", .http_status = 400};
inline constexpr ErrorKind queue_deleted_recently{
    .name = "QueueDeletedRecently",
    .query_code = "AWS.SimpleQueueService.QueueDeletedRecently",
    .http_status = 400};
inline constexpr ErrorKind purge_queue_in_progress{
    .name = "PurgeQueueInProgress",
    .query_code = "AWS.SimpleQueueService.PurgeQueueInProgress",
    .http_status = 403};
inline constexpr ErrorKind invalid_attribute_name{
    .name = "InvalidAttributeName", .query_code = "InvalidAttributeName", .http_status = 400};
inline constexpr ErrorKind invalid_attribute_value{
    .name = "InvalidAttributeValue", .query_code = "InvalidAttributeValue", .http_status = 400};

// Message move tasks.
inline constexpr ErrorKind unsupported_operation{
    .name = "UnsupportedOperation",
    .query_code = "AWS.SimpleQueueService.UnsupportedOperation",
    .http_status = 400};
inline constexpr ErrorKind resource_not_found{.name = "ResourceNotFoundException",
                                              .query_code = "ResourceNotFoundException",
                                              .http_status = 404};

// Batches.
inline constexpr ErrorKind empty_batch_request{
    .name = "EmptyBatchRequest",
    .query_code = "AWS.SimpleQueueService.EmptyBatchRequest",
    .http_status = 400};
inline constexpr ErrorKind too_many_entries_in_batch_request{
    .name = "TooManyEntriesInBatchRequest",
    .query_code = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    .http_status = 400};
inline constexpr ErrorKind invalid_batch_entry_id{
    .name = "InvalidBatchEntryId",
    .query_code = "AWS.SimpleQueueService.InvalidBatchEntryId",
    .http_status = 400};
inline constexpr ErrorKind batch_entry_ids_not_distinct{
    .name = "BatchEntryIdsNotDistinct",
    .query_code = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    .http_status = 400};
inline constexpr ErrorKind batch_request_too_long{
    .name = "BatchRequestTooLong",
    .query_code = "AWS.SimpleQueueService.BatchRequestTooLong",
    .http_status = 400};

// Messages.
inline constexpr ErrorKind invalid_message_contents{
    .name = "InvalidMessageContents", .query_code = "InvalidMessageContents", .http_status = 400};
inline constexpr ErrorKind empty_value{// Of a batch entry alone.
                                       .name = "EmptyValue",
                                       .query_code = "EmptyValue",
                                       .http_status = 400};
inline constexpr ErrorKind receipt_handle_is_invalid{
    .name = "ReceiptHandleIsInvalid", .query_code = "ReceiptHandleIsInvalid", .http_status = 404};
inline constexpr ErrorKind over_limit{
    .name = "OverLimit", .query_code = "OverLimit", .http_status = 403};

// The framework's, below every service.
using api::errors::invalid_parameter_value;
using api::errors::request_throttled;

using mailrail::shown;

inline std::unexpected<Error> missing_parameter(std::string_view parameter) {
  return std::unexpected(api::missing_parameter(parameter));
}

struct Parameter {
  std::string_view name;
  std::string_view value;
};

// `reason` has no full stop.
inline std::unexpected<Error> invalid_parameter(const Parameter& parameter,
                                                std::string_view reason) {
  return fail(invalid_parameter_value,
              fmt::format("Value {} for parameter {} is invalid. Reason: {}.",
                          shown(parameter.value), parameter.name, reason));
}

inline std::unexpected<Error> unknown_attribute(std::string_view attribute) {
  return fail(invalid_attribute_name, fmt::format("Unknown Attribute {}.", shown(attribute)));
}

}  // namespace mailrail::sqs::errors
