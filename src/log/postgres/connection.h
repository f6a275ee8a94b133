// Connection: one session with a PostgreSQL server, through libpq, that never waits without end.
//
// A statement is one round trip and one transaction. Whatever breaks the session, and a server that
// does not answer in time, is an error of kind errors::unreachable; then connect() again. So is an
// answer with a warning: a commit that is not on the standby yet is told so. What the server itself
// objects to comes back with its SQLSTATE.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

extern "C" {
struct pg_conn;
struct pg_result;
}

namespace mailrail::log::postgres {

// A value of a statement, as PostgreSQL's binary format has it.
class Parameter {
 public:
  explicit Parameter(std::int64_t value);
  explicit Parameter(std::int32_t value);
  // Text or bytes; what is referred to must outlive the call.
  explicit Parameter(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes() const { return is_number_ ? std::string_view(number_) : bytes_; }

 private:
  bool is_number_ = false;
  std::string number_;
  std::string_view bytes_;
};

// The rows of an answer.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}

  int count() const;
  bool is_null(int row, int column) const;
  std::int64_t int8(int row, int column) const;
  std::int32_t int4(int row, int column) const;
  bool boolean(int row, int column) const;
  std::string_view bytes(int row, int column) const;

 private:
  struct Free {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Free> result_;
};

// What the server objects to.
struct Objection {
  std::string state;    // SQLSTATE.
  std::string message;  // In the server's words.
};

struct Answer {
  std::optional<Rows> rows;
  std::optional<Objection> objection;  // Then there are none.
};

class Connection {
 public:
  // By libpq's keywords, each once.
  using Parameters = std::map<std::string, std::string>;

  explicit Connection(Parameters parameters) : parameters_(std::move(parameters)) {}
  Connection(const Connection&) = delete;  // libpq has its address.
  Connection& operator=(const Connection&) = delete;

  // What says that it will never let us in is errors::unusable.
  Result<void> connect(std::chrono::milliseconds patience);

  // Prepared at its first use in a session.
  Result<Answer> run(const std::string& statement, const std::vector<Parameter>& parameters = {});
  // Of a statement that is not used again.
  Result<Answer> run_once(const std::string& statement);

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  using Deadline = std::chrono::steady_clock::time_point;

  Result<void> connect_once(Deadline deadline);
  Result<void> wait(short events, Deadline deadline);
  Result<pg_result*> next_result(Deadline deadline);
  Result<Answer> collect(Deadline deadline);
  Result<std::optional<Objection>> prepare(const std::string& statement, Deadline deadline);
  std::unexpected<Error> lost(std::string_view why);

  const Parameters parameters_;
  Parameters hosts_;     // Instead of those: in another order, since one did not answer.
  std::string warning_;  // Of the statement that runs.
  std::unique_ptr<pg_conn, Finish> connection_;
  std::map<std::string, std::string> prepared_;  // Names by statement.
};

}  // namespace mailrail::log::postgres
