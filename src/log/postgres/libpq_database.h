// LibpqDatabases: logs kept in PostgreSQL 13 or newer, RDS and Aurora among them, through libpq.
//
// Each log is a schema `mailrail_NAME` of its own, so one database holds several. Its tables are
// made and brought up to date here, under a version. A session is opened to a server that can be
// written, and only if it keeps the promise that a commit is durable: fsync and full_page_writes
// are on, and synchronous_commit is set and is on.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "log/postgres/connection.h"
#include "log/postgres/database.h"

namespace mailrail::log::postgres {

// What happens to a log that is not there.
enum class Absent : std::uint8_t { made, refused };

struct DatabaseOptions {
  // postgres://[USER@]HOST[:PORT][,HOST[:PORT]]/DATABASE[?PARAMETER=VALUE], without a password.
  // What it leaves open is libpq's: PGHOST and so on, the service file, the password file.
  std::string url;
  std::string name = "mailrail";   // Of the log: a-z, 0-9 and _, 1 to 40 of them.
  std::string password_file = {};  // Its first line is the password, if it is given.
  Absent absent = Absent::made;
};

class LibpqDatabases final : public Databases {
 public:
  // Refuses, with one sentence, what can't be meant. Connects to nothing.
  static Result<std::unique_ptr<LibpqDatabases>> open(const DatabaseOptions& options);

  std::unique_ptr<Database> session() override;
  std::string name() const override { return name_; }

 private:
  LibpqDatabases(Connection::Parameters parameters, std::string schema, std::string name);

  Connection::Parameters parameters_;
  std::string schema_;
  std::string name_;
  Absent absent_ = Absent::made;
};

}  // namespace mailrail::log::postgres
