// AWS Signature Version 4: how a client proves that it holds a key without showing it.
//
// Clients sign their requests here, in headers or in a URL; what a server makes of that is
// signature.h's. Both come to signature_of(). The request must have its Host, and is to be sent as
// it was signed.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "http/message.h"

namespace mailrail::auth {

inline constexpr std::string_view signature_algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view scope_end = "aws4_request";

struct Credentials {
  std::string key_id;
  std::string secret;
  std::string session_token = {};  // Of short-lived ones; else empty.
};

// Where and when a signature is good: `20150830/us-east-1/sqs/aws4_request`.
struct Scope {
  std::string date;
  std::string region;
  std::string service;

  std::string text() const;

  friend bool operator==(const Scope&, const Scope&) = default;
};

// `20150830T123600Z`.
std::string signature_time(Instant time);
std::optional<Instant> parse_signature_time(std::string_view text);

// Of a canonical request, in hexadecimal.
std::string signature_of(std::string_view canonical_request,
                         std::string_view secret,
                         const Scope& scope,
                         std::string_view time);

struct Signing {
  Credentials credentials;
  std::string region;
  std::string service;
  Instant time;
};

// Headers to add to the request: Authorization, X-Amz-Date, and X-Amz-Security-Token if there is
// one. Host, Content-Type and all X-Amz-* that it has are signed with them, and the body.
std::vector<std::pair<std::string, std::string>> sign(const http::Request& request,
                                                      const Signing& signing);

// The target to ask for instead: whoever has it may send this request, that long. Of the headers
// Host alone is signed.
std::string presign(const http::Request& request, const Signing& signing, Duration lasts);

}  // namespace mailrail::auth
