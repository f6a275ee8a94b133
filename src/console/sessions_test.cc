#include "console/sessions.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "auth/errors.h"

namespace mailrail::console {
namespace {

Instant now = from_unix_ms(1'735'689'600'000);
Instant tell_now() { return now; }

auth::NewKey new_key(std::string name, std::vector<auth::Role> roles, Random& random) {
  return auth::make_key({.name = std::move(name), .roles = std::move(roles)}, "111122223333",
                        auth::Lifetime::unlimited, random);
}

// A server with the keys of two people.
class SessionsTest : public ::testing::Test {
 protected:
  SessionsTest() { put_in_force({ann_.key, bob_.key}); }

  void put_in_force(std::vector<auth::Key> keys) {
    keys_.change(std::make_shared<const auth::KeyRing>(std::move(keys)));
  }

  http::Request ask(const std::string& token) const {
    http::Request request{.method = "POST", .target = "/"};
    request.headers.add("X-Mailrail-Console", "1");
    request.headers.add("Cookie", "theme=dark; " + sessions_.cookie_name() + "=" + token);
    return request;
  }

  // The error's code; empty if there is none.
  std::string refusal(const http::Request& request) {
    const auto caller = sessions_.authenticate(request);
    return caller ? "" : std::string(caller.error().kind->name);
  }

  std::string begin(const auth::NewKey& key) {
    return sessions_.begin(key.credentials, "::1").value();
  }

  SeededRandom random_{1};
  auth::KeysInForce keys_;
  auth::NewKey ann_ = new_key("ann", {auth::Role::admin}, random_);
  auth::NewKey bob_ = new_key("bob", {auth::Role::view}, random_);
  auth::Authenticator authenticator_{keys_, &tell_now};
  Sessions::Parts parts_{.authenticator = authenticator_, .now = &tell_now, .random = random_};
  Sessions sessions_{parts_, {}};
};

TEST_F(SessionsTest, StandInThePlaceOfASignature) {
  const auto caller = sessions_.authenticate(ask(begin(ann_)));

  ASSERT_TRUE(caller.has_value()) << caller.error().message;
  EXPECT_EQ(caller->grant->name, "ann");
  EXPECT_EQ(caller->account, "111122223333");
  EXPECT_EQ(caller->region, "us-east-1");
  EXPECT_TRUE(caller->is_signed());
  EXPECT_TRUE(auth::expect_signed_for(*caller, "sns"));
}

TEST_F(SessionsTest, AskInTheRegionThatTheySay) {
  http::Request request = ask(begin(ann_));
  request.headers.add("X-Mailrail-Region", "eu-west-1");

  EXPECT_EQ(sessions_.authenticate(request)->region, "eu-west-1");
}

TEST_F(SessionsTest, AreRefusedWithoutTheHeaderOfTheConsole) {
  http::Request request{.method = "GET", .target = "/?Action=ListQueues"};
  request.headers.add("Cookie", "mailrail=" + begin(ann_));

  EXPECT_EQ(refusal(request), "MissingAuthenticationTokenException");
}

TEST_F(SessionsTest, AreNotNeededForWhatIsSignedOrNobodys) {
  http::Request request{.method = "POST", .target = "/"};

  const auto caller = sessions_.authenticate(request);

  ASSERT_TRUE(caller.has_value());
  EXPECT_TRUE(caller->grant->is_anonymous());
}

TEST_F(SessionsTest, AreRefusedWithoutACookieOrWithAnother) {
  http::Request without{.method = "POST", .target = "/"};
  without.headers.add("X-Mailrail-Console", "1");

  EXPECT_EQ(refusal(without), "MissingAuthenticationTokenException");
  EXPECT_EQ(refusal(ask("00")), "ExpiredTokenException");
}

TEST_F(SessionsTest, BeginWithTheRightSecretAlone) {
  const auto wrong = sessions_.begin({.key_id = ann_.key.id(), .secret = "wrong"}, "::1");
  const auto unknown = sessions_.begin({.key_id = "AKIANOBODY", .secret = "wrong"}, "::1");
  const auto others =
      sessions_.begin({.key_id = ann_.key.id(), .secret = bob_.credentials.secret}, "::1");

  for (const auto& each : {wrong, unknown, others}) {
    ASSERT_FALSE(each.has_value());
    EXPECT_EQ(each.error().kind, &auth::errors::unrecognized_client);
    EXPECT_EQ(each.error().message, wrong.error().message);
  }
}

TEST_F(SessionsTest, NeedTheTokenOfAKeyThatHasOne) {
  auth::NewKey brief = auth::make_key({.name = "ci", .roles = {auth::Role::view}}, "111122223333",
                                      auth::Lifetime::short_lived, random_);
  brief.key.expires_at = now + 1h;
  put_in_force({brief.key});
  auth::Credentials without = brief.credentials;
  without.session_token.clear();

  EXPECT_FALSE(sessions_.begin(without, "::1").has_value());
  const std::string token = begin(brief);
  EXPECT_EQ(refusal(ask(token)), "");
  now += 1h;
  EXPECT_EQ(refusal(ask(token)), "ExpiredTokenException");
}

TEST_F(SessionsTest, EndWithTheirKey) {
  const std::string token = begin(ann_);
  put_in_force({bob_.key});

  EXPECT_EQ(refusal(ask(token)), "ExpiredTokenException");
}

TEST_F(SessionsTest, EndWhenTheKeyGetsAnotherSecret) {
  const std::string token = begin(ann_);
  auth::Key renewed = ann_.key;
  renewed.secret = "another secret of forty characters or so";
  put_in_force({renewed});

  EXPECT_EQ(refusal(ask(token)), "ExpiredTokenException");
}

TEST_F(SessionsTest, MayWhatTheirKeyMayNow) {
  const std::string token = begin(ann_);
  auth::Key changed = ann_.key;
  changed.grant = std::make_shared<const auth::Grant>(
      auth::Grant{.key_id = ann_.key.id(), .name = "ann", .roles = {auth::Role::view}});
  put_in_force({changed});

  EXPECT_EQ(sessions_.authenticate(ask(token))->grant->roles, std::vector{auth::Role::view});
}

TEST_F(SessionsTest, EndAfterTwelveHoursAndWhenTold) {
  const std::string old = begin(ann_);
  const std::string ended = begin(ann_);
  sessions_.end(ask(ended));

  EXPECT_EQ(refusal(ask(ended)), "ExpiredTokenException");
  EXPECT_EQ(refusal(ask(old)), "");
  now += Sessions::lasts;
  EXPECT_EQ(refusal(ask(old)), "ExpiredTokenException");
}

TEST_F(SessionsTest, AreBoundedForEachKeySoThatNobodyDrivesOthersOut) {
  const std::string anns = begin(ann_);
  const std::string first = begin(bob_);
  std::string last;
  for (std::size_t i = 0; i < Sessions::of_key_max; ++i) last = begin(bob_);

  EXPECT_EQ(refusal(ask(anns)), "");
  EXPECT_EQ(refusal(ask(first)), "ExpiredTokenException");
  EXPECT_EQ(refusal(ask(last)), "");
}

TEST_F(SessionsTest, AreNotGivenToWhoFailsTooOften) {
  const auth::Credentials wrong{.key_id = ann_.key.id(), .secret = "wrong"};
  for (std::size_t i = 0; i < LoginLimiter::of_address_max; ++i)
    EXPECT_EQ(sessions_.begin(wrong, "10.0.0.1").error().kind->http_status, 403);

  EXPECT_EQ(sessions_.begin(ann_.credentials, "10.0.0.1").error().kind->http_status, 429);
  EXPECT_TRUE(sessions_.begin(ann_.credentials, "10.0.0.2").has_value());
  now += LoginLimiter::forgotten_after;
  EXPECT_TRUE(sessions_.begin(ann_.credentials, "10.0.0.1").has_value());
}

TEST_F(SessionsTest, AreNotNeededWithoutKeys) {
  keys_.change(nullptr);

  const auto caller = sessions_.authenticate(ask("none"));

  ASSERT_TRUE(caller.has_value());
  EXPECT_EQ(caller->grant, nullptr);
  EXPECT_FALSE(sessions_.begin(ann_.credentials, "::1").has_value());
}

TEST_F(SessionsTest, AreNarrowedByWhatTheServerSays) {
  Sessions narrowed(parts_, {.extent = auth::Extent::looking, .payloads = auth::Payloads::hidden});
  const std::string token = narrowed.begin(ann_.credentials, "::1").value();

  const auto with_key = narrowed.authenticate(ask(token));
  keys_.change(nullptr);
  const auto without_keys = narrowed.authenticate(ask(token));

  EXPECT_EQ(with_key->grant->extent, auth::Extent::looking);
  EXPECT_EQ(with_key->grant->name, "ann");
  EXPECT_FALSE(with_key->sees_payloads());
  EXPECT_EQ(without_keys->grant->extent, auth::Extent::looking);
  EXPECT_FALSE(without_keys->sees_payloads());
}

}  // namespace
}  // namespace mailrail::console
