// What a server has of what a topology speaks of, as its API tells it.
//
// Queues that are dead-letter queues of others count as spoken of. With pruning, everything is.

#pragma once

#include "base/result.h"
#include "client/client.h"
#include "topology/plan.h"

namespace mailrail::cli {

Result<topology::Existing> existing(client::Client& client,
                                    const topology::Topology& wanted,
                                    const topology::Place& place,
                                    topology::Pruning pruning);

}  // namespace mailrail::cli
