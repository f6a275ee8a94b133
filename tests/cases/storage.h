// Storage: where a world's log is, which outlives its restarts and crashes.
//
// In memory, for most. Or in a PostgreSQL, so that the same cases show that nobody can tell the
// difference by an answer. Each is one log, which no other world has.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "log/log_store.h"

namespace mailrail::cases {

class Storage {
 public:
  virtual ~Storage() = default;
  // Visits all frames; then the log is its own, and may be appended to. The one opened before must
  // be gone.
  virtual std::unique_ptr<log::LogStore> open(
      const std::function<Result<void>(const log::Frame&)>& visit) = 0;
};

std::unique_ptr<Storage> storage_in_memory();
// A new log in the database of that URL. Ends the process if there is no such database.
std::unique_ptr<Storage> storage_in_postgres(const std::string& url);

}  // namespace mailrail::cases
