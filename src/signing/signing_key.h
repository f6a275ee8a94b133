// SigningKey: an RSA key and the certificate with its public half, by which anybody can tell that
// mailrail wrote a text.
//
// Made once in the life of a log, which keeps both as bytes. Signatures are PKCS #1 v1.5, so the
// same text gives the same signature, always, and all of them have one length. The certificate is
// signed by the key itself and valid for a century: nothing is to be renewed. Immutable, so any
// thread may use it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "base/result.h"

namespace mailrail::signing {

// As DER: PKCS #8 and X.509.
struct KeyPair {
  std::string private_key;
  std::string certificate;
};

// Takes about a tenth of a second, or several.
KeyPair make_key_pair();

enum class Hash : std::uint8_t { sha1, sha256 };

// What is signed of a text.
struct Digest {
  Hash hash = Hash::sha1;
  std::string bytes = {};

  friend auto operator<=>(const Digest&, const Digest&) = default;
};
Digest digest_of(Hash hash, std::string_view text);

// Of a signature, as base64.
inline constexpr std::size_t signature_size = 344;
// Of certificate_name().
inline constexpr std::size_t certificate_name_size = 62;

class SigningKey {
 public:
  // Refuses what is no RSA key of 2048 bits, and a certificate of another one.
  static Result<SigningKey> read(KeyPair pair);

  const KeyPair& pair() const { return pair_; }
  // `SimpleNotificationService-HEX.pem`; another certificate has another one.
  const std::string& certificate_name() const { return certificate_name_; }
  const std::string& certificate_pem() const { return certificate_pem_; }

  // As base64. Takes about a fifth of a millisecond, whatever the text.
  std::string sign(const Digest& digest) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;

  SigningKey(KeyPair pair, Key key);

  KeyPair pair_;
  Key key_;
  std::string certificate_name_;
  std::string certificate_pem_;
};

}  // namespace mailrail::signing
