#include "auth/authenticator.h"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/errors.h"
#include "auth/key.h"
#include "auth/sigv4.h"
#include "base/digest.h"
#include "base/random.h"

namespace mailrail::auth {
namespace {

using testing::HasSubstr;

constexpr Instant now = from_unix_ms(1'735'689'600'000);  // 20250101T000000Z

Instant tell_now() { return now; }

// A server with a key that stays and one that ends, and requests that are signed with them.
class Authentication : public testing::Test {
 protected:
  Authentication() {
    short_lived_.key.expires_at = now + 1h;
    keys_.change(std::make_shared<const KeyRing>(std::vector{app_.key, short_lived_.key}));
  }

  static http::Request unsigned_request() {
    http::Request request{.method = "POST", .target = "/", .body = "{}"};
    request.headers.add("Host", "127.0.0.1:4566");
    request.headers.add("X-Amz-Target", "AmazonSQS.ListQueues");
    request.headers.add("Content-Type", "application/x-amz-json-1.0");
    return request;
  }

  static http::Request signed_request(const Credentials& credentials,
                                      Instant at = now,
                                      http::Request request = unsigned_request()) {
    for (const auto& [name, value] :
         sign(request,
              {.credentials = credentials, .region = "eu-west-1", .service = "sqs", .time = at}))
      request.headers.add(name, value);
    return request;
  }

  http::Request presigned_request(Instant at, Duration lasts = 60s) const {
    http::Request request{.method = "GET", .target = "/000000000000/q?Action=ReceiveMessage"};
    request.headers.add("Host", "h");
    request.target = presign(
        request,
        {.credentials = app_.credentials, .region = "us-east-1", .service = "sqs", .time = at},
        lasts);
    return request;
  }

  // With every header as `change` leaves it; none if that is empty.
  static http::Request changed(const http::Request& request,
                               const std::function<std::string(std::string, std::string)>& change) {
    http::Request out{.method = request.method, .target = request.target, .body = request.body};
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
      const auto [name, value] = request.headers[i];
      if (std::string after = change(std::string(name), std::string(value)); !after.empty())
        out.headers.add(name, after);
    }
    return out;
  }

  static http::Request with_header(http::Request request,
                                   std::string_view name,
                                   std::string_view value) {
    request.headers.add(name, value);
    return request;
  }

  Result<Caller> authenticate(const http::Request& request) const {
    return authenticator_.authenticate(request);
  }

  void expect_refused(const http::Request& request,
                      const ErrorKind& kind,
                      std::string_view sentence) const {
    const Result<Caller> caller = authenticate(request);
    ASSERT_FALSE(caller);
    EXPECT_EQ(caller.error().kind, &kind) << caller.error().message;
    EXPECT_THAT(caller.error().message, HasSubstr(sentence));
  }

  SeededRandom random_{1};
  const NewKey app_ = make_key(
      {.name = "app-2", .roles = {Role::send}}, "111111111111", Lifetime::unlimited, random_);
  NewKey short_lived_ =
      make_key({.roles = {Role::admin}}, "000000000000", Lifetime::short_lived, random_);
  KeysInForce keys_;
  const Authenticator authenticator_{keys_, &tell_now};
};

constexpr std::string_view mismatch = "does not match the signature you provided";

TEST_F(Authentication, KnowsTheHolderOfAKey) {
  const Result<Caller> caller = authenticate(signed_request(app_.credentials));

  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ(caller->account, "111111111111");
  EXPECT_EQ(caller->region, "eu-west-1");
  EXPECT_EQ(caller->user, "app-2");
  EXPECT_EQ(caller->service, "sqs");
  EXPECT_EQ(caller->grant, app_.key.grant);
}

TEST_F(Authentication, BelievesEverybodyWhileThereAreNoKeys) {
  KeysInForce none;
  http::Request request = unsigned_request();
  request.headers.add("Authorization",
                      "AWS4-HMAC-SHA256 Credential=x/20250101/us-east-1/sqs/aws4_request, "
                      "SignedHeaders=host, Signature=0");

  const Result<Caller> caller = Authenticator(none, &tell_now).authenticate(request);

  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->user, "x");
  EXPECT_EQ(caller->grant, nullptr);
}

TEST_F(Authentication, TakesWhoDoesNotSignForNobody) {
  http::Request request = unsigned_request();
  request.target = "/?xX-Amz-Credential=a/20250101/eu-west-1/sqs/aws4_request";

  const Result<Caller> caller = authenticate(request);

  ASSERT_TRUE(caller);
  ASSERT_NE(caller->grant, nullptr);
  EXPECT_TRUE(caller->grant->is_anonymous());
  EXPECT_FALSE(caller->is_signed());
  EXPECT_EQ(caller->account, default_account);
}

TEST_F(Authentication, TakesNobodyToBeAtHome) {
  const Authenticator at_home(keys_, &tell_now, [] {},
                              {.account = "222222222222", .region = "eu-central-1"});

  const Result<Caller> caller = at_home.authenticate(unsigned_request());

  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->region, "eu-central-1");
  EXPECT_EQ(caller->account, "222222222222");
}

TEST_F(Authentication, TakesAPasswordOfWhoOnlyLooks) {
  const auto request = [](const std::string& user, const std::string& password) {
    return with_header(unsigned_request(), "Authorization",
                       "Basic " + base64(user + ":" + password));
  };
  const auto& [id, secret, token] = app_.credentials;

  const Result<Caller> caller = authenticator_.authenticate_reader(request(id, secret));

  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ(caller->grant, app_.key.grant);
  EXPECT_EQ(caller->account, "111111111111");
  EXPECT_FALSE(authenticator_.authenticate_reader(request(id, secret + "x")));
  EXPECT_FALSE(authenticator_.authenticate_reader(request(id, "")));
  EXPECT_FALSE(authenticator_.authenticate_reader(request("", "")));
  const Credentials& brief = short_lived_.credentials;
  EXPECT_FALSE(authenticator_.authenticate_reader(request(brief.key_id, brief.secret)));
  EXPECT_FALSE(authenticator_.authenticate_reader(
      with_header(request(id, secret), "Authorization", "Basic eA==")));
  EXPECT_TRUE(authenticator_.authenticate_reader(signed_request(app_.credentials)));
  // Nobody else may.
  EXPECT_FALSE(authenticate(request(id, secret)));
}

TEST_F(Authentication, LetsNobodyInWhenTheLastKeyIsGone) {
  keys_.change(std::make_shared<const KeyRing>(std::vector<Key>()));

  expect_refused(signed_request(app_.credentials), errors::unrecognized_client,
                 "There is no such access key here.");
}

TEST_F(Authentication, LooksAgainForAKeyThatWasJustMade) {
  KeysInForce keys(std::make_shared<const KeyRing>(std::vector<Key>()));
  const Authenticator authenticator(keys, &tell_now, [&] {
    keys.change(std::make_shared<const KeyRing>(std::vector{app_.key}));
  });

  EXPECT_TRUE(authenticator.authenticate(signed_request(app_.credentials)));
}

TEST_F(Authentication, RefusesAnotherSecret) {
  Credentials wrong = app_.credentials;
  wrong.secret.back() = wrong.secret.back() == 'x' ? 'y' : 'x';

  expect_refused(signed_request(wrong), errors::invalid_signature, mismatch);
}

TEST_F(Authentication, RefusesWhateverWasChangedOnTheWay) {
  const http::Request request = signed_request(app_.credentials);
  http::Request other_body = request;
  other_body.body = "{ }";
  http::Request other_path = request;
  other_path.target = "/000000000000/q";
  http::Request other_method = request;
  other_method.method = "GET";
  http::Request with_parameter = request;
  with_parameter.target = "/?Action=DeleteQueue";

  for (const http::Request& each : {other_body, other_path, other_method, with_parameter})
    expect_refused(each, errors::invalid_signature, mismatch);
  for (const std::string header : {"Host", "X-Amz-Target", "X-Amz-Date", "Content-Type"}) {
    const http::Request other = changed(request, [&](const std::string& name, std::string value) {
      if (name != header) return value;
      value[0] = value[0] == '1' ? '0' : '1';
      return value;
    });
    EXPECT_FALSE(authenticate(other)) << header;
    const http::Request without = changed(request, [&](const std::string& name, std::string value) {
      return name == header ? std::string() : value;
    });
    EXPECT_FALSE(authenticate(without)) << header;
  }
}

TEST_F(Authentication, RefusesWhatWasAddedOnTheWay) {
  const http::Request request = signed_request(app_.credentials);

  expect_refused(with_header(request, "x-amz-target", "AmazonSQS.DeleteQueue"),
                 errors::invalid_signature, mismatch);
  expect_refused(with_header(request, "X-Amz-Other", "1"), errors::invalid_signature,
                 "'X-Amz-Other' must be a 'SignedHeader'");
  expect_refused(with_header(request, "Authorization", "Basic eDp5"), errors::incomplete_signature,
                 "The header Authorization must be there once.");
}

TEST_F(Authentication, TellsAnOldSignatureByTheTimeAndTheLimit) {
  EXPECT_TRUE(authenticate(signed_request(app_.credentials, now - 15min)));
  EXPECT_TRUE(authenticate(signed_request(app_.credentials, now + 15min)));
  expect_refused(signed_request(app_.credentials, now - 15min - 1s), errors::invalid_signature,
                 "Signature expired: 20241231T234459Z is now earlier than 20241231T234500Z "
                 "(20250101T000000Z - 15 min.)");
  expect_refused(signed_request(app_.credentials, now + 15min + 1s), errors::invalid_signature,
                 "Signature not yet current: 20250101T001501Z is still later than "
                 "20250101T001500Z (20250101T000000Z + 15 min.)");
}

TEST_F(Authentication, TakesASessionTokenThatBelongsToTheKey) {
  EXPECT_TRUE(authenticate(signed_request(short_lived_.credentials)));

  Credentials without = short_lived_.credentials;
  without.session_token = "";
  expect_refused(signed_request(without), errors::unrecognized_client,
                 "its session token is missing");
  Credentials foreign = short_lived_.credentials;
  foreign.session_token = "IQoJb3JpZ2luX2VjEJr";
  expect_refused(signed_request(foreign), errors::unrecognized_client,
                 "is not one that mailrail issued with this key");
  Credentials needless = app_.credentials;
  needless.session_token = short_lived_.credentials.session_token;
  expect_refused(signed_request(needless), errors::unrecognized_client,
                 "The session token is not one that mailrail issued: this key has none.");
}

TEST_F(Authentication, EndsWithTheTimeOfTheKey) {
  short_lived_.key.expires_at = now;
  keys_.change(std::make_shared<const KeyRing>(std::vector{short_lived_.key}));

  expect_refused(signed_request(short_lived_.credentials), errors::expired_token,
                 "The security token included in the request is expired");
}

// As that of a key that was rotated with a time of grace: it is no short-lived one.
TEST_F(Authentication, EndsWithTheTimeOfTheKeyForPasswordsToo) {
  const auto& [id, secret, token] = app_.credentials;
  const http::Request request =
      with_header(unsigned_request(), "Authorization", "Basic " + base64(id + ":" + secret));
  Key key = app_.key;
  key.expires_at = now + 1ms;
  keys_.change(std::make_shared<const KeyRing>(std::vector{key}));
  EXPECT_TRUE(authenticator_.authenticate_reader(request));

  key.expires_at = now;
  keys_.change(std::make_shared<const KeyRing>(std::vector{key}));

  const Result<Caller> caller = authenticator_.authenticate_reader(request);
  ASSERT_FALSE(caller);
  EXPECT_EQ(caller.error().kind, &errors::expired_token);
}

TEST_F(Authentication, TakesAPresignedUrlWhileItLasts) {
  EXPECT_TRUE(authenticate(presigned_request(now - 60s)));
  EXPECT_TRUE(authenticate(presigned_request(now - 100h, 604'800s)));

  expect_refused(presigned_request(now - 61s), errors::request_expired,
                 "it was presigned at 20241231T235859Z for 60 seconds");
  expect_refused(presigned_request(now, 604'801s), errors::incomplete_signature,
                 "X-Amz-Expires must be a number of seconds from 1 to 604800");
  expect_refused(presigned_request(now + 16min), errors::invalid_signature,
                 "Signature not yet current");
}

TEST_F(Authentication, RefusesAPresignedUrlThatWasChanged) {
  http::Request request = presigned_request(now);
  request.body = "Action=DeleteQueue";
  expect_refused(request, errors::invalid_signature, mismatch);

  request = presigned_request(now);
  request.target += "&Action=DeleteQueue";
  expect_refused(request, errors::invalid_signature, mismatch);

  request = presigned_request(now);
  request.target += "&X-Amz-Expires=604800";
  expect_refused(request, errors::incomplete_signature, "may be there twice");

  expect_refused(with_header(presigned_request(now), "X-Amz-Target", "AmazonSQS.PurgeQueue"),
                 errors::invalid_signature, "'X-Amz-Target' must be a 'SignedHeader'");
}

TEST_F(Authentication, TakesABodyThatIsNotSignedIfTheSignerSaysSo) {
  http::Request request = unsigned_request();
  request.headers.add("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
  request = signed_request(app_.credentials, now, request);
  request.body = "{\"another\":1}";

  EXPECT_TRUE(authenticate(request));
  expect_refused(
      with_header(signed_request(app_.credentials), "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
      errors::invalid_signature, "'X-Amz-Content-Sha256' must be a 'SignedHeader'");
}

TEST_F(Authentication, HoldsTheHashOfTheBodyAgainstTheBody) {
  http::Request request = unsigned_request();
  request.headers.add("X-Amz-Content-Sha256", hex(sha256(request.body)));
  request = signed_request(app_.credentials, now, request);
  EXPECT_TRUE(authenticate(request));

  request.body = "{ }";
  expect_refused(request, errors::invalid_signature, "is not the SHA-256 of the body");
}

TEST_F(Authentication, RefusesBodiesThatAreSignedInChunks) {
  http::Request request = unsigned_request();
  request.headers.add("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");

  expect_refused(signed_request(app_.credentials, now, request), errors::invalid_signature,
                 "signed in chunks");
}

TEST_F(Authentication, RefusesPathsThatAreSignedAsOthers) {
  http::Request request = unsigned_request();
  request.target = "/222222222222/x/../q";

  expect_refused(signed_request(app_.credentials, now, request), errors::invalid_signature,
                 "A path with '.' or '..'");
}

TEST_F(Authentication, SaysWhatIsMissingInAnAuthorization) {
  const auto refused = [&](std::string_view authorization, std::string_view sentence) {
    expect_refused(with_header(unsigned_request(), "Authorization", authorization),
                   errors::incomplete_signature, sentence);
  };
  refused("Bearer abc", "must begin with 'AWS4-HMAC-SHA256'");
  refused("AWS4-HMAC-SHA256 Credential=a, Signature=b", "requires 'SignedHeaders' parameter");
  refused("AWS4-HMAC-SHA256 Credential=a, Credential=b", "once each");
  refused("AWS4-HMAC-SHA256", "once each");
  refused("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c",
          "exactly 5 slash-delimited elements");
  refused(
      "AWS4-HMAC-SHA256 Credential=a/20250101/r/sqs/aws4_request, SignedHeaders=Host, "
      "Signature=c",
      "must be names in lower case");
  refused("AWS4-HMAC-SHA256 Credential=a/20250101/r/sqs/aws4_request, SignedHeaders=, Signature=c",
          "must be names in lower case");
}

TEST_F(Authentication, SaysWhatTheScopeShouldBe) {
  const auto refused = [&](const std::string& credential, std::string_view sentence) {
    expect_refused(with_header(unsigned_request(), "Authorization",
                               "AWS4-HMAC-SHA256 Credential=" + credential +
                                   ", SignedHeaders=host;x-amz-date;x-amz-target, Signature=c"),
                   errors::invalid_signature, sentence);
  };
  refused("a/20250101/us-east-1/sqs/aws3_request", "scoped with a valid terminator");
  refused("a/20250101/US EAST/sqs/aws4_request", "scoped to a valid region");

  const Result<Caller> caller = authenticate(signed_request(app_.credentials));
  EXPECT_TRUE(expect_signed_for(*caller, "sqs"));
  const Result<void> other = expect_signed_for(*caller, "sns");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "Credential should be scoped to correct service: 'sns'.");
  EXPECT_TRUE(expect_signed_for(Caller(), "sns"));
}

TEST_F(Authentication, RefusesADateThatIsNotThatOfTheScope) {
  const http::Request request = changed(
      signed_request(app_.credentials), [](const std::string& name, const std::string& value) {
        return name == "X-Amz-Date" ? std::string("20250102T000000Z") : value;
      });

  expect_refused(request, errors::invalid_signature,
                 "'20250101' != '20250102', from '20250102T000000Z'.");
}

TEST_F(Authentication, NeverRepeatsASecretOrASignature) {
  Credentials wrong = app_.credentials;
  wrong.secret += "x";
  wrong.session_token = "secret-token";

  const Result<Caller> caller = authenticate(signed_request(wrong));

  ASSERT_FALSE(caller);
  EXPECT_THAT(caller.error().message, testing::Not(HasSubstr(app_.credentials.secret)));
  EXPECT_THAT(caller.error().message, testing::Not(HasSubstr("secret-token")));
}

}  // namespace
}  // namespace mailrail::auth
