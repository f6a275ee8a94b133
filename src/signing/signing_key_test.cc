#include "signing/signing_key.h"

#include <memory>

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "base/digest.h"
#include "signing/signing_testing.h"

namespace mailrail::signing {
namespace {

SigningKey test_key() { return *SigningKey::read(test_key_pair()); }

// As a subscriber does it, who has the certificate alone.
bool is_verified(const std::string& pem,
                 Hash hash,
                 std::string_view text,
                 std::string_view signature) {
  const std::string bytes = from_base64(signature).value_or("");
  BIO* file = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(file, nullptr, nullptr, nullptr);
  EVP_PKEY* key = X509_get_pubkey(certificate);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EXPECT_EQ(EVP_DigestVerifyInit(context, nullptr, hash == Hash::sha1 ? EVP_sha1() : EVP_sha256(),
                                 nullptr, key),
            1);
  const int verified =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  X509_free(certificate);
  BIO_free(file);
  return verified == 1;
}

TEST(SigningKey, SignsWhatItsCertificateVerifies) {
  const SigningKey key = test_key();

  for (const Hash hash : {Hash::sha1, Hash::sha256}) {
    const std::string signature = key.sign(digest_of(hash, "hello"));

    EXPECT_EQ(signature.size(), signature_size);
    EXPECT_TRUE(is_verified(key.certificate_pem(), hash, "hello", signature));
    EXPECT_FALSE(is_verified(key.certificate_pem(), hash, "hullo", signature));
  }
}

TEST(SigningKey, SignsTheSameTextTheSameWay) {
  const SigningKey key = test_key();
  const SigningKey again = test_key();

  EXPECT_EQ(key.sign(digest_of(Hash::sha256, "a")), again.sign(digest_of(Hash::sha256, "a")));
  EXPECT_NE(key.sign(digest_of(Hash::sha256, "a")), key.sign(digest_of(Hash::sha256, "b")));
  EXPECT_NE(key.sign(digest_of(Hash::sha256, "a")), key.sign(digest_of(Hash::sha1, "a")));
}

TEST(SigningKey, IsMadeWithACertificateForACentury) {
  const KeyPair pair = make_key_pair();

  const Result<SigningKey> key = SigningKey::read(pair);

  ASSERT_TRUE(key.has_value());
  EXPECT_TRUE(is_verified(key->certificate_pem(), Hash::sha1, "hello",
                          key->sign(digest_of(Hash::sha1, "hello"))));
  const auto* bytes = reinterpret_cast<const unsigned char*>(pair.certificate.data());
  X509* certificate = d2i_X509(nullptr, &bytes, static_cast<long>(pair.certificate.size()));
  int days = 0;
  int seconds = 0;
  EXPECT_EQ(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate),
                           X509_get0_notAfter(certificate)),
            1);
  EXPECT_GE(days, 36'500);
  EXPECT_EQ(X509_verify(certificate, X509_get0_pubkey(certificate)), 1);
  X509_free(certificate);
}

TEST(SigningKey, IsNamedByItsCertificate) {
  const std::string name = test_key().certificate_name();

  EXPECT_EQ(name.size(), certificate_name_size);
  EXPECT_EQ(name, "SimpleNotificationService-" +
                      hex(sha256(test_key_pair().certificate)).substr(0, 32) + ".pem");
}

TEST(SigningKey, RefusesBytesThatAreNoKeyOrNotItsCertificate) {
  const KeyPair whole = test_key_pair();
  const KeyPair other = make_key_pair();
  const auto refusal = [](const KeyPair& pair) {
    const Result<SigningKey> key = SigningKey::read(pair);
    return key ? "none" : key.error().message;
  };

  EXPECT_EQ(refusal({.private_key = "", .certificate = whole.certificate}),
            "the log's signing key cannot be read: its private key is not PKCS #8.");
  EXPECT_EQ(refusal({.private_key = whole.private_key + "x", .certificate = whole.certificate}),
            "the log's signing key cannot be read: its private key is not PKCS #8.");
  EXPECT_EQ(
      refusal({.private_key = whole.private_key, .certificate = whole.certificate.substr(0, 400)}),
      "the log's signing key cannot be read: its certificate is not X.509.");
  EXPECT_EQ(refusal({.private_key = whole.private_key, .certificate = other.certificate}),
            "the log's signing key cannot be read: its certificate is of another key.");
}

}  // namespace
}  // namespace mailrail::signing
