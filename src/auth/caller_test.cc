#include "auth/caller.h"

#include <gtest/gtest.h>

namespace mailrail::auth {
namespace {

http::Request signed_by(std::string_view credential) {
  http::Request request{.method = "POST", .target = "/", .headers = {}, .body = {}};
  request.headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=" + std::string(credential) +
                                           ", SignedHeaders=host, Signature=0");
  return request;
}

TEST(Caller, HasTheRegionOfItsCredentialScope) {
  const Caller caller = caller_of(signed_by("AKIDEXAMPLE/20261123/eu-west-1/sqs/aws4_request"));

  EXPECT_EQ(caller.region, "eu-west-1");
  EXPECT_EQ(caller.account, default_account);
  EXPECT_EQ(caller.user, "AKIDEXAMPLE");
  EXPECT_EQ(caller.service, "sqs");
}

TEST(Caller, HasTheAccountThatItsAccessKeyIdNames) {
  EXPECT_EQ(caller_of(signed_by("123456789012/20261123/us-east-1/sqs/aws4_request")).account,
            "123456789012");
}

TEST(Caller, IsAtHomeWhereItDoesNotSay) {
  const Home home{.account = "123456789012", .region = "eu-west-1"};
  const http::Request unsigned_request{.method = "POST", .target = "/", .headers = {}, .body = {}};
  const Caller anybody = caller_of(unsigned_request, home);
  const Caller known =
      caller_of(signed_by("000000000000/20261123/us-east-2/sqs/aws4_request"), home);

  EXPECT_EQ(anybody.account, "123456789012");
  EXPECT_EQ(anybody.region, "eu-west-1");
  EXPECT_EQ(known.account, "000000000000");
  EXPECT_EQ(known.region, "us-east-2");
}

TEST(Caller, HasDefaultsWithoutCredentialsAndWithBrokenOnes) {
  const http::Request unsigned_request{
      .method = "GET", .target = "/?Action=ListQueues", .headers = {}, .body = {}};

  EXPECT_EQ(caller_of(unsigned_request).region, default_region);
  EXPECT_EQ(caller_of(unsigned_request).service, "");
  EXPECT_EQ(caller_of(signed_by("nonsense")).region, default_region);
  EXPECT_EQ(caller_of(signed_by("K/20261123/NO REGION/sqs/aws4_request")).region, default_region);
  EXPECT_EQ(caller_of(signed_by("K/20261123/us-west-2/sqs")).region, default_region);
  EXPECT_EQ(caller_of(signed_by("K/20261123/us-west-2/sqs/aws4_request/")).region, default_region);
}

TEST(Caller, HasNoNameThatIsNotPlainText) {
  EXPECT_EQ(caller_of(signed_by("\xff\xfe/20261123/us-east-1/sqs/aws4_request")).user,
            default_account);
}

TEST(Caller, IsReadFromAQueryStringToo) {
  for (const std::string_view credential :
       {"K%2F20261123%2Fus-west-2%2Fsqs%2Faws4_request",
        "K%2f20261123%2fus-west-2%2fsqs%2faws4_request", "K/20261123/us-west-2/sqs/aws4_request"}) {
    const http::Request request{
        .method = "GET",
        .target = "/?Action=ListQueues&X-Amz-Credential=" + std::string(credential) + "&X=1",
        .headers = {},
        .body = {}};

    EXPECT_EQ(caller_of(request).region, "us-west-2") << credential;
  }
}

}  // namespace
}  // namespace mailrail::auth
