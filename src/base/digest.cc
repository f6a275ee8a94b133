#include "base/digest.h"

#include <algorithm>
#include <functional>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.h"

namespace mailrail {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

// By byte, its two digits.
constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (int each = 0; each < 256; ++each)
    pairs[each] = {hex_digits[each >> 4], hex_digits[each & 15]};
  return pairs;
}();

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

const unsigned char* unsigned_bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// The one call HMAC() looks its algorithms up each time, which takes three times as long; and to
// take another key takes as long as to digest a short message.
class KeyedHmac {
 public:
  KeyedHmac() = default;
  KeyedHmac(const KeyedHmac&) = delete;
  KeyedHmac& operator=(const KeyedHmac&) = delete;
  ~KeyedHmac() { EVP_MAC_CTX_free(context_); }

  Sha256 digest(std::string_view key, std::string_view bytes) {
    prepare(key);
    Sha256 out;
    std::size_t size = 0;
    CHECK(EVP_MAC_update(context_, unsigned_bytes(bytes), bytes.size()) == 1);
    CHECK(EVP_MAC_final(context_, out.data(), &size, out.size()) == 1);
    CHECK(size == out.size());
    return out;
  }

 private:
  void prepare(std::string_view key) {
    if (key_ == key) {
      CHECK(EVP_MAC_init(context_, nullptr, 0, nullptr) == 1);
      return;
    }
    if (context_ == nullptr) begin();
    CHECK(EVP_MAC_init(context_, unsigned_bytes(key), key.size(), nullptr) == 1);
    key_ = key;
  }

  void begin() {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_ = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    char digest[] = "SHA2-256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    CHECK(EVP_MAC_CTX_set_params(context_, parameters) == 1);
  }

  EVP_MAC_CTX* context_ = nullptr;
  std::string key_;
};

}  // namespace

Md5 md5(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return digest<16>(algorithm, bytes);
}

Sha256 sha256(std::string_view bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  return digest<32>(algorithm, bytes);
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  CHECK(!key.empty());                            // OpenSSL would take the last one.
  thread_local std::array<KeyedHmac, 16> reused;  // Whoever asks again often has the same key.
  return reused[std::hash<std::string_view>{}(key) % reused.size()].digest(key, bytes);
}

std::string hex(std::string_view bytes) {
  std::string text(bytes.size() * 2, '\0');
  char* place = text.data();
  for (const char each : bytes)
    place = std::ranges::copy(hex_pairs[static_cast<std::uint8_t>(each)], place).out;
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
