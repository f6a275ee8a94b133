// Authenticator: on whose behalf a request is, and the proof of it.
//
// While no keys are in force a caller is whoever he says he is, and so is the process itself. Else
// a signed request is that of a key's holder, or refused in AWS's words; one that is not signed at
// all is nobody's, and what nobody may do others decide. Any thread may ask.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "auth/caller.h"
#include "auth/key_ring.h"
#include "auth/sigv4.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace mailrail::auth {

// The wall clock: signatures are not dated by the engine's time.
using TellTime = Instant (*)();

// Sees to it that the keys in force are those of now: a key may be used right after it was made.
using LookAgain = std::function<void()>;

class Authenticator {
 public:
  // `look_again` is called, on the thread that asks, for a key that is not known. `home` is that of
  // callers who name none.
  Authenticator(
      const KeysInForce& keys, TellTime now, LookAgain look_again = [] {}, Home home = {})
      : keys_(keys), now_(now), look_again_(std::move(look_again)), home_(std::move(home)) {}

  Result<Caller> authenticate(const http::Request& request) const;
  // The same, for who only looks and may not know how to sign: also takes the id and the secret of
  // a key as user and password of HTTP's Basic scheme.
  Result<Caller> authenticate_reader(const http::Request& request) const;

  // For who shows a key once and is known by something else from then on. While no keys are in
  // force there is none to show.
  struct Shown {
    std::string key_id;
    std::string secret_hash;  // Tells this key from a later one with the same id.
  };
  Result<Shown> check(const Credentials& credentials) const;
  // The caller who showed it, with what his key allows now; an error once it is in force no more.
  Result<Caller> caller_of_shown(const Shown& shown) const;
  bool has_keys() const { return keys_.ring() != nullptr; }
  // Nobody in particular, where the server is at home.
  const Home& home() const { return home_; }

 private:
  // Looks again for one that is not known; null if there is none. Lent by the ring.
  const Key* find(std::shared_ptr<const KeyRing>& ring, std::string_view key_id) const;
  Result<const Key*> find(std::shared_ptr<const KeyRing>& ring,
                          std::string_view key_id,
                          std::string_view secret) const;

  const KeysInForce& keys_;
  TellTime now_;
  LookAgain look_again_;
  Home home_;
};

// Refuses a request that was signed for another service than `service`.
Result<void> expect_signed_for(const Caller& caller, std::string_view service);

}  // namespace mailrail::auth
