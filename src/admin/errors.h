// The errors of the administrative API, beside those that it shares with SQS and SNS.
//
// Their names are ours and stay as they are: programs match on them.

#pragma once

#include "base/error.h"

namespace mailrail::admin::errors {

inline constexpr ErrorKind backup_not_supported{
    .name = "BackupNotSupported", .query_code = "BackupNotSupported", .http_status = 400};
inline constexpr ErrorKind conversation_does_not_exist{.name = "ConversationDoesNotExist",
                                                       .query_code = "ConversationDoesNotExist",
                                                       .http_status = 404};
inline constexpr ErrorKind conversation_not_parked{
    .name = "ConversationNotParked", .query_code = "ConversationNotParked", .http_status = 400};
inline constexpr ErrorKind head_in_flight{
    .name = "HeadInFlight", .query_code = "HeadInFlight", .http_status = 400};
inline constexpr ErrorKind head_is_another{
    .name = "HeadIsAnother", .query_code = "HeadIsAnother", .http_status = 400};
inline constexpr ErrorKind head_unreadable{
    .name = "HeadUnreadable", .query_code = "HeadUnreadable", .http_status = 400};
inline constexpr ErrorKind no_dead_letter_queue{
    .name = "NoDeadLetterQueue", .query_code = "NoDeadLetterQueue", .http_status = 400};
inline constexpr ErrorKind topic_does_not_exist{
    .name = "TopicDoesNotExist", .query_code = "TopicDoesNotExist", .http_status = 404};

}  // namespace mailrail::admin::errors
