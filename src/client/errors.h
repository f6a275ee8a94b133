// The kinds of errors of a client: who has to do something, the caller, the operator or nobody but
// time.
//
// What exactly a service said is in the sentence; its own code is Client::last_refusal().

#pragma once

#include "base/error.h"

namespace mailrail::client::errors {

using namespace mailrail::errors;

// What was set up, in the environment or in a file, can't be used.
inline constexpr ErrorKind settings{
    .name = "Settings", .query_code = "Settings", .http_status = 400};
// By the service, for what was asked.
inline constexpr ErrorKind refused{.name = "Refused", .query_code = "Refused", .http_status = 400};
inline constexpr ErrorKind not_found{
    .name = "NotFound", .query_code = "NotFound", .http_status = 404};
// By the service, for who asked.
inline constexpr ErrorKind denied{.name = "Denied", .query_code = "Denied", .http_status = 403};
// By us: it would change AWS, or destroy something, and nobody said that it may.
inline constexpr ErrorKind unconfirmed{
    .name = "Unconfirmed", .query_code = "Unconfirmed", .http_status = 400};
// There is no room, or it goes too fast.
inline constexpr ErrorKind over_quota{
    .name = "OverQuota", .query_code = "OverQuota", .http_status = 429};
// There was no answer. The request may have been done unless it is not_sent.
inline constexpr ErrorKind not_sent{.name = "NotSent", .query_code = "NotSent", .http_status = 503};
inline constexpr ErrorKind no_answer{
    .name = "NoAnswer", .query_code = "NoAnswer", .http_status = 503};
// There was none, also after some tries.
inline constexpr ErrorKind unreachable{
    .name = "Unreachable", .query_code = "Unreachable", .http_status = 503};

}  // namespace mailrail::client::errors
