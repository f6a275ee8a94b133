// Message records: what the log gives back may be any bytes.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "sqs/message_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto record = sqs::decode_record(bytes)) {
    const std::string again = sqs::encode_record(*record);
    CHECK(sqs::decode_record(again)->body == record->body);
  }
  return 0;
}
