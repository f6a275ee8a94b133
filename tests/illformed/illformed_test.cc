// Whatever is wrong with a request: the client can read the answer, and it says what is wrong.
//
// For every action that is served, every member that its shape has, and every protocol, against a
// whole server in one process.

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/illformed/judge.h"
#include "tests/illformed/requests.h"

namespace mailrail::illformed {
namespace {

namespace json = boost::json;
using cases::Protocol;

// A mistake shows up in many requests; these are enough to see which.
constexpr int objections_max = 8;

const std::vector<cases::CaseFile>& case_files() {
  static const std::vector<cases::CaseFile> files =
      cases::read_case_files(MAILRAIL_SOURCE_DIRECTORY "/tests/cases").value();
  return files;
}

const Example& example_of(std::string_view action) {
  static const std::vector<Example> examples = examples_of(case_files());
  return *std::ranges::find(examples, action, &Example::action);
}

std::string shown(std::string_view text) {
  return text.size() <= 300 ? std::string(text)
                            : fmt::format("{}... ({} bytes)", text.substr(0, 300), text.size());
}

// An action over a protocol.
class IllFormed : public testing::TestWithParam<std::tuple<std::string_view, Protocol>> {
 protected:
  Protocol protocol() const { return std::get<Protocol>(GetParam()); }

  void judge(const IllRequest& ill) {
    if (objections_ == objections_max) return;
    const Scene::Played played = scene_.play(ill.request);
    std::optional<http::Response> absent;
    if (ill.verdict == Verdict::absent) {
      absent =
          scene_.play(request_of(scene_, example_.action(), without(scene_.input(), *ill.place)))
              .response;
    }
    const auto found = objection({.protocol = protocol(),
                                  .action = example_.action(),
                                  .verdict = ill.verdict,
                                  .absent = absent ? &*absent : nullptr},
                                 played);
    ++judged_;
    if (!found) return;
    ++objections_;
    ADD_FAILURE() << ill.name << ": " << shown(*found) << "\n  " << shown(ill.request.body)
                  << "\n  " << played.response.status << " " << shown(played.response.body);
  }

  const Example& example_ = example_of(std::get<std::string_view>(GetParam()));
  Scene scene_{example_, protocol()};
  int judged_ = 0;
  int objections_ = 0;
};

TEST_P(IllFormed, ExamplesAreRight) {
  const Scene::Played played = scene_.play(request_of(scene_, example_.action(), scene_.input()));

  EXPECT_EQ(played.response.status, 200) << shown(played.response.body);
}

TEST_P(IllFormed, ValuesAreAnsweredAsTheyMust) {
  each_ill_value(scene_, example_, [this](const IllRequest& each) { judge(each); });

  const bool has_members = !places_of(*example_.shapes->input, scene_.input()).empty();
  EXPECT_EQ(judged_ > 0, has_members);
}

TEST_P(IllFormed, BodiesAreAnsweredAsTheyMust) {
  each_ill_body(scene_, example_, [this](const IllRequest& each) { judge(each); });

  EXPECT_GT(judged_, 0);
}

TEST_P(IllFormed, HeadsAreAnsweredAsTheyMust) {
  each_ill_head(scene_, example_, [this](const IllRequest& each) { judge(each); });

  EXPECT_GT(judged_, 0);
}

TEST_P(IllFormed, RequestsCutAtEveryByteAreAnsweredAsTheyMust) {
  each_truncation(scene_, example_, [this](const IllRequest& each) { judge(each); });

  EXPECT_GT(judged_, 0);
}

std::vector<std::tuple<std::string_view, Protocol>> served() {
  std::vector<std::tuple<std::string_view, Protocol>> all;
  for (const std::string_view action : cases::served_actions()) {
    for (const Protocol each : protocols_of(action)) all.emplace_back(action, each);
  }
  return all;
}

// What GoogleTest takes as a name.
std::string identifier(std::string_view action) {
  std::string name(action);
  std::ranges::replace(name, ':', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, IllFormed, testing::ValuesIn(served()), [](const auto& named) {
  return fmt::format("{}_over_{}", identifier(std::get<std::string_view>(named.param)),
                     cases::name_of(std::get<Protocol>(named.param)));
});

class PlainValues : public testing::TestWithParam<std::string_view> {};

// What several protocols can say, all refuse or accept for the same reason.
TEST_P(PlainValues, GetTheSameAnswerOverEveryProtocol) {
  const Example& example = example_of(GetParam());
  std::map<Protocol, Scene> scenes;
  for (const Protocol each : protocols_of(GetParam())) scenes.try_emplace(each, example, each);
  const json::object& input = scenes.at(Protocol::query).input();

  for (const Place& place : places_of(*example.shapes->input, input)) {
    for (const json::value& value : plain_values(place)) {
      std::map<Protocol, std::string> outcomes;
      for (auto& [protocol, scene] : scenes) {
        const Scene::Played played =
            scene.play(request_of(scene, example.action(), with(input, place, value)));
        outcomes[protocol] = outcome(protocol, example.action(), played.response);
      }
      const std::string where = place.name() + " = " + shown(json::serialize(value));
      for (const auto& [protocol, outcome] : outcomes)
        EXPECT_EQ(outcome, outcomes[Protocol::query])
            << where << " over " << cases::name_of(protocol);
    }
  }
}

std::vector<std::string_view> spoken_by_several() {
  std::vector<std::string_view> names = cases::served_actions();
  std::erase_if(names, cases::is_administrative);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All,
                         PlainValues,
                         testing::ValuesIn(spoken_by_several()),
                         [](const auto& named) { return identifier(named.param); });

}  // namespace
}  // namespace mailrail::illformed
