#include "signing/signer.h"

#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "signing/signing_testing.h"

namespace mailrail::signing {
namespace {

TEST(Signer, SignsByTheKeyThatItWasGiven) {
  Signer signer;
  ASSERT_TRUE(signer.load(test_key_pair()));
  const SigningKey key = *SigningKey::read(test_key_pair());

  EXPECT_EQ(signer.key().certificate_name(), key.certificate_name());
  EXPECT_EQ(signer.sign(Hash::sha1, "a"), key.sign(digest_of(Hash::sha1, "a")));
  EXPECT_EQ(signer.sign(Hash::sha256, "a"), key.sign(digest_of(Hash::sha256, "a")));
  EXPECT_EQ(signer.sign(Hash::sha1, "a"), key.sign(digest_of(Hash::sha1, "a")));
}

TEST(Signer, KeepsTheLatestSignaturesAndSignsTheOthersAgain) {
  Signer signer(2);
  ASSERT_TRUE(signer.load(test_key_pair()));
  const SigningKey key = *SigningKey::read(test_key_pair());

  for (const char* text : {"a", "b", "a", "c", "a", "b", "c"})
    EXPECT_EQ(signer.sign(Hash::sha256, text), key.sign(digest_of(Hash::sha256, text))) << text;
}

TEST(Signer, ShowsTheCertificateOfItsKeyAlone) {
  Signer signer;
  const std::string name = SigningKey::read(test_key_pair())->certificate_name();
  EXPECT_FALSE(signer.certificate(name));  // And makes no key for it.
  ASSERT_TRUE(signer.load(test_key_pair()));

  EXPECT_EQ(signer.certificate(name), signer.key().certificate_pem());
  EXPECT_FALSE(signer.certificate("SimpleNotificationService-00.pem"));
}

TEST(Signer, HasNoKeyFromBytesThatAreNone) {
  Signer signer;

  EXPECT_FALSE(signer.load({.private_key = "x", .certificate = "y"}));

  EXPECT_TRUE(signer.load(test_key_pair()));
}

TEST(Signer, MakesOneKeyForAllThatAskAtOnce) {
  Signer signer;
  std::vector<std::string> names(4);
  std::vector<std::thread> threads;
  for (std::string& each : names)
    threads.emplace_back([&] { each = signer.key().certificate_name(); });
  for (std::thread& each : threads) each.join();

  EXPECT_EQ(std::set(names.begin(), names.end()).size(), 1u);
}

}  // namespace
}  // namespace mailrail::signing
