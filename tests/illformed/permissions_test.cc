// No action forgets to ask whether its caller may: each, with a request that is right, is refused
// to who may not make it, and changes nothing.
//
// An action that is added is tested here without being named.

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "auth/rights.h"
#include "tests/cases/keys.h"
#include "tests/illformed/requests.h"

namespace mailrail::illformed {
namespace {

namespace json = boost::json;

const Example& example_of(std::string_view action) {
  static const std::vector<cases::CaseFile> files =
      cases::read_case_files(MAILRAIL_SOURCE_DIRECTORY "/tests/cases").value();
  static const std::vector<Example> examples = examples_of(files);
  return *std::ranges::find(examples, action, &Example::action);
}

std::string_view prefix_of(std::string_view action) {
  switch (cases::owner_of(action)) {
    case cases::Owner::sqs:
      return "sqs";
    case cases::Owner::sns:
      return "sns";
    case cases::Owner::sts:
      return "sts";
    case cases::Owner::administration:
      break;
  }
  return "mailrail";
}

class Permissions : public testing::TestWithParam<std::string_view> {
 protected:
  const auth::Right& right() const {
    const auth::Right* found =
        auth::find_right(prefix_of(GetParam()), cases::wire_name(GetParam()));
    EXPECT_NE(found, nullptr) << GetParam() << " is missing in auth/rights.cc";
    static const auth::Right none{"", "", auth::About::account, {}, auth::Sharing::nobody};
    return found == nullptr ? none : *found;
  }

  bool is_about_account() const {
    return right().about == auth::About::account || right().about == auth::About::server;
  }
  // Whoever asks: by what the request brings along.
  bool is_open() const { return right().traits.has(auth::Trait::is_open); }

  Scene::Played played_by(const cases::Key& key) {
    http::Request request = request_of(scene_, GetParam(), scene_.input());
    auth::Caller caller = auth::caller_of(request);
    return scene_.play(std::move(request), cases::called_by(key, GetParam(), std::move(caller)));
  }

  void expect_refused(const cases::Key& key) {
    const Scene::Played played = played_by(key);

    EXPECT_EQ(played.response.status, 403) << played.response.body;
    EXPECT_TRUE(played.response.body.contains("is not authorized to perform"))
        << played.response.body;
    EXPECT_FALSE(played.has_changed_something);
  }

  Scene scene_{example_of(GetParam()), protocols_of(GetParam()).front()};
};

cases::Key key(const json::object& members) { return cases::key_of("ann", members).value(); }

// An HTTP endpoint ends its subscription by a link; permissions.case has who may not.
TEST_P(Permissions, AreAskedForOfWhoDidNotSign) {
  if (!is_open() && GetParam() != "Unsubscribe") expect_refused(cases::nobody());
}

TEST_P(Permissions, AreAskedForOfAKeyWithoutRoles) {
  if (!is_open()) expect_refused(key({}));
}

// What is about the account, and open to keys with patterns, shows nothing to one with these.
TEST_P(Permissions, AreAskedForByTheNameOfTheQueueOrTopic) {
  const cases::Key other = key({{"roles", {"admin"}}, {"queues", {"-"}}, {"topics", {"-"}}});
  if (is_open()) return;
  if (!right().traits.has(auth::Trait::narrows_itself)) return expect_refused(other);
  const http::Response response = played_by(other).response;
  if (response.status == 403) return;  // A queue was named, and is not one of these.
  const std::string& body = response.body;
  EXPECT_FALSE(body.contains("/000000000000/") || body.contains("arn:aws:s")) << body;
}

TEST_P(Permissions, AreAskedForOfAnotherAccount) {
  const bool is_made_there = GetParam() == "CreateQueue" || GetParam() == "CreateTopic";
  if (is_open() || is_about_account() || is_made_there) return;
  expect_refused(key({{"roles", {"admin"}}, {"account", "999999999999"}}));
}

TEST_P(Permissions, AreAnAdmins) {
  json::object admin = {{"roles", {"admin"}}};
  // Of the account that the example is about.
  if (const json::value* owner = scene_.input().if_contains("QueueOwnerAWSAccountId"))
    admin["account"] = *owner;

  EXPECT_EQ(played_by(key(admin)).response.status, 200);
}

INSTANTIATE_TEST_SUITE_P(All,
                         Permissions,
                         testing::ValuesIn(cases::served_actions()),
                         [](const auto& named) {
                           std::string name(named.param);
                           std::ranges::replace(name, ':', '_');
                           return name;
                         });

// Also those that do nothing but refuse, and those of other services.
TEST(Rights, AreThereForEveryActionOfEveryService) {
  std::set<std::pair<std::string_view, std::string_view>> served;
  for (const api::Service& service : cases::services()) {
    for (const api::ActionEntry& each : service.actions) {
      served.emplace(service.policy_prefix, each.name);
      EXPECT_NE(auth::find_right(service.policy_prefix, each.name), nullptr)
          << service.policy_prefix << ":" << each.name << " is missing in auth/rights.cc";
    }
  }

  for (const auth::Right& each : auth::rights()) {
    EXPECT_TRUE(served.contains({each.service, each.action}))
        << each.service << ":" << each.action << " is served by nobody";
  }
}

}  // namespace
}  // namespace mailrail::illformed
