#include "base/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.h"

namespace mailrail {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

// Fetched once: looking an algorithm up by name costs more than digesting a short message.
template <std::size_t Size>
std::array<std::uint8_t, Size> digest(const EVP_MD* algorithm, std::string_view bytes) {
  struct Context {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(context); }
  };
  thread_local Context reused;
  std::array<std::uint8_t, Size> out;
  CHECK(EVP_DigestInit_ex2(reused.context, algorithm, nullptr) == 1);
  CHECK(EVP_DigestUpdate(reused.context, bytes.data(), bytes.size()) == 1);
  CHECK(EVP_DigestFinal_ex(reused.context, out.data(), nullptr) == 1);
  return out;
}

}  // namespace

Md5 md5(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return digest<16>(algorithm, bytes);
}

Sha256 sha256(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return digest<32>(algorithm, bytes);
}

// The one call HMAC() looks its algorithms up each time, which takes three times as long.
Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  struct Context {
    Context() {
      EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
      context = EVP_MAC_CTX_new(mac);
      EVP_MAC_free(mac);
      char digest[] = "SHA2-256";
      const OSSL_PARAM parameters[] = {
          OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
          OSSL_PARAM_construct_end()};
      CHECK(EVP_MAC_CTX_set_params(context, parameters) == 1);
    }
    ~Context() { EVP_MAC_CTX_free(context); }
    EVP_MAC_CTX* context = nullptr;
  };
  CHECK(!key.empty());  // OpenSSL would take the last one.
  thread_local Context reused;
  Sha256 out;
  std::size_t size = 0;
  CHECK(EVP_MAC_init(reused.context, reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                     nullptr) == 1);
  CHECK(EVP_MAC_update(reused.context, reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) == 1);
  CHECK(EVP_MAC_final(reused.context, out.data(), &size, out.size()) == 1);
  CHECK(size == out.size());
  return out;
}

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    text[2 * i] = hex_digits[byte >> 4];
    text[2 * i + 1] = hex_digits[byte & 15];
  }
  return text;
}

std::string uuid_text(std::uint64_t high, std::uint64_t low) {
  std::string text = "00000000-0000-0000-0000-000000000000";
  for (std::size_t place = text.size(); place-- > 0;) {
    if (text[place] == '-') continue;
    text[place] = hex_digits[low & 15];
    low = low >> 4 | high << 60;
    high >>= 4;
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1,
                   '\0');  // EVP_EncodeBlock writes a terminating zero.
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string();
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (digits.find_first_not_of(alphabet) != std::string_view::npos) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace mailrail
