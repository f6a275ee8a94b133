// What a browser, or whoever says he is one, tells the console: cookies and the topics of a stream.
// Whatever it holds, a cookie is found only where it stands alone, and topics are bounded and say
// the same again when they are asked for as they were read.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "console/cookie.h"
#include "console/pages.h"
#include "console/topic.h"
#include "wire/form.h"

namespace mailrail::console {
namespace {

void check_cookie(std::string_view header) {
  const auto value = find_cookie(header, "mailrail-4566");
  if (!value) return;
  CHECK(value->find(';') == std::string_view::npos);
  CHECK(value->empty() || (value->back() != ' ' && value->back() != '\t'));
}

void check_topics(std::string_view query) {
  const auto parameters = wire::Form::parse(query);
  if (!parameters) return;
  const auto topics = parse_topics(parameters->find("topics").value_or(""));
  if (!topics) return;
  CHECK(!topics->empty() && topics->size() <= topics_max);
  for (const Topic& each : *topics) {
    CHECK(each.queue.size() <= 80);
    const auto again = parse_topics(text_of(each));
    CHECK(again.has_value() && again->size() == 1 && again->front() == each);
  }
}

void check_path(std::string_view path) {
  if (!is_asset_path(path)) return;
  CHECK(path.find("..") != 0 && path.find("/..") == std::string_view::npos);
  CHECK(path.find('\0') == std::string_view::npos && !path.starts_with('/'));
}

}  // namespace
}  // namespace mailrail::console

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail::console;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_cookie(text);
  check_topics(text);
  check_path(text);
  return 0;
}
