// What the tests of simulations share: whether a run kept every promise, and if not what led to it.
// Nothing here is part of mailrail itself.

#pragma once

#include <string>

#include <gtest/gtest.h>

#include "sim/simulation.h"

namespace mailrail::sim {

inline testing::AssertionResult keeps_every_promise(const SimulationReport& report) {
  if (!report.violation) return testing::AssertionSuccess();
  testing::AssertionResult result = testing::AssertionFailure() << report.violation->what;
  for (const std::string& line : report.story) result << "\n" << line;
  return result;
}

}  // namespace mailrail::sim
