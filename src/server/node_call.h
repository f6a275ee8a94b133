// What one node of a shared log asks another: to step down.
//
// Where keys are in force it is signed with an administrator's, of which all nodes know the same.

#pragma once

#include <string>

#include "auth/key_ring.h"
#include "base/result.h"

namespace mailrail::server {

// Who asks, and whom.
struct NodeCall {
  std::string from;          // The node's name.
  std::string to;            // HOST:PORT.
  std::string scheme;        // By which nodes speak to each other,
  std::string ca_file = {};  // and whose certificates they believe. Empty: the system's.
};

// Returns when it has, or will not. The error is what it said, or why there was no answer.
Result<void> have_step_down(const NodeCall& call, const auth::KeysInForce& keys);

}  // namespace mailrail::server
