// What we send to an HTTP server elsewhere: always a POST, body and all.
//
// The URL is http or https, and may carry a name and password (Basic). Only these headers are
// sent, and Host, Content-Length and Authorization, which come from the URL and the body. Nothing
// is guessed: a header that could not be sent as it stands is refused.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace mailrail::client {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string url;
  Headers headers = {};
  std::string body = {};
  Duration timeout = 15s;  // From looking up the name to the last byte of the answer.
};

}  // namespace mailrail::client
