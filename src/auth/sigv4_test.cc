#include "auth/sigv4.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "auth/canonical_request.h"
#include "base/digest.h"

namespace mailrail::auth {
namespace {

constexpr std::string_view example_time = "20150830T123600Z";

// "The examples use the following credentials." (AWS Signature Version 4 test suite)
Signing example_signing(std::string service = "service") {
  return {.credentials = {.key_id = "AKIDEXAMPLE",
                          .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
          .region = "us-east-1",
          .service = std::move(service),
          .time = *parse_signature_time(example_time)};
}

// Of AWS's test suite.
struct Example {
  std::string name;
  std::string method;
  std::string target;
  std::vector<http::Header> headers;
  std::string body;
  std::string signed_headers;
  std::string signature;
};

const std::string usual = "host;x-amz-date";

std::vector<Example> examples_of_targets() {
  return {
      {"get-vanilla",
       "GET",
       "/",
       {},
       "",
       usual,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"post-vanilla",
       "POST",
       "/",
       {},
       "",
       usual,
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/?Param2=value2&Param1=value1",
       {},
       "",
       usual,
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-relative-relative",
       "GET",
       "/example1/example2/../..",
       {},
       "",
       usual,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get-slashes",
       "GET",
       "//example//",
       {},
       "",
       usual,
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-space",
       "GET",
       "/example space/",
       {},
       "",
       usual,
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-utf8",
       "GET",
       "/ሴ",
       {},
       "",
       usual,
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
  };
}

std::vector<Example> examples_of_headers() {
  return {
      {"get-header-value-trim",
       "GET",
       "/",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"get-header-key-duplicate",
       "GET",
       "/",
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
       "",
       "host;my-header1;x-amz-date",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1",
       "content-type;host;x-amz-date",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
  };
}

http::Request request_of(const Example& example) {
  http::Request request{.method = example.method, .target = example.target, .body = example.body};
  request.headers.add("Host", "example.amazonaws.com");
  for (const http::Header& each : example.headers) request.headers.add(each.name, each.value);
  return request;
}

TEST(SignatureOf, TakesTheKeyOfItsOwnSecretAndScopeWhateverCameBefore) {
  const auto signatures = [](bool backwards) {
    std::vector<std::string> made;
    for (int i = 0; i < 300; ++i) {
      const int number = backwards ? 299 - i : i;
      made.push_back(signature_of("canonical", "secret" + std::to_string(number / 3),
                                  {.date = "20150830",
                                   .region = number % 3 == 0 ? "us-east-1" : "eu-west-1",
                                   .service = number % 3 == 1 ? "sqs" : "sns"},
                                  example_time));
    }
    return made;
  };

  std::vector<std::string> forwards = signatures(false);
  std::vector<std::string> backwards = signatures(true);

  std::ranges::reverse(backwards);
  EXPECT_EQ(forwards, backwards);
  std::ranges::sort(forwards);
  EXPECT_EQ(std::ranges::adjacent_find(forwards), forwards.end());
}

TEST(SigV4, SignsAsTheTestSuiteOfAwsDoes) {
  std::vector<Example> examples = examples_of_targets();
  std::ranges::copy(examples_of_headers(), std::back_inserter(examples));
  for (const Example& example : examples) {
    http::Request request = request_of(example);
    request.headers.add("X-Amz-Date", example_time);

    const std::string canonical =
        canonical_request(request, example.signed_headers, hex(sha256(example.body)));

    EXPECT_EQ(signature_of(canonical, example_signing().credentials.secret,
                           {.date = "20150830", .region = "us-east-1", .service = "service"},
                           example_time),
              example.signature)
        << example.name << "\n"
        << canonical;
  }
}

// "Task 4: Add the signature to the HTTP request" of AWS's guide, which lists users.
TEST(SigV4, AddsTheHeadersOfTheExampleInTheGuide) {
  http::Request request{.method = "GET", .target = "/?Action=ListUsers&Version=2010-05-08"};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.headers.add("Host", "iam.amazonaws.com");
  request.headers.add("User-Agent", "anything");

  const auto added = sign(request, example_signing("iam"));

  ASSERT_EQ(added.size(), 2u);
  EXPECT_EQ(added[0], std::pair(std::string("X-Amz-Date"), std::string(example_time)));
  EXPECT_EQ(added[1].first, "Authorization");
  EXPECT_EQ(added[1].second,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST(SigV4, SignsASessionTokenAndTheTargetOfAwsJson) {
  http::Request request{.method = "POST", .target = "/"};
  request.headers.add("Host", "h");
  request.headers.add("X-Amz-Target", "AmazonSQS.ListQueues");
  Signing signing = example_signing("sqs");
  signing.credentials.session_token = "token";

  const auto added = sign(request, signing);

  ASSERT_EQ(added.size(), 3u);
  EXPECT_EQ(added[1], std::pair(std::string("X-Amz-Security-Token"), std::string("token")));
  EXPECT_NE(
      added[2].second.find("SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target,"),
      std::string::npos);
}

TEST(SigV4, PresignsWithTheParametersInTheUrl) {
  http::Request request{.method = "GET", .target = "/q?Action=ReceiveMessage&Name=a+b"};
  request.headers.add("Host", "h:1");

  const std::string target = presign(request, example_signing("sqs"), 60s);

  EXPECT_TRUE(target.starts_with(
      "/q?Action=ReceiveMessage&Name=a%20b&X-Amz-Algorithm=AWS4-HMAC-SHA256&"
      "X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fsqs%2Faws4_request&"
      "X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature="))
      << target;
}

TEST(SigV4, HasTimesToTheSecond) {
  EXPECT_EQ(signature_time(*parse_signature_time(example_time)), example_time);
  for (const std::string_view text :
       {"", "20150830T123600", "20150830t123600Z", "20151330T123600Z", "20150230T123600Z",
        "20150830T243600Z", "2015083 T123600Z", "-0150830T123600Z", "20150830T123600Z0"})
    EXPECT_FALSE(parse_signature_time(text)) << text;
}

TEST(CanonicalRequest, TakesParametersAsTheyAreUnderstood) {
  EXPECT_EQ(canonical_query(query_parameters("b=1&&a=x+y&a=x%20b&c&%zz=%2f&X-Amz-Signature=s")),
            "%25zz=%2F&a=x%20b&a=x%20y&b=1&c=");
}

TEST(CanonicalRequest, ResolvesPathsAndEncodesThemOnceMore) {
  EXPECT_EQ(canonical_path(""), "/");
  EXPECT_EQ(canonical_path("/000000000000/q"), "/000000000000/q");
  EXPECT_EQ(canonical_path("/a//b/./c/../d%20e/"), "/a/b/d%2520e/");
  EXPECT_EQ(canonical_path("/../.."), "/");
}

TEST(CanonicalRequest, JoinsRepeatedHeadersInTheirOrder) {
  http::Headers headers;
  headers.add("X-A", "  b \t c ");
  headers.add("x-a", "");
  headers.add("X-a", "a");

  EXPECT_EQ(canonical_value(headers, "x-a"), "b c,,a");
  EXPECT_EQ(canonical_value(headers, "x-b"), "");
}

}  // namespace
}  // namespace mailrail::auth
