// Arbitrary bytes as an AWS Query form: they are refused, or what was read survives a trip through
// JSON, and so is UTF-8 and within bounds. What comes before the first line break is the query
// string, the rest the body.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sns/subscription_shapes.h"
#include "sns/topic_shapes.h"
#include "sqs/batch_shapes.h"
#include "sqs/message_shapes.h"
#include "sqs/queue_shapes.h"
#include "wire/example_shapes.h"
#include "wire/json_decode.h"
#include "wire/json_encode.h"
#include "wire/query_decode.h"

namespace mailrail {
namespace {

template <class Structure>
void decode(const wire::Form& form) {
  const wire::Decoded<Structure> decoded = wire::decode_query<Structure>(form);
  if (!decoded) {
    CHECK(!decoded.error().message().empty());
    return;
  }
  const std::string written = wire::encode_json(*decoded);
  const wire::Decoded<Structure> again = wire::decode_json<Structure>(written);
  CHECK(again.has_value());
  CHECK(wire::encode_json(*again) == written);
}

void fuzz(std::string_view text) {
  const std::size_t line_break = std::min(text.find('\n'), text.size());
  const wire::Decoded<wire::Form> form = wire::Form::parse(
      text.substr(0, line_break), text.substr(std::min(line_break + 1, text.size())));
  if (!form) return;
  decode<sqs::CreateQueueInput>(*form);
  decode<sqs::SendMessageBatchInput>(*form);
  decode<sqs::ReceiveMessageInput>(*form);
  decode<sns::AddPermissionInput>(*form);
  decode<sns::CreateTopicInput>(*form);
  decode<sns::SubscribeInput>(*form);
  decode<wire::example::Letter>(*form);
}

}  // namespace
}  // namespace mailrail

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mailrail::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
