// Target: where a request goes, read from its URL before anything is sent.
//
// libcurl reads the same URL by the same rules, so there are no two opinions on what its host is.

#pragma once

#include <string>

#include "base/result.h"

namespace mailrail::client {

// "host:port", in small letters, an IPv6 address in brackets: "example.com:443". Without the name
// and password, so that it may be shown.
struct Target {
  std::string authority;

  friend bool operator==(const Target&, const Target&) = default;
};

// Only http and https. The error shows neither password nor path.
Result<Target> parse_target(const std::string& url);

}  // namespace mailrail::client
