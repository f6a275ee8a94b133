// A file that says which queues, topics and subscriptions there shall be, of whichever kind it is:
// mailrail's own in TOML or JSON, a template of CloudFormation, or a configuration of ElasticMQ.
//
// The kind follows from the file's name and from what is in it; nobody has to say it.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "topology/intrinsics.h"
#include "topology/problems.h"
#include "topology/topology.h"

namespace mailrail::cli {

// Each is NAME=VALUE.
Result<std::map<std::string, std::string>> parse_parameters(const std::vector<std::string>& given);

// `place` and `parameters` of the setting count; the stack is named after the file.
topology::Checked<topology::Topology> read_topology_file(const std::string& path,
                                                         topology::TemplateSetting setting);

}  // namespace mailrail::cli
