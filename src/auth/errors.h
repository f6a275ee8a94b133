// Errors of authentication, as AWS's framework says them before any service is asked.
// "SignatureDoesNotMatch", "InvalidClientTokenId" and so on are AWS Query's words; AWS JSON has its
// own, and clients see Query's beside them.

#pragma once

#include "base/error.h"

namespace mailrail::auth::errors {

inline constexpr ErrorKind missing_authentication_token{
    .name = "MissingAuthenticationTokenException",
    .query_code = "MissingAuthenticationToken",
    .http_status = 403,
    .origin = ErrorOrigin::framework};
// The key is not known, or its session token is not right.
inline constexpr ErrorKind unrecognized_client{.name = "UnrecognizedClientException",
                                               .query_code = "InvalidClientTokenId",
                                               .http_status = 403,
                                               .origin = ErrorOrigin::framework};
inline constexpr ErrorKind invalid_signature{.name = "InvalidSignatureException",
                                             .query_code = "SignatureDoesNotMatch",
                                             .http_status = 403,
                                             .origin = ErrorOrigin::framework};
inline constexpr ErrorKind incomplete_signature{.name = "IncompleteSignatureException",
                                                .query_code = "IncompleteSignature",
                                                .http_status = 400,
                                                .origin = ErrorOrigin::framework};
inline constexpr ErrorKind expired_token{.name = "ExpiredTokenException",
                                         .query_code = "ExpiredToken",
                                         .http_status = 403,
                                         .origin = ErrorOrigin::framework};
// A presigned URL's time is over.
inline constexpr ErrorKind request_expired{.name = "RequestExpiredException",
                                           .query_code = "RequestExpired",
                                           .http_status = 400,
                                           .origin = ErrorOrigin::framework};

}  // namespace mailrail::auth::errors
