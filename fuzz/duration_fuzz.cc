// Arbitrary bytes as a duration: they are none, or what was read is written so that it is read the
// same again.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/duration_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = mailrail::parse_duration(text)) {
    CHECK(duration->count() >= 0);
    CHECK(mailrail::parse_duration(mailrail::duration_text(*duration)) == duration);
  }
  return 0;
}
