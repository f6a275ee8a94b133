// Examples: for every action a request that is right, taken from the cases, and the moment in which
// it is.
//
// An action that is added brings its example along with its cases. What the tests here do to
// requests, they do to these.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "http/message.h"
#include "tests/cases/actions.h"
#include "tests/cases/coverage.h"
#include "tests/cases/player.h"

namespace mailrail::illformed {

struct Example {
  const cases::ActionShapes* shapes;
  std::span<const cases::Step> before;  // What leads to it.
  const cases::Step* step;

  std::string_view action() const { return shapes->name; }
};

// Those that an action's service has.
std::vector<cases::Protocol> protocols_of(std::string_view action);

// One for each action that is served: of those in the cases the one with the most members.
std::vector<Example> examples_of(const std::vector<cases::CaseFile>& files);

// A server to which an example's request can be sent again and again, always in the same moment: a
// request that changed something is undone.
class Scene {
 public:
  Scene(const Example& example, cases::Protocol protocol);

  // What the example sends.
  const boost::json::object& input() const { return input_; }
  cases::Protocol protocol() const { return protocol_; }

  struct Played {
    http::Response response;
    bool has_changed_something;
  };
  // If it waits, time passes until it is answered.
  Played play(http::Request request);
  Played play(http::Request request, auth::Caller caller);

 private:
  void set();

  const Example& example_;
  const cases::Protocol protocol_;
  std::unique_ptr<cases::Player> player_;
  boost::json::object input_;
};

}  // namespace mailrail::illformed
