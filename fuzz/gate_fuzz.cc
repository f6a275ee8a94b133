// Requests as they come out of the parser, before the gate. Whatever they hold, what is for
// operators passes no door but its own, and no page of another site has a call made by a script.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/dispatch.h"
#include "base/check.h"
#include "http/request_parser.h"
#include "server/gate.h"

namespace mailrail::server {
namespace {

void check(const http::Request& request, Gate::Options::Reach reach) {
  const Gate gate({.reach = reach, .host_names = {"queues.example", "*.test.example"}});
  if (gate.objection(request)) return;
  const std::string_view path = api::path_of(request);
  if (is_health_path(path)) return;
  if (request.door == http::Door::data) {
    CHECK(!request.header("X-Amz-Target").starts_with("Mailrail."));
    CHECK(path != "/metrics");
    CHECK(!path.starts_with("/_mailrail/") || path.starts_with("/_mailrail/standby/"));
  }
  CHECK(request.method != "POST" || request.header("Sec-Fetch-Site") != "cross-site");
  CHECK(request.header("Origin") != "null");
  if (reach == Gate::Options::Reach::machine)
    CHECK(!std::string_view(request.header("Host")).ends_with("evil.example"));
}

}  // namespace
}  // namespace mailrail::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail;
  using Reach = server::Gate::Options::Reach;
  if (size == 0) return 0;
  http::RequestParser parser(http::Limits{.header_bytes_max = 2048, .body_bytes_max = 64});
  parser.put({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!parser.is_done()) return 0;
  http::Request request = parser.take();
  request.door = (data[0] & 1) != 0 ? http::Door::all : http::Door::data;
  request.is_encrypted = (data[0] & 2) != 0;
  server::check(request, (data[0] & 4) != 0 ? Reach::network : Reach::machine);
  return 0;
}
