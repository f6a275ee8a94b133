// Player: plays one case over one protocol, in a world of its own.
//
// It stops at the first step that goes wrong, and says what was expected and what came.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "tests/cases/case_file.h"
#include "tests/cases/expect.h"
#include "tests/cases/keys.h"
#include "tests/cases/protocol.h"
#include "tests/cases/world.h"

namespace mailrail::cases {

struct Failure {
  int line;
  std::string text;
};

class Player {
 public:
  explicit Player(Protocol protocol, std::unique_ptr<Storage> storage = storage_in_memory())
      : protocol_(protocol), world_(std::move(storage)) {}

  std::optional<Failure> play(const Case& played);
  std::optional<Failure> play(std::span<const Step> steps);

  // What a step would send now, with every name replaced.
  Result<boost::json::object> input_of(const Step& step) const;
  World& world() { return world_; }

 private:
  struct Asked {
    std::uint64_t call;
    std::string action;
  };

  Result<void> play(const Step& step);
  Result<void> call(const Step& step);
  // By whom a step says that it is called, as if authentication had found out.
  Result<auth::Caller> caller_of(const Step& step, const http::Request& request) const;
  Result<void> check(const Step& step, const Asked& asked);
  // What a name stands for: the answer, and the token that a subscriber is sent.
  boost::json::value as_named(const Asked& asked, const Answer& answer) const;
  Result<void> check_error(std::string_view action,
                           const Expectation& expected,
                           const Answer& answer) const;

  const Protocol protocol_;
  World world_;
  Names names_;
  std::map<std::string, Asked> asked_;
  std::map<std::string, Key> keys_;
};

}  // namespace mailrail::cases
