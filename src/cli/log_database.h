// LogDatabase: a log in PostgreSQL that a command opens, perhaps more than once.
//
// It has no spool: a command reads every body once. What is opened must not outlive it.

#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "log/postgres/libpq_databases.h"
#include "log/postgres/postgres_log.h"

namespace mailrail::cli {

class LogDatabase {
 public:
  static Result<std::unique_ptr<LogDatabase>> open(const log::postgres::DatabaseOptions& options);

  // Each time anew.
  Result<std::unique_ptr<log::SharedLog>> open();
  std::string name() const { return databases_->name(); }

 private:
  explicit LogDatabase(std::unique_ptr<log::postgres::LibpqDatabases> databases)
      : databases_(std::move(databases)) {}

  std::unique_ptr<log::postgres::LibpqDatabases> databases_;
};

// What commands do between two looks at a log.
void wait(Duration time);

}  // namespace mailrail::cli
