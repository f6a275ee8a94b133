// Signature: what a request says of how it was signed, in its headers or in its URL.
//
// Nothing is believed yet. What would leave open what was signed is refused here: a header of AWS's
// that is not signed, a parameter that is there twice, a path with `..`. Whether the signature is
// that of a key, the authenticator finds out.

#pragma once

#include <optional>
#include <string>

#include "auth/sigv4.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace mailrail::auth {

struct Signature {
  std::string key_id;
  Scope scope;
  std::string time;  // As it was signed.
  Instant signed_at;
  std::optional<Duration> lasts = {};  // Of a presigned URL.
  std::string signed_headers;          // `host;x-amz-date`
  std::string session_token;           // Empty: none.
  // The hash of the body, as the client says it; else it is that of the body.
  std::optional<std::string> payload_hash = {};
  std::string text;  // 64 hexadecimal digits, if it is one.
};

// Nothing if the request is not signed.
Result<std::optional<Signature>> read_signature(const http::Request& request);

// Refuses one that is too old, or not valid yet.
Result<void> expect_in_time(const Signature& signature, Instant now);

// Refuses one that another secret has made, or for another request. The body is looked at only
// here.
Result<void> expect_made_by(const Signature& signature,
                            std::string_view secret,
                            const http::Request& request);

}  // namespace mailrail::auth
