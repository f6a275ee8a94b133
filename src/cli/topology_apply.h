// Makes a server have what a topology asks for, through the API that everybody uses: so it works
// against AWS, too.
//
// What is there is read first, and only as far as the topology speaks of it. A step is one thing:
// when one fails, those before it are done, and the next run goes on from there.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "client/client.h"
#include "topology/plan.h"
#include "topology/topology.h"

namespace mailrail::cli {

// Where the client's queues and topics are. Without an account that was given: the one of those
// that are there, of a key id that is one, or mailrail's own.
Result<topology::Place> place_of(client::Client& client, const std::optional<std::string>& account);

// What to do so that all is there that is wanted. With pruning it looks at everything.
Result<topology::Plan> planned(client::Client& client,
                               const topology::Topology& wanted,
                               const topology::Place& place,
                               topology::Pruning pruning);

// The error names the step that it ended at.
Result<void> apply_plan(client::Client& client,
                        const topology::Plan& plan,
                        const topology::Place& place);

}  // namespace mailrail::cli
