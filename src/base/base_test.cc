#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/parts.h"
#include "base/random.h"
#include "base/result.h"

namespace mailrail {
namespace {

TEST(Bytes, ReadBackWhatWasWritten) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.u8(7);
  writer.u32(70000);
  writer.varint(0);
  writer.varint(~std::uint64_t{0});
  writer.string("hello");

  ByteReader reader(bytes);

  EXPECT_EQ(reader.u8(), 7);
  EXPECT_EQ(reader.u32(), 70000u);
  EXPECT_EQ(reader.varint(), 0u);
  EXPECT_EQ(reader.varint(), ~std::uint64_t{0});
  EXPECT_EQ(reader.string(), "hello");
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.failed());
}

TEST(Bytes, AReadPastTheEndFailsForGood) {
  ByteReader reader("\x05hi");

  EXPECT_EQ(reader.string(), "");
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.u8(), 0);
}

TEST(Bytes, AnOverlongVarintFails) {
  ByteReader reader("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");

  EXPECT_EQ(reader.varint(), 0u);
  EXPECT_TRUE(reader.failed());
}

TEST(Uuid, HasFiveGroups) {
  EXPECT_EQ(uuid_text(0x0123456789abcdef, 0xfedcba9876543210),
            "01234567-89ab-cdef-fedc-ba9876543210");
}

TEST(Digest, MatchesKnownVectors) {
  EXPECT_EQ(hex(md5("message")), "78e731027d8fd50ed642340b7c9a63b3");
  EXPECT_EQ(hex(sha256("Test")),
            "532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25");
}

// "Test Case 2" of RFC 4231.
TEST(Hmac, MatchesAKnownVectorWhateverKeysCameBefore) {
  std::vector<Sha256> first;
  for (int i = 0; i < 100; ++i)
    first.push_back(hmac_sha256("key " + std::to_string(i), "what do ya want for nothing?"));

  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  for (int i = 99; i >= 0; --i) {
    const std::string key = "key " + std::to_string(i);
    EXPECT_NE(hmac_sha256(key, "nothing"), first[i]);
    EXPECT_EQ(hmac_sha256(key, "what do ya want for nothing?"), first[i]);
  }
  EXPECT_EQ(std::ranges::adjacent_find(first), first.end());
}

TEST(Parts, AreWhatSeparatorsDivide) {
  const auto parts = [](std::string_view text) {
    std::vector<std::string> found;
    for (const std::string_view each : Parts(text, ';')) found.emplace_back(each);
    return found;
  };

  EXPECT_EQ(parts("host;x-amz-date"), (std::vector<std::string>{"host", "x-amz-date"}));
  EXPECT_EQ(parts(";a;;b;"), (std::vector<std::string>{"", "a", "", "b", ""}));
  EXPECT_EQ(parts(""), std::vector<std::string>{""});
}

TEST(Parts, AreTakenOneByOne) {
  std::string_view text = "a=b=";

  EXPECT_EQ(take_until(text, '='), "a");
  EXPECT_EQ(take_until(text, '='), "b");
  EXPECT_EQ(text, "");
  EXPECT_EQ(take_until(text, '='), "");
  text = "all";
  EXPECT_EQ(take_until(text, '='), "all");
  EXPECT_EQ(text, "");
}

TEST(Base64, RoundTripsAndRefusesWhatIsNotBase64) {
  EXPECT_EQ(base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(from_base64("YW55IGNhcm5hbCBwbGVhcw=="), "any carnal pleas");
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(from_base64("YW5"), std::nullopt);
  EXPECT_EQ(from_base64("YW5\n"), std::nullopt);
  EXPECT_EQ(from_base64("=W5h"), std::nullopt);
}

TEST(SeededRandom, GivesTheSameNumbersForTheSameSeed) {
  SeededRandom one(7);
  SeededRandom two(7);

  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), two.next());
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail(errors::unusable, "odd");
  return number / 2;
}

Result<int> quarter(int number) { return half(TRY(half(number))); }

TEST(Try, YieldsTheValueOrReturnsTheError) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
}

}  // namespace
}  // namespace mailrail
