// StandbyCommand: what an operator, or another node, asks this node itself about the ownership of
// the log: POST /_mailrail/standby/promote and /_mailrail/standby/step-down.
//
// Both need a header that no form of a browser can send, and where keys are in force that of an
// administrator. Answers are sentences, as plain text.

#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "auth/authenticator.h"
#include "http/message.h"
#include "http/server.h"

namespace mailrail::server {

struct StandbyCommand {
  enum class What : std::uint8_t {
    promote,    // Take the log over, once the owner has stepped down.
    force,      // Also if the owner does not answer.
    step_down,  // Give the log back.
  };

  What what;
  http::ExchangeId exchange;
};

inline constexpr std::string_view standby_path = "/_mailrail/standby/";
inline constexpr std::string_view promote_path = "/_mailrail/standby/promote";
inline constexpr std::string_view step_down_path = "/_mailrail/standby/step-down";
inline constexpr std::string_view forced_query = "?force";
// Who asks.
inline constexpr std::string_view node_header = "X-Mailrail-Node";

// What is asked, or the answer if it is nothing of that kind.
std::expected<StandbyCommand, http::Response> parse_standby_command(
    http::ExchangeId exchange,
    const http::Request& request,
    const auth::Authenticator& authenticator);

}  // namespace mailrail::server
