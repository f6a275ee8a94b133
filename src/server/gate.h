// Gate: turns requests away that nobody should ask, before anyone looks at what they ask.
//
// A page in a browser reaches servers that its author does not: by a form or a script of a foreign
// page, or under a name of the author's that he has pointed at this machine (DNS rebinding). So a
// request from a foreign page is refused, and one for a host that nothing says is this one. What is
// for operators is refused where a server is open to its network, but for the place set apart for
// it. It judges by a request's head alone, on any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace mailrail::errors {

// Whatever it asks, and whoever it is.
inline constexpr ErrorKind turned_away{.name = "AccessDeniedException",
                                       .query_code = "AccessDenied",
                                       .http_status = 403,
                                       .origin = ErrorOrigin::framework};
// SDKs know the code, or the status, and slow down.
inline constexpr ErrorKind too_fast{.name = "RequestThrottled",
                                    .query_code = "RequestThrottled",
                                    .http_status = 429,
                                    .origin = ErrorOrigin::framework};

}  // namespace mailrail::errors

namespace mailrail::server {

// What a server tells of its own health; to anybody, by any name.
bool is_health_path(std::string_view path);

// A call of the administrative API.
bool is_call_of_operators(const http::Request& request);

class Gate {
 public:
  struct Options {
    // Who can reach the server: only its own machine, or others.
    enum class Reach : std::uint8_t { machine, network };

    Reach reach = Reach::machine;
    std::vector<std::string> host_names = {};  // Of this server; "*.example.com" for all below.
    std::string admin_place = {};              // Where administration is set apart, HOST:PORT.
  };

  explicit Gate(Options options) : options_(std::move(options)) {}

  // Why it may not pass; nothing if it may.
  std::optional<Error> objection(const http::Request& request) const;

 private:
  bool is_known(std::string_view host) const;
  Error wrong_door() const;

  const Options options_;
};

}  // namespace mailrail::server
