// Authenticator: on whose behalf a request is, and the proof of it.
//
// While no keys are in force a caller is whoever he says he is, and so is the process itself. Else
// a signed request is that of a key's holder, or refused in AWS's words; one that is not signed at
// all is nobody's, and what nobody may do others decide. Any thread may ask.

#pragma once

#include <string_view>
#include <utility>

#include "auth/caller.h"
#include "auth/key_ring.h"
#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace mailrail::auth {

// The wall clock: signatures are not dated by the engine's time.
using TellTime = Instant (*)();

class Authenticator {
 public:
  // `home` is that of callers who name none, while no keys are in force.
  Authenticator(const KeysInForce& keys, TellTime now, Home home = {})
      : keys_(keys), now_(now), home_(std::move(home)) {}

  Result<Caller> authenticate(const http::Request& request) const;

 private:
  const KeysInForce& keys_;
  TellTime now_;
  Home home_;
};

// Refuses a request that was signed for another service than `service`.
Result<void> expect_signed_for(const Caller& caller, std::string_view service);

}  // namespace mailrail::auth
