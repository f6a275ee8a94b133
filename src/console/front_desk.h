// FrontDesk: what the console asks of the process itself, whoever owns the log: its pages, and who
// is logged in.
//
// It answers at once, on any thread, and leaves all other requests to others.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/server_view.h"
#include "console/options.h"
#include "console/pages.h"
#include "console/sessions.h"
#include "http/message.h"

namespace mailrail::console {

class FrontDesk {
 public:
  static constexpr std::string_view session_path = "/_mailrail/session";

  struct Place {
    // Where clients of queues ask, if that is another port than the console's; else 0.
    std::uint16_t data_port = 0;
    std::string account;
    std::string region;
  };
  FrontDesk(Sessions& sessions, const api::ServerView& view, const Options& options, Place place);

  std::optional<http::Response> answer(const http::Request& request);

 private:
  http::Response answer_session(const http::Request& request);
  http::Response describe(const http::Request& request);
  http::Response log_in(const http::Request& request);
  http::Response log_out(const http::Request& request);
  std::string endpoint_of(const http::Request& request) const;

  Sessions& sessions_;
  const api::ServerView& view_;
  const Options options_;
  const Place place_;
  const Pages pages_;
};

// As AWS JSON says it.
http::Response refusal(const Error& error);
// What is never kept by anybody.
http::Response json_response(std::string body);

}  // namespace mailrail::console
