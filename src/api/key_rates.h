// KeyRates: how many calls each access key may make, where it says so.
//
// A token bucket a key, by its id: a key that is rotated begins with a full one, and so does every
// key when the server starts. For the engine's thread alone, which asks before anything else of a
// call, and once: who waits for messages has its place.

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "api/held_back.h"
#include "auth/grant.h"
#include "base/time.h"
#include "base/token_bucket.h"

namespace mailrail::api {

struct Context;

class KeyRates {
 public:
  // How long a call of that key must wait for its place; it has it from then on. Nothing: too long.
  std::optional<Duration> take(const auth::Grant& key, Instant now);

  std::size_t size() const { return buckets_.size(); }

 private:
  std::map<std::string, TokenBucket, std::less<>> buckets_;
};

// What becomes of a call before it is looked at; nothing: it goes on. `place` is the call's own.
std::optional<HeldBack> hold_back(const Context& context,
                                  Instant now,
                                  std::optional<Instant>& place);

}  // namespace mailrail::api
