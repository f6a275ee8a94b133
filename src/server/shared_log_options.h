// A log that several servers share, as one of them is told of it at its start.
//
// How it is opened is a function, so that the server knows no database, and tests give it a log in
// memory.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "log/disk.h"
#include "log/shared_log.h"
#include "server/ownership.h"

namespace mailrail::server {

// Again and again, on one thread at a time. What was opened before is gone by then.
using OpenSharedLog = std::function<Result<std::unique_ptr<log::SharedLog>>()>;

struct SharedLogOptions {
  // Once; the directory is this server's, and what is in it need not be there at the next start.
  // What was read from the log lately may take so much memory.
  std::function<Result<OpenSharedLog>(log::Disk& spool, std::size_t cache_bytes_max)> connect;
  std::string name;  // For messages: which database, and which log in it.
  std::string advertised =
      {};  // Where others reach this server, HOST:PORT. Empty: it listens there.
  OwnershipTimes times = {};
  Duration looks_after = 1s;  // Of a standby, after a look that showed nothing new.
};

}  // namespace mailrail::server
