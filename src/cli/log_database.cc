#include "cli/log_database.h"

#include <thread>

namespace mailrail::cli {

Result<std::unique_ptr<LogDatabase>> LogDatabase::open(
    const log::postgres::DatabaseOptions& options) {
  auto databases = TRY(log::postgres::LibpqDatabases::open(options));
  return std::unique_ptr<LogDatabase>(new LogDatabase(std::move(databases)));
}

Result<std::unique_ptr<log::SharedLog>> LogDatabase::open() {
  return TRY(log::PostgresLog::open(*databases_));
}

void wait(Duration time) { std::this_thread::sleep_for(time); }

}  // namespace mailrail::cli
