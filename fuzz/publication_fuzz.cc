// Records of publications: what the log gives back may be any bytes. What can be read is written
// back as what it is, and rendered.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "signing/signing_testing.h"
#include "sns/notification.h"
#include "sns/push_message.h"

namespace {

// Kept for as long as the process runs.
mailrail::signing::Signer* test_signer() {
  auto* signer = new mailrail::signing::Signer;
  CHECK(signer->load(mailrail::signing::test_key_pair()));
  return signer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto publication = sns::decode_publication(bytes);
  if (!publication) return 0;
  const std::string again = sns::encode_publication(*publication);
  const auto same = sns::decode_publication(again);
  CHECK(same && same->text == publication->text && same->attributes == publication->attributes &&
        same->kind == publication->kind &&
        same->signature_version == publication->signature_version);
  static const engine::Identity identity({'f', 'u', 'z', 'z'});
  static signing::Signer& signer = *test_signer();
  const engine::Sent sent{.record = bytes};
  const std::string body = sns::read_topic_message(identity, signer, sent, {})->body;
  CHECK(body == sns::enveloped(*same, engine::Protocol::sqs,
                               sns::ids_of(identity, sent, {}, *publication), signer));
  CHECK(body.size() == sns::enveloped_size(*same, engine::Protocol::sqs, identity));
  CHECK(sns::read_topic_message(identity, signer, sent, {.is_raw = true})->attributes.size() ==
        same->attributes.size());
  const bool is_notification = same->kind == sns::PublicationKind::notification;
  const engine::ReceivedMessage own;
  CHECK(sns::push_request(own, sent, {}, identity, signer).has_value() != is_notification);
  const engine::ReceivedMessage shared{.share = engine::Share{}};
  CHECK(sns::push_request(shared, sent, {}, identity, signer).has_value() == is_notification);
  return 0;
}
