// LibpqDatabases: whom to connect to for a log in PostgreSQL, as an operator says it.
//
// One database holds several logs, by name. A password never comes from the URL, which everybody on
// the machine can read in the list of processes.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "log/postgres/database.h"
#include "log/postgres/libpq_database.h"

namespace mailrail::log::postgres {

struct DatabaseOptions {
  // postgres://[USER@]HOST[:PORT][,HOST[:PORT]]/DATABASE[?PARAMETER=VALUE], without a password.
  // What it leaves open is libpq's: PGHOST and so on, the service file, the password file.
  std::string url;
  std::string name = "mailrail";   // Of the log: a-z, 0-9 and _, 1 to 40 of them.
  std::string password_file = {};  // Its first line is the password, if it is given.
  Absent absent = Absent::made;
  // While the database lets nobody in, before that is an error; three times as long for an append.
  std::chrono::milliseconds connect_patience = std::chrono::seconds(3);
};

class LibpqDatabases final : public Databases {
 public:
  // Refuses, with one sentence, what can't be meant. Connects to nothing.
  static Result<std::unique_ptr<LibpqDatabases>> open(const DatabaseOptions& options);

  std::unique_ptr<Database> session() override;
  std::string name() const override { return target_.name; }

 private:
  explicit LibpqDatabases(LibpqDatabase::Target target) : target_(std::move(target)) {}

  LibpqDatabase::Target target_;
  std::atomic<bool> was_there_ = false;
};

}  // namespace mailrail::log::postgres
