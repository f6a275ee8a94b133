#include "base/md5_lanes.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace mailrail {
namespace {

void expect_same_as_one_by_one(const std::vector<std::string>& texts) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::vector<Md5> digests(views.size());

  md5_of_each(views, digests);

  for (std::size_t i = 0; i < views.size(); ++i)
    ASSERT_EQ(hex(digests[i]), hex(md5(views[i]))) << views[i].size() << " bytes, text " << i;
}

TEST(Md5Lanes, AgreeWithOneByOneForEveryLengthOfAnEnd) {
  for (std::size_t bytes = 0; bytes <= 200; ++bytes) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 10; ++i) texts.emplace_back(bytes + i % 3, static_cast<char>(i));
    expect_same_as_one_by_one(texts);
    if (HasFatalFailure()) return;
  }
}

TEST(Md5Lanes, AgreeWithOneByOneForAnyNumberOfTextsOfAnyLength) {
  SeededRandom random(1);
  for (std::size_t count = 0; count <= 40; ++count) {
    const std::size_t bytes_max = count % 2 == 0 ? 2000 : 130;
    std::vector<std::string> texts(count);
    for (std::string& each : texts) {
      each.resize(random.below(bytes_max));
      for (char& byte : each) byte = static_cast<char>(random.below(256));
    }
    expect_same_as_one_by_one(texts);
    if (HasFatalFailure()) return;
  }
}

TEST(Md5Lanes, AgreeWithOneByOneBesideALongText) {
  std::vector<std::string> texts(10, std::string(1000, 'a'));
  texts[3] = std::string(300'000, 'b');
  expect_same_as_one_by_one(texts);
  for (std::string& each : texts) each.resize(200'000, 'c');
  expect_same_as_one_by_one(texts);
}

// RFC 1321, A.5.
TEST(Md5Lanes, KnowTheVectorsOfTheRfc) {
  std::vector<std::string_view> texts = {
      "",
      "a",
      "abc",
      "message digest",
      "abcdefghijklmnopqrstuvwxyz",
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890"};
  texts.insert(texts.end(), 4, texts.back());  // So many that it pays to take them together.
  std::vector<Md5> digests(texts.size());

  md5_of_each(texts, digests);

  EXPECT_EQ(hex(digests[0]), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex(digests[1]), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(hex(digests[2]), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(digests[3]), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(hex(digests[4]), "c3fcd3d76192e4007dfb496cca67e13b");
  EXPECT_EQ(hex(digests[5]), "d174ab98d277d9f5a5611c2c9f419d9f");
  EXPECT_EQ(hex(digests[6]), "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Md5Batch, WritesEachDigestToItsPlace) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 20; ++i) texts.emplace_back(i * 10, static_cast<char>('a' + i));
  std::string written(texts.size() * Md5Batch::Place::extent, ' ');
  Md5Batch batch;

  for (std::size_t i = 0; i < texts.size(); ++i)
    batch.add(texts[i], Md5Batch::Place(&written[i * Md5Batch::Place::extent], 16));
  EXPECT_EQ(written.find_first_not_of(' '), std::string::npos);
  batch.write();

  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Md5 expected = md5(texts[i]);
    EXPECT_EQ(written.substr(i * expected.size(), expected.size()),
              std::string(expected.begin(), expected.end()))
        << i;
  }
}

TEST(Md5Batch, KnowsHowLongItsTextsAre) {
  std::string place(16, ' ');
  Md5Batch batch;
  EXPECT_EQ(batch.bytes(), 0u);

  batch.add("text", Md5Batch::Place(place.data(), 16));
  batch.add("more", Md5Batch::Place(place.data(), 16));
  EXPECT_EQ(batch.bytes(), 8u);
  batch.write();

  EXPECT_EQ(batch.bytes(), 0u);
}

TEST(Md5Batch, ForgetsWhatItHasWritten) {
  std::string first(16, ' ');
  std::string second(16, ' ');
  Md5Batch batch;
  batch.add("text", Md5Batch::Place(first.data(), 16));
  batch.write();
  first.assign(16, '-');

  batch.add("text", Md5Batch::Place(second.data(), 16));
  batch.write();

  EXPECT_EQ(first, std::string(16, '-'));
  EXPECT_NE(second, std::string(16, ' '));
}

}  // namespace
}  // namespace mailrail
