// Records of publications: what the log gives back may be any bytes. What can be read is written
// back as what it is, and rendered.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "sns/notification.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto publication = sns::decode_publication(bytes);
  if (!publication) return 0;
  const std::string again = sns::encode_publication(*publication);
  const auto same = sns::decode_publication(again);
  CHECK(same && same->text == publication->text && same->attributes == publication->attributes);
  static const engine::Identity identity({'f', 'u', 'z', 'z'});
  const engine::Sent sent{.record = bytes};
  CHECK(
      sns::read_topic_message(identity, sent, {})->body ==
      sns::enveloped(*same, engine::Protocol::sqs, sns::ids_of(identity, sent, {}, *publication)));
  CHECK(sns::read_topic_message(identity, sent, {.is_raw = true})->attributes.size() ==
        same->attributes.size());
  return 0;
}
