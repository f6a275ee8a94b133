// LogStatus: what a server is to a log that it shares with others, for the banner and for tests.
// Counts are from the last look, or of an owner from when it began.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "log/shared_log.h"

namespace mailrail::server {

enum class Role : std::uint8_t { starting, owner, standby, out_of_reach };

struct LogStatus {
  Role role = Role::starting;
  std::uint64_t epoch = 0;   // Of the owner.
  log::LogOwner owner = {};  // Which may be this node.
  std::string why = {};      // It is out of reach.
  std::size_t queues = 0;
  std::size_t messages = 0;
};

}  // namespace mailrail::server
