#include "tests/illformed/example.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace mailrail::illformed {
namespace {

namespace json = boost::json;

// What leads to an example is played again and again.
constexpr int calls_before_max = 20;
constexpr std::size_t text_bytes_max = 4096;

std::size_t members_in(const json::value& value) {
  std::size_t count = 0;
  if (const json::object* object = value.if_object()) {
    for (const auto& [name, each] : *object) count += 1 + members_in(each);
  } else if (const json::array* list = value.if_array()) {
    for (const json::value& each : *list) count += members_in(each);
  }
  return count;
}

bool is_plain(const cases::Step& step) {
  return step.kind == cases::Step::Kind::call && step.times == 1 && step.options.empty() &&
         step.text.size() <= text_bytes_max && !step.text.contains("$repeat") &&
         step.expected.kind == cases::Expectation::Kind::output;
}

class Search {
 public:
  explicit Search(const cases::ActionShapes& shapes) : best_{.shapes = &shapes, .step = nullptr} {}

  void look_at(const cases::Case& played) {
    if (!covers_protocols(played)) return;
    int calls = 0;
    for (std::size_t i = 0; i < played.steps.size() && calls <= calls_before_max; ++i) {
      const cases::Step& step = played.steps[i];
      calls += step.times;
      if (step.action != best_.action() || !is_plain(step)) continue;
      const std::size_t members = members_in(step.input);
      if (best_.step != nullptr && members <= members_) continue;
      members_ = members;
      best_.before = std::span(played.steps).first(i);
      best_.step = &step;
    }
  }

  const Example& best() const { return best_; }

 private:
  bool covers_protocols(const cases::Case& played) const {
    return std::ranges::all_of(protocols_of(best_.action()),
                               [&](cases::Protocol each) { return cases::speaks(played, each); });
  }

  Example best_;
  std::size_t members_ = 0;
};

}  // namespace

std::vector<Example> examples_of(const std::vector<cases::CaseFile>& files) {
  std::vector<Example> examples;
  for (const std::string_view action : cases::served_actions()) {
    const cases::ActionShapes* shapes = cases::find_action(action);
    CHECK(shapes != nullptr);  // cases_test says which one is not listed.
    Search search(*shapes);
    for (const cases::CaseFile& file : files)
      std::ranges::for_each(file.cases, [&](const cases::Case& each) { search.look_at(each); });
    if (search.best().step == nullptr) {
      fmt::print(stderr, "no case over every protocol of {} calls it plainly and succeeds\n",
                 action);
    }
    CHECK(search.best().step != nullptr);
    examples.push_back(search.best());
  }
  return examples;
}

std::vector<cases::Protocol> protocols_of(std::string_view action) {
  std::vector<cases::Protocol> spoken;
  for (const cases::Protocol each : cases::all_protocols) {
    const bool is_ours = cases::is_administrative(action);  // They speak AWS JSON alone.
    if (is_ours ? each == cases::Protocol::json : cases::spoken(each, action) == each)
      spoken.push_back(each);
  }
  return spoken;
}

Scene::Scene(const Example& example, cases::Protocol protocol)
    : example_(example), protocol_(protocol) {
  set();
  input_ = player_->input_of(*example_.step).value();
}

void Scene::set() {
  player_ = std::make_unique<cases::Player>(protocol_);
  CHECK(!player_->play(example_.before));
  player_->world().restart();  // Else what nobody waits for would come with the next call.
}

Scene::Played Scene::play(http::Request request) {
  auth::Caller caller = auth::caller_of(request);
  return play(std::move(request), std::move(caller));
}

Scene::Played Scene::play(http::Request request, auth::Caller caller) {
  if (player_ == nullptr) set();
  cases::World& world = player_->world();
  const std::size_t frames = world.frames();
  const std::uint64_t call = world.ask(std::move(request), std::move(caller));
  bool has_waited = false;
  if (world.answer(call) == nullptr) {
    world.advance(20s);
    has_waited = true;
  }
  CHECK(world.answer(call) != nullptr);
  Played played{.response = *world.answer(call), .has_changed_something = world.frames() != frames};
  if (played.has_changed_something || has_waited || played.response.status == 200) player_.reset();
  return played;
}

}  // namespace mailrail::illformed
