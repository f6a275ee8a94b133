// PostgreSQL: a table with a row a message, as in every text book. Who deletes a row first has it.

#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "bench/peers/client.h"

namespace mailrail::bench::peers {

namespace {

constexpr const char* statement_name = "work";

std::size_t rows_sent(Work work) {
  switch (work) {
    case Work::send:
      return 1;
    case Work::send_batch:
      return batch_size;
    case Work::receive_delete:
      return 0;
  }
  std::unreachable();
}

// The subquery is an array's, so that it runs once: of a join it may run again, and take more.
std::string statement(Work work) {
  if (work == Work::receive_delete)
    return fmt::format(
        "delete from queue where id = any (array (select id from queue order by id limit {} for "
        "update skip locked)) returning id, body",
        batch_size);
  std::string rows = "($1)";
  for (std::size_t i = 2; i <= rows_sent(work); ++i) rows += fmt::format(", (${})", i);
  return "insert into queue (body) values " + rows;
}

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

class PostgresClient final : public Client {
 public:
  PostgresClient(std::string conninfo, Work work, std::size_t body_bytes)
      : conninfo_(std::move(conninfo)),
        work_(work),
        body_(body_bytes, 'x'),
        parameters_(rows_sent(work), body_.c_str()) {}

  std::string open() override {
    connection_.reset(PQconnectdb(conninfo_.c_str()));
    if (PQstatus(connection_.get()) != CONNECTION_OK) return PQerrorMessage(connection_.get());
    const Answer prepared(
        PQprepare(connection_.get(), statement_name, statement(work_).c_str(), 0, nullptr));
    return PQresultErrorMessage(prepared.get());
  }

  int socket() const override { return PQsocket(connection_.get()); }

  bool begin() override {
    return PQsendQueryPrepared(connection_.get(), statement_name,
                               static_cast<int>(parameters_.size()), parameters_.data(), nullptr,
                               nullptr, 0) == 1;
  }

  Heard hear() override {
    if (PQconsumeInput(connection_.get()) == 0)
      return {.state = State::broken, .error = PQerrorMessage(connection_.get())};
    Heard heard;
    while (PQisBusy(connection_.get()) == 0) {
      const Answer answer(PQgetResult(connection_.get()));
      if (answer == nullptr) {
        heard.state = State::whole;
        break;
      }
      take(answer.get(), heard);
    }
    return heard;
  }

 private:
  void take(const PGresult* answer, Heard& heard) const {
    const ExecStatusType status = PQresultStatus(answer);
    if (status == PGRES_TUPLES_OK) {
      heard.messages += static_cast<std::size_t>(PQntuples(answer));
    } else if (status == PGRES_COMMAND_OK) {
      heard.messages += parameters_.size();
    } else {
      heard.error = PQresultErrorMessage(answer);
    }
  }

  const std::string conninfo_;
  const Work work_;
  const std::string body_;
  const std::vector<const char*> parameters_;  // Of the rows that are sent.
  std::unique_ptr<PGconn, Finish> connection_;
};

}  // namespace

std::unique_ptr<Client> postgres_client(std::string conninfo, Work work, std::size_t body_bytes) {
  return std::make_unique<PostgresClient>(std::move(conninfo), work, body_bytes);
}

}  // namespace mailrail::bench::peers
