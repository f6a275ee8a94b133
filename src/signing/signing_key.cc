#include "signing/signing_key.h"

#include <climits>
#include <utility>

#include <fmt/format.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/check.h"
#include "base/digest.h"

namespace mailrail::signing {
namespace {

constexpr int key_bits = 2048;
constexpr std::size_t signature_bytes = key_bits / 8;

// Nothing asks for the host: it names who signs.
constexpr std::string_view common_name = "sns.mailrail.local";
constexpr const char* valid_from = "20200101000000Z";
constexpr const char* valid_until = "21200101000000Z";

constexpr std::size_t certificate_id_bytes = 16;
constexpr std::size_t pem_line_size = 64;

template <auto free>
struct Freed {
  template <class Object>
  void operator()(Object* object) const {
    free(object);
  }
};
using Certificate = std::unique_ptr<X509, Freed<&X509_free>>;
using PrivateKeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<&PKCS8_PRIV_KEY_INFO_free>>;

template <class Object>
std::string der_of(const Object* object, int (*encode)(const Object*, unsigned char**)) {
  const int size = encode(object, nullptr);
  CHECK(size > 0);
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  CHECK(encode(object, &out) == size);
  return der;
}

// All of the bytes; null if they are not one.
template <class Object>
Object* object_of(const std::string& der,
                  Object* (*decode)(Object**, const unsigned char**, long),
                  void (*free)(Object*)) {
  if (der.size() > INT_MAX) return nullptr;
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = in + der.size();
  Object* object = decode(nullptr, &in, static_cast<long>(der.size()));
  if (object == nullptr || in == end) return object;
  free(object);
  return nullptr;
}

// The serial number is the key's, so that no two certificates of one name share it.
void number(X509* certificate, EVP_PKEY* key) {
  const std::string public_key = der_of<EVP_PKEY>(key, &i2d_PUBKEY);
  std::uint64_t serial = 0;
  for (const std::uint8_t each : sha256(public_key)) serial = serial << 8 | each;
  CHECK(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1);
}

Certificate certify(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  CHECK(certificate != nullptr);
  CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  number(certificate.get(), key);
  CHECK(ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), valid_from) == 1);
  CHECK(ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), valid_until) == 1);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(common_name.data()),
                                   static_cast<int>(common_name.size()), -1, 0) == 1);
  CHECK(X509_set_issuer_name(certificate.get(), name) == 1);
  CHECK(X509_set_pubkey(certificate.get(), key) == 1);
  CHECK(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

const EVP_MD* algorithm_of(Hash hash) { return hash == Hash::sha1 ? EVP_sha1() : EVP_sha256(); }

std::string pem_of(const std::string& certificate) {
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  const std::string text = base64(certificate);
  for (std::size_t at = 0; at < text.size(); at += pem_line_size)
    pem += text.substr(at, pem_line_size) + "\n";
  return pem + "-----END CERTIFICATE-----\n";
}

std::unexpected<Error> unreadable(std::string_view what) {
  return fail(errors::corrupt, fmt::format("the log's signing key cannot be read: {}", what));
}

}  // namespace

KeyPair make_key_pair() {
  const std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>> key(EVP_RSA_gen(key_bits));
  CHECK(key != nullptr);
  const PrivateKeyInfo info(EVP_PKEY2PKCS8(key.get()));
  CHECK(info != nullptr);
  return {.private_key = der_of<PKCS8_PRIV_KEY_INFO>(info.get(), &i2d_PKCS8_PRIV_KEY_INFO),
          .certificate = der_of<X509>(certify(key.get()).get(), &i2d_X509)};
}

Digest digest_of(Hash hash, std::string_view text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  CHECK(EVP_Digest(text.data(), text.size(), bytes, &size, algorithm_of(hash), nullptr) == 1);
  return {.hash = hash, .bytes = std::string(reinterpret_cast<const char*>(bytes), size)};
}

SigningKey::SigningKey(KeyPair pair, Key key)
    : pair_(std::move(pair)),
      key_(std::move(key)),
      certificate_name_(
          fmt::format("SimpleNotificationService-{}.pem",
                      hex(sha256(pair_.certificate)).substr(0, 2 * certificate_id_bytes))),
      certificate_pem_(pem_of(pair_.certificate)) {
  CHECK(certificate_name_.size() == certificate_name_size);
}

Result<SigningKey> SigningKey::read(KeyPair pair) {
  const PrivateKeyInfo info(object_of<PKCS8_PRIV_KEY_INFO>(
      pair.private_key, &d2i_PKCS8_PRIV_KEY_INFO, &PKCS8_PRIV_KEY_INFO_free));
  if (info == nullptr) return unreadable("its private key is not PKCS #8.");
  Key key(EVP_PKCS82PKEY(info.get()));
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA ||
      EVP_PKEY_get_bits(key.get()) != key_bits)
    return unreadable("its private key is not an RSA key of 2048 bits.");
  const Certificate certificate(object_of<X509>(pair.certificate, &d2i_X509, &X509_free));
  if (certificate == nullptr) return unreadable("its certificate is not X.509.");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return unreadable("its certificate is of another key.");
  return SigningKey(std::move(pair), std::move(key));
}

std::string SigningKey::sign(const Digest& digest) const {
  const std::unique_ptr<EVP_PKEY_CTX, Freed<&EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  CHECK(context != nullptr);
  CHECK(EVP_PKEY_sign_init(context.get()) == 1);
  CHECK(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1);
  CHECK(EVP_PKEY_CTX_set_signature_md(context.get(), algorithm_of(digest.hash)) == 1);
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  CHECK(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                      reinterpret_cast<const unsigned char*>(digest.bytes.data()),
                      digest.bytes.size()) == 1);
  CHECK(size == signature.size());
  return base64(signature);
}

}  // namespace mailrail::signing
