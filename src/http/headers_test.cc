#include "http/headers.h"

#include <gtest/gtest.h>

namespace mailrail::http {
namespace {

TEST(Headers, FindsANameWhateverItsCase) {
  Headers headers;
  headers.add("X-Amz-Target", "AmazonSQS.SendMessage");

  EXPECT_EQ(headers.find("x-amz-target"), "AmazonSQS.SendMessage");
  EXPECT_EQ(headers.find("X-AMZ-TARGET"), "AmazonSQS.SendMessage");
  EXPECT_EQ(headers.find("x-amz-targe"), std::nullopt);
}

TEST(Headers, KeepsOrderAndRepetition) {
  Headers headers;
  headers.add("A", "1");
  headers.add("b", "");
  headers.add("a", "2");

  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0], (Header{.name = "A", .value = "1"}));
  EXPECT_EQ(headers[1], (Header{.name = "b", .value = ""}));
  EXPECT_EQ(headers[2], (Header{.name = "a", .value = "2"}));
  EXPECT_EQ(headers.find("a"), "1");
  EXPECT_EQ(headers.count("a"), 2u);
}

}  // namespace
}  // namespace mailrail::http
