// Arbitrary bytes as a file of the AWS tools: they are refused with the number of a line, or make
// sections of settings whose names hold no capital letter and no line break.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "client/aws_file.h"

namespace mailrail {
namespace {

void fuzz(std::string_view text) {
  const auto file = client::parse_aws_file(text);
  if (!file) {
    CHECK(file.error().message.starts_with("Line "));
    return;
  }
  for (const auto& [section, settings] : *file) {
    CHECK(!section.empty());
    for (const auto& [name, value] : settings) {
      CHECK(name.find_first_of("\nABCXYZ") == std::string::npos);
      CHECK(value.find('\n') == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace mailrail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
