// Keys and certificates as a log may give them back, which may be any bytes: they are refused, or
// what was read signs.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "signing/signing_key.h"

// The private key with its length in front; then the certificate.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailrail;
  ByteReader in(std::string_view(reinterpret_cast<const char*>(data), size));
  const std::string private_key(in.string());
  const auto key = signing::SigningKey::read(
      {.private_key = private_key, .certificate = std::string(in.rest())});
  if (!key) return 0;
  CHECK(key->certificate_name().size() == signing::certificate_name_size);
  const std::string signature = key->sign(signing::digest_of(signing::Hash::sha256, "text"));
  CHECK(signature.size() == signing::signature_size);
  return 0;
}
