// Endpoints: the HTTP endpoints of the simulated world, as seen by all lives of the server.
//
// They answer after a random while with what is good, bad or hopeless, or not at all, and confirm
// by the tokens that they are sent. What reached them is under way also when the server that sent
// it is dead: then nobody hears the answer.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "sim/deliveries.h"

namespace mailrail::sim {

class Judge;

// Where the server says that it can be reached.
inline constexpr std::string_view own_url = "http://mailrail";

// What proves that an endpoint was sent the confirmation of this subscription.
struct Token {
  std::string text;
  SubscriptionId subscription;
};

class Endpoints {
 public:
  // Of a life of the server: the number that it gave the request, and 0 if its patience is over.
  struct Answer {
    std::uint64_t number;
    int status;
  };

  Endpoints(std::uint64_t seed, Judge& judge) : random_(seed), judge_(judge) {}

  // Each knows itself by its number.
  std::uint64_t begin_life() { return ++lives_; }
  // `token` if it asks to confirm.
  void receive(const Push& push, std::string token, Instant now);
  // Gives those for that life; the others are answered, too.
  std::vector<Answer> take_answers(std::uint64_t life, Instant now);
  // That life hangs up on all of them, and has no answer.
  void hang_up(std::uint64_t life);
  std::optional<Instant> next_due() const;
  std::vector<Token> take_tokens() { return std::exchange(tokens_, {}); }
  // From now on all is well, and at once.
  void calm_down() { is_calm_ = true; }

 private:
  struct UnderWay {
    Push push;
    std::string token;
    int status;
  };

  int any_status(const Push& push);

  SeededRandom random_;
  Judge& judge_;
  std::uint64_t lives_ = 0;
  std::multimap<Instant, UnderWay> under_way_;  // By when the answer is there, or patience over.
  std::vector<Token> tokens_;
  bool is_calm_ = false;
};

}  // namespace mailrail::sim
