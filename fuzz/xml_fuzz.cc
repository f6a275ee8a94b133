// Arbitrary bytes as the XML of an answer: they are refused, or what was read can be written as XML
// that is read as the same again.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sns/message_shapes.h"
#include "sns/subscription_shapes.h"
#include "wire/example_shapes.h"
#include "wire/xml_decode.h"
#include "wire/xml_encode.h"

namespace mailrail {
namespace {

constexpr std::array<std::string_view, 1> way = {"R"};

template <class Structure>
std::string rewritten(std::string_view text) {
  const wire::Decoded<Structure> decoded = wire::decode_xml<Structure>(text, way);
  CHECK(decoded.has_value());
  std::string members;
  wire::append_xml(members, source_of(*decoded));
  return "<R>" + members + "</R>";
}

template <class Structure>
void decode(std::string_view text) {
  const wire::Decoded<Structure> decoded = wire::decode_xml<Structure>(text, way);
  if (!decoded) {
    CHECK(!decoded.error().message().empty());
    return;
  }
  // The first writing replaces what XML cannot say.
  const std::string first = rewritten<Structure>(text);
  const std::string second = rewritten<Structure>(first);
  CHECK(rewritten<Structure>(second) == second);
}

void fuzz(std::string_view text) {
  decode<sns::ListSubscriptionsOutput>(text);
  decode<sns::GetSubscriptionAttributesOutput>(text);
  decode<sns::PublishBatchOutput>(text);
  decode<wire::example::Letter>(text);
}

}  // namespace
}  // namespace mailrail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
