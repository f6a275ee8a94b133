#include "auth/key.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/key_text.h"
#include "base/digest.h"

namespace mailrail::auth {
namespace {

using testing::HasSubstr;

Key key_of(Grant grant) {
  SeededRandom random(1);
  Key key = make_key(std::move(grant), "000000000000", Lifetime::unlimited, random).key;
  key.created_at = from_unix_ms(1'735'689'600'000);
  return key;
}

std::string refusal_of(std::string_view text) {
  const Result<std::vector<Key>> keys = parse_keys(text);
  EXPECT_FALSE(keys) << text;
  return keys ? "" : keys.error().message;
}

std::string file_with(std::string_view key) {
  return R"({"version":1,"keys":[)" + std::string(key) + "]}";
}

TEST(Key, IsMadeWithAnIdAndSecretsOfItsOwn) {
  SeededRandom random(1);
  const Grant grant{.name = "app", .roles = {Role::send}};

  const NewKey lasting = make_key(grant, "000000000000", Lifetime::unlimited, random);
  const NewKey other = make_key(grant, "000000000000", Lifetime::unlimited, random);
  const NewKey brief = make_key(grant, "000000000000", Lifetime::short_lived, random);

  EXPECT_TRUE(check_key(lasting.key));
  EXPECT_EQ(lasting.key.id().size(), 20u);
  EXPECT_EQ(lasting.credentials.secret.size(), 40u);
  EXPECT_NE(lasting.key.id(), other.key.id());
  EXPECT_NE(lasting.credentials.secret, other.credentials.secret);
  EXPECT_TRUE(lasting.credentials.session_token.empty());
  EXPECT_EQ(brief.key.session_token_hash, hex(sha256(brief.credentials.session_token)));
}

TEST(Key, RefusesWhatNoKeyMayHave) {
  const auto refusal = [](const Grant& grant) {
    const Result<void> checked = check_key(key_of(grant));
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refusal({.roles = {Role::view}, .queues = {"orders-*", "a.fifo"}}), "");
  EXPECT_THAT(refusal({}), HasSubstr("A key needs a role: admin, operator, send"));
  EXPECT_THAT(refusal({.name = "a b", .roles = {Role::view}}), HasSubstr("unlike \"a b\""));
  EXPECT_THAT(refusal({.roles = {Role::view}, .queues = {"a b"}}), HasSubstr("not \"a b\""));
  EXPECT_THAT(refusal({.roles = {Role::view}, .topics = {""}}), HasSubstr("A pattern of topics"));
}

TEST(Key, MayBeChosenByWhoeverStartsTheServer) {
  const Result<Key> key =
      chosen_key({.key_id = "AKIAIOSFODNN7EXAMPLE", .secret = "0123456789abcdef"});

  ASSERT_TRUE(key);
  EXPECT_TRUE(key->may_all());
  EXPECT_FALSE(key_of({.roles = {Role::admin}, .queues = {"a*"}}).may_all());
  EXPECT_FALSE(key_of({.roles = {Role::operations}}).may_all());
  const Result<Key> brief = chosen_key({.key_id = "AKIAIOSFODNN7EXAMPLE", .secret = "0123456789"});
  ASSERT_FALSE(brief);
  EXPECT_THAT(brief.error().message, testing::Not(HasSubstr("0123456789")));
}

TEST(KeyText, ReadsWhatItHasWritten) {
  SeededRandom random(7);
  Key full = key_of({.name = "app",
                     .roles = {Role::operations, Role::view},
                     .queues = {"a*", "b"},
                     .topics = {"t"},
                     .payloads = Payloads::hidden,
                     .calls_per_second = 100});
  Key brief = make_key({.roles = {Role::admin}}, "111111111111", Lifetime::short_lived, random).key;
  brief.expires_at = from_unix_ms(1'735'693'200'000);

  const std::string text = text_of(std::vector{full, brief});
  const Result<std::vector<Key>> keys = parse_keys(text);

  ASSERT_TRUE(keys) << keys.error().message;
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ(text_of(*keys), text);
  EXPECT_EQ((*keys)[0].secret, full.secret);
  EXPECT_EQ((*keys)[0].grant->roles, full.grant->roles);
  EXPECT_EQ((*keys)[0].grant->payloads, Payloads::hidden);
  EXPECT_EQ((*keys)[0].grant->calls_per_second, 100u);
  EXPECT_EQ((*keys)[1].grant->calls_per_second, std::nullopt);
  EXPECT_EQ((*keys)[1].session_token_hash, brief.session_token_hash);
  EXPECT_EQ((*keys)[1].expires_at, brief.expires_at);
  EXPECT_THAT(text, HasSubstr(R"("roles":["operator","view"],"queues":["a*","b"])"));
}

TEST(KeyText, ReadsWhatPeopleWrite) {
  const Result<std::vector<Key>> keys = parse_keys(file_with(
      R"({"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "0123456789abcdef", "roles": ["send"]})"));

  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(keys->front().account, default_account);
  EXPECT_FALSE(keys->front().expires_at);
}

TEST(KeyText, RefusesWhatItDoesNotUnderstand) {
  const std::string begin =
      R"({"access_key_id":"AKIAIOSFODNN7EXAMPLE","secret_access_key":"0123456789abcdef","roles":["send"])";
  EXPECT_THAT(refusal_of("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal_of(R"({"keys":[]})"), HasSubstr("\"version\" must be 1"));
  EXPECT_THAT(refusal_of(R"({"version":2,"keys":[]})"), HasSubstr("\"version\" must be 1"));
  EXPECT_THAT(refusal_of(R"({"version":1,"keys":[],"x":1})"), HasSubstr("nothing else"));
  EXPECT_THAT(refusal_of(file_with("3")), HasSubstr("Key 1 must be an object"));
  EXPECT_THAT(refusal_of(file_with(begin + R"(,"source_ips":["10.0.0.0/8"]})")),
              HasSubstr("Key 1 has \"source_ips\", which this version of mailrail does not know."));
  EXPECT_THAT(refusal_of(file_with(begin + R"(,"expires_at":"soon"})")),
              HasSubstr("\"expires_at\" must be a time in UTC like 2026-11-27T20:33:45Z"));
  for (const std::string_view rate : {"0", "-1", "1.5", "\"100\"", "4294967296"}) {
    EXPECT_THAT(refusal_of(file_with(fmt::format(R"({},"calls_per_second":{}}})", begin, rate))),
                HasSubstr("\"calls_per_second\" must be a whole number from 1 on"));
  }
  EXPECT_THAT(refusal_of(file_with(begin + R"(,"calls_per_second":1000001})")),
              HasSubstr("The rate of a key is 1 to 1000000 calls a second, not 1000001."));
  EXPECT_THAT(refusal_of(file_with(begin + R"(,"hide_payloads":"yes"})")),
              HasSubstr("\"hide_payloads\" must be true or false"));
  EXPECT_THAT(refusal_of(file_with(begin + R"(,"session_token_sha256":"x"})")),
              HasSubstr("64 hexadecimal digits"));
  EXPECT_THAT(refusal_of(file_with(begin + "}," + begin + "}")),
              HasSubstr("AKIAIOSFODNN7EXAMPLE is there twice"));
  EXPECT_THAT(refusal_of(file_with(R"({"access_key_id":"AKIAIOSFODNN7EXAMPLE","roles":["fly"]})")),
              HasSubstr("\"roles\" must be a list of admin"));
}

}  // namespace
}  // namespace mailrail::auth
