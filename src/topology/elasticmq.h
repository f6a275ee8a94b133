// The queues in a configuration of ElasticMQ, so that a test set-up can be taken over as it is.
//
// What is not about queues is skipped with a note, and so are copyTo and moveTo, for which there is
// no attribute.

#pragma once

#include "topology/document.h"
#include "topology/problems.h"
#include "topology/topology.h"

namespace mailrail::topology {

// Of HOCON, which nothing else is written in.
bool is_elasticmq(const Document& document);

Checked<Topology> read_elasticmq(const Document& document, const Place& place);

}  // namespace mailrail::topology
