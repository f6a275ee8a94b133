#include "client/aws_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrail::client {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(AwsFile, HasSectionsOfSettings) {
  const auto file = parse_aws_file(
      "# ours\r\n"
      "[default]\r\n"
      "Region = eu-west-1\r\n"
      "\n"
      "[profile  dev ]\n"
      "endpoint_url=http://127.0.0.1:4566 # here\n"
      "; not this one\n");

  ASSERT_TRUE(file) << file.error().message;
  EXPECT_THAT(*file, ElementsAre(Pair("default", ElementsAre(Pair("region", "eu-west-1"))),
                                 Pair("profile dev",
                                      ElementsAre(Pair("endpoint_url", "http://127.0.0.1:4566")))));
}

TEST(AwsFile, NamesASettingBelowAnotherOneWithBoth) {
  const auto file = parse_aws_file(
      "[services local]\n"
      "sqs =\n"
      "  endpoint_url = http://a\n"
      "sns =\n"
      "  endpoint_url = http://b\n");

  ASSERT_TRUE(file) << file.error().message;
  EXPECT_THAT(file->at("services local"),
              ElementsAre(Pair("sns", ""), Pair("sns.endpoint_url", "http://b"), Pair("sqs", ""),
                          Pair("sqs.endpoint_url", "http://a")));
}

TEST(AwsFile, ASecretMayHoldWhatBeginsAComment) {
  const auto file = parse_aws_file("[default]\naws_secret_access_key = a#b;c=/+\n");

  ASSERT_TRUE(file);
  EXPECT_EQ(file->at("default").at("aws_secret_access_key"), "a#b;c=/+");
}

TEST(AwsFile, SaysWhichLineIsWrongButNotWhatItHolds) {
  for (const char* const text :
       {"a = b", "\n[default", "[]", "[a]\nsecret", "[a]\n = b", "[a]\n  b = c"}) {
    const auto file = parse_aws_file(text);

    ASSERT_FALSE(file) << text;
    EXPECT_THAT(file.error().message, testing::StartsWith("Line ")) << text;
    EXPECT_THAT(file.error().message, testing::Not(testing::HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace mailrail::client
