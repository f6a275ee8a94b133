// What we send to an HTTP server elsewhere, body and all.
//
// The URL is http or https, and may carry a name and password (Basic). Only these headers are
// sent, and Host, Content-Length and Authorization, which come from the URL and the body, unless
// Host is among them. Nothing is guessed: what could not be sent as it stands is refused.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/permit.h"
#include "base/time.h"

namespace mailrail::client {

using Headers = std::vector<std::pair<std::string, std::string>>;

// What becomes of the head and body of an answer.
enum class Response : std::uint8_t { keep, discard };

// Whose certificate is believed: one that leads to a root that is trusted, or any, which is for
// asking this very machine how it is and nothing else.
enum class Trust : std::uint8_t { verified, any };

struct HttpRequest {
  std::string url;
  Headers headers = {};
  std::string body = {};
  Duration timeout = 15s;  // From looking up the name to the last byte of the answer.
  std::string method = "POST";
  std::string target = {};         // Instead of the URL's path and query, as it stands.
  const Permit* permit = nullptr;  // If there is one, nothing is sent without it.
  Trust trust = Trust::verified;
};

}  // namespace mailrail::client
