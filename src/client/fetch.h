// fetch(): one request, and its answer with all that is in it. For the command line, which has
// nothing to do meanwhile: it blocks.
//
// It goes wherever it is told, follows no redirect, and asks no proxy.

#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "client/http_request.h"

namespace mailrail::client {

// An answer with a longer head or body is none.
inline constexpr std::size_t fetched_bytes_max = std::size_t{64} << 20;

struct HttpAnswer {
  int status = 0;
  Headers headers = {};
  std::string body = {};
};

// Any status is an answer. The error says in a sentence why there is none.
Result<HttpAnswer> fetch(const HttpRequest& request);

}  // namespace mailrail::client
