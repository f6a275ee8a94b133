// The queues, topics, subscriptions and their policies in a template of CloudFormation, as the CDK
// synthesizes it to JSON.
//
// Other resources are skipped, each with a note. What a queue or topic says that only AWS can know
// is left out with a note, unless that would change who may do what: then it is a problem.

#pragma once

#include "topology/document.h"
#include "topology/intrinsics.h"
#include "topology/problems.h"
#include "topology/topology.h"

namespace mailrail::topology {

// Whether the document is one, rather than a topology file.
bool is_template(const Document& document);

Checked<Topology> read_template(const Document& document, const TemplateSetting& setting);

}  // namespace mailrail::topology
