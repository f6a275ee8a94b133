// The canonical form of a request: the one text that client and server both make of it, and sign.
//
// "The canonical request: HTTPMethod, CanonicalURI, CanonicalQueryString, CanonicalHeaders,
// SignedHeaders, HashedPayload." (AWS Signature Version 4) Only what SQS and SNS do is here: paths
// are normalised and encoded once more. Parameters count as they are understood, so no two requests
// that mean different things have the same form, but for the order of a repeated parameter.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace mailrail::auth {

// Of a query string, decoded: percent-escapes, and `+` for a space.
struct QueryParameter {
  std::string name;
  std::string value;

  friend auto operator<=>(const QueryParameter&, const QueryParameter&) = default;
};

std::vector<QueryParameter> query_parameters(std::string_view query_string);

// RFC 3986: letters, digits and `-._~` stay.
std::string percent_encoded(std::string_view text);

// Repeated slashes and the segments `.` and `..` are resolved.
std::string canonical_path(std::string_view path);

// Sorted, without X-Amz-Signature.
std::string canonical_query(std::vector<QueryParameter> parameters);

// Of all headers of that name, which is in lower case: `value1,value2`.
std::string canonical_value(const http::Headers& headers, std::string_view name);

// The headers' names are in lower case: `host;x-amz-date`.
std::string canonical_request(const http::Request& request,
                              std::string_view signed_headers,
                              std::string_view payload_hash);

}  // namespace mailrail::auth
