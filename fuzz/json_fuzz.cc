// Arbitrary bytes as AWS JSON: they are refused, or what was read is written as JSON that reads the
// same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sqs/batch_shapes.h"
#include "sqs/message_attributes.h"
#include "sqs/message_shapes.h"
#include "sqs/queue_attributes.h"
#include "sqs/queue_shapes.h"
#include "wire/json_decode.h"
#include "wire/json_encode.h"
#include "wire/xml_encode.h"

namespace mailrail {
namespace {

template <class Structure>
wire::Decoded<Structure> decode(std::string_view text) {
  wire::Decoded<Structure> decoded = wire::decode_json<Structure>(text);
  if (!decoded) {
    CHECK(!decoded.error().message().empty());
    return decoded;
  }
  const std::string written = wire::encode_json(*decoded);
  const wire::Decoded<Structure> again = wire::decode_json<Structure>(written);
  CHECK(again.has_value());
  CHECK(wire::encode_json(*again) == written);
  std::string xml;
  wire::append_xml(xml, source_of(*decoded));
  return decoded;
}

void fuzz(std::string_view text) {
  (void)decode<sqs::ReceiveMessageOutput>(text);
  if (const auto batch = decode<sqs::SendMessageBatchInput>(text)) {
    for (const sqs::SendMessageBatchRequestEntry& entry : batch->entries) {
      if (!sqs::check_message_attributes(entry.message_attributes)) continue;
      CHECK(sqs::md5_of(entry.message_attributes).has_value() == !entry.message_attributes.empty());
    }
  }
  if (const auto queue = decode<sqs::CreateQueueInput>(text)) {
    const Result<engine::QueueAttributes> attributes =
        sqs::attributes_for_create(queue->queue_name, queue->attributes);
    if (!attributes) return;
    const auto difference = sqs::first_difference(*attributes, queue->attributes);
    CHECK(!difference || !*difference);
  }
}

}  // namespace
}  // namespace mailrail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
