#include "server/standby_command.h"

#include <fmt/format.h>

#include "api/dispatch.h"
#include "server/administrator.h"

namespace mailrail::server {
namespace {

std::unexpected<http::Response> refuse(int status, std::string sentence) {
  return std::unexpected(http::text_response(status, std::move(sentence) + "\n"));
}

}  // namespace

std::expected<StandbyCommand, http::Response> parse_standby_command(
    http::ExchangeId exchange,
    const http::Request& request,
    const auth::Authenticator& authenticator) {
  const std::string_view path = api::path_of(request);
  if (path != promote_path && path != step_down_path)
    return refuse(404, "There is nothing at this path.");
  if (request.method != "POST") return refuse(405, "This is asked by POST.");
  if (request.header(node_header).empty())
    return refuse(403, fmt::format("The header {} must say who asks.", node_header));
  if (const Result<void> allowed = expect_administrator(request, authenticator); !allowed)
    return refuse(allowed.error().kind->http_status, allowed.error().message);
  using What = StandbyCommand::What;
  if (path == step_down_path) return StandbyCommand{.what = What::step_down, .exchange = exchange};
  const bool is_forced = request.target.ends_with(forced_query);
  return StandbyCommand{.what = is_forced ? What::force : What::promote, .exchange = exchange};
}

}  // namespace mailrail::server
