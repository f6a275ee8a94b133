// Receipt handles and message records: what clients hand back, and what the log gives back, may be
// any bytes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "engine/identity.h"
#include "sqs/message_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const engine::Identity identity(std::array<char, 32>{7});
  if (const auto handle = identity.read_receipt_handle(bytes))
    CHECK(identity.receipt_handle(*handle) == bytes);
  if (const auto record = sqs::decode_record(bytes)) {
    const std::string again = sqs::encode_record(*record);
    CHECK(sqs::decode_record(again)->body == record->body);
  }
  return 0;
}
