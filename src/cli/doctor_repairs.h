// What `mailrail doctor --fix` does: the repairs that a diagnosis names, one after another.
//
// Each is reported with its outcome; a failure stops no other.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include "base/error.h"
#include "cli/session.h"
#include "ops/doctor.h"

namespace mailrail::cli {

struct DoneRepair {
  ops::Repair repair;
  std::optional<Error> error = {};
};

std::vector<DoneRepair> carry_out(const std::vector<ops::Repair>& repairs, Session& session);

// A line each for people.
void print(const std::vector<DoneRepair>& done);
boost::json::array array_of(const std::vector<DoneRepair>& done);

}  // namespace mailrail::cli
