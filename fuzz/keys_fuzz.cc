// Any text as a key file: it is refused in a sentence, or what was read is written as a text that
// reads the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key_text.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail;
  const auto keys = auth::parse_keys({reinterpret_cast<const char*>(data), size});
  if (!keys) {
    CHECK(!keys.error().message.empty());
    return 0;
  }
  const std::string text = auth::text_of(*keys);
  const auto again = auth::parse_keys(text);
  CHECK(again.has_value());
  CHECK(again->size() == keys->size());
  CHECK(auth::text_of(*again) == text);
  for (const auth::Key& each : *keys) CHECK(auth::check_key(each));
  return 0;
}
