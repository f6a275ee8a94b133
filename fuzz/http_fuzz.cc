// Requests as no client should send them. However the bytes are cut, what comes out of the parser
// is the same request, and it never leaves more unread than a header may be long.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/request_parser.h"

namespace mailrail::http {
namespace {

constexpr Limits limits{.header_bytes_max = 512, .body_bytes_max = 2048};

struct Parsed {
  bool is_done = false;
  int refused_with = 0;
  bool keeps_alive = false;
  std::size_t taken = 0;
  Request request = {};
};

Parsed parse(std::string_view bytes, std::size_t step) {
  RequestParser parser(limits);
  Parsed parsed;
  std::string pending;
  while (!bytes.empty() && !parser.is_done() && !parser.refusal()) {
    pending += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    const std::size_t taken = parser.put(pending);
    CHECK(taken <= pending.size());
    pending.erase(0, taken);
    parsed.taken += taken;
    CHECK(parser.body_bytes() <= limits.body_bytes_max);
    CHECK(parser.is_done() || parser.refusal() || pending.size() <= limits.header_bytes_max);
  }
  parsed.is_done = parser.is_done();
  if (parser.refusal()) parsed.refused_with = parser.refusal()->status;
  CHECK(!parsed.is_done || parsed.refused_with == 0);
  if (parsed.is_done) {
    parsed.keeps_alive = parser.keeps_alive();
    parsed.request = parser.take();
  }
  return parsed;
}

void check_same(const Parsed& whole, const Parsed& in_parts) {
  // Folded lines and white space count against the header's limit only while they wait for more.
  if (whole.refused_with == 431 || in_parts.refused_with == 431) return;
  CHECK(whole.is_done == in_parts.is_done);
  if (!whole.is_done) return;
  CHECK(whole.taken == in_parts.taken);
  CHECK(whole.keeps_alive == in_parts.keeps_alive);
  CHECK(whole.request.method == in_parts.request.method);
  CHECK(whole.request.target == in_parts.request.target);
  CHECK(whole.request.body == in_parts.request.body);
  CHECK(whole.request.headers.size() == in_parts.request.headers.size());
  for (std::size_t index = 0; index < whole.request.headers.size(); ++index) {
    CHECK(whole.request.headers[index] == in_parts.request.headers[index]);
  }
}

}  // namespace
}  // namespace mailrail::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail::http;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Parsed whole = parse(bytes, size);

  check_same(whole, parse(bytes, 1));
  check_same(whole, parse(bytes, data[0] % 61u + 2));
  return 0;
}
