// TestRequest: what a test asks of a server that was started with --test-api: that everything is
// gone, an account of its own for some time, a later time.
//
//   POST /_mailrail/reset[?prefix=NAME&account=ID]   queues and topics, all or those
//   GET, POST /_mailrail/clock {"advance": "30s"}    what time it is, after it was made later
//   POST /_mailrail/namespaces {"ttl": "10m"}        an account that nobody else uses
//   DELETE /_mailrail/namespaces/ID                  with all that is in it
//
// Whatever names an origin comes from a browser, and is refused: a page could ask all this.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "http/message.h"

namespace mailrail::server {

// Which queues and topics: those whose account and whose name's beginning are these.
struct Selection {
  std::optional<std::string> account = {};
  std::string prefix = {};

  bool takes(std::string_view of_account, std::string_view name) const {
    return (!account || *account == of_account) && name.starts_with(prefix);
  }
};

struct Reset {
  Selection selection;
};
struct AdvanceClock {
  Duration time;  // May be nothing.
};
struct OpenNamespace {
  Duration time_to_live;
};
struct CloseNamespace {
  std::string account;
};
using TestRequest = std::variant<Reset, AdvanceClock, OpenNamespace, CloseNamespace>;

inline constexpr Duration advance_max = 366 * 24h;
inline constexpr Duration time_to_live_default = 1h;
inline constexpr Duration time_to_live_max = 24h;

// What is asked, or the answer if it is nothing of that kind.
std::expected<TestRequest, http::Response> parse_test_request(const http::Request& request);

}  // namespace mailrail::server
