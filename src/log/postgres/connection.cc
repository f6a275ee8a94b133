#include "log/postgres/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <endian.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "base/check.h"
#include "log/shared_log.h"

namespace mailrail::log::postgres {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// Longer than any disk or standby should take to commit. Who waits is told meanwhile.
constexpr auto answer_patience = 15s;
constexpr auto pause_between_attempts = 100ms;
constexpr int binary = 1;

template <class Number>
std::string bytes_of(Number value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

template <class Number>
Number number_at(const char* bytes) {
  Number value{};
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// FATAL:  28P01: password authentication failed for user "x", and lines about where that was said.
Objection parse(std::string_view message) {
  const std::size_t colon = message.find(":  ");
  const bool has_state = colon != std::string_view::npos && message.size() > colon + 10 &&
                         message.substr(colon + 8, 2) == ": ";
  const std::string_view state = has_state ? message.substr(colon + 3, 5) : std::string_view();
  const std::string_view text = has_state ? message.substr(colon + 10) : message;
  return {.state = std::string(state), .message = std::string(text.substr(0, text.find('\n')))};
}

Objection objection_in(const pg_result* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {.state = state == nullptr ? "" : state, .message = message == nullptr ? "" : message};
}

// What the server says beside its answer.
// NOLINTNEXTLINE(tidy-void-pointer): libpq declares it so.
void keep_warning(void* warning, const pg_result* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::string_view(severity) == "WARNING")
    *static_cast<std::string*>(warning) = objection_in(notice).message;
}

// Also what the environment or a service file says.
Connection::Parameters hosts_of(pg_conn* connection) {
  Connection::Parameters hosts;
  PQconninfoOption* const options = PQconninfo(connection);
  for (const PQconninfoOption* each = options; each != nullptr && each->keyword != nullptr;
       ++each) {
    const std::string_view keyword = each->keyword;
    const bool is_where = keyword == "host" || keyword == "hostaddr" || keyword == "port";
    if (is_where && each->val != nullptr) hosts.emplace(keyword, each->val);
  }
  PQconninfoFree(options);
  return hosts;
}

Connection::Parameters with_first_last(Connection::Parameters hosts) {
  for (auto& [keyword, list] : hosts) {
    const std::size_t comma = list.find(',');
    if (comma != std::string::npos) list = list.substr(comma + 1) + ',' + list.substr(0, comma);
  }
  return hosts;
}

// Nothing that time alone will mend: wrong password or role, no such database, no permission.
bool is_for_good(std::string_view state) {
  return state.starts_with("28") || state == "3D000" || state == "42501";
}

// The server ends the session, or has not what it takes to do anything now.
bool is_out_of_service(std::string_view state) {
  return state.starts_with("08") || state.starts_with("53") || state.starts_with("57P") ||
         state.starts_with("58") || state == "25006" || state == "57014";
}

}  // namespace

Parameter::Parameter(std::int64_t value)
    : is_number_(true), number_(bytes_of(htobe64(static_cast<std::uint64_t>(value)))) {}
Parameter::Parameter(std::int32_t value)
    : is_number_(true), number_(bytes_of(htobe32(static_cast<std::uint32_t>(value)))) {}

void Rows::Free::operator()(pg_result* result) const { PQclear(result); }

int Rows::count() const { return PQntuples(result_.get()); }

bool Rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::int64_t Rows::int8(int row, int column) const {
  CHECK(bytes(row, column).size() == sizeof(std::int64_t));
  return static_cast<std::int64_t>(
      be64toh(number_at<std::uint64_t>(PQgetvalue(result_.get(), row, column))));
}

std::int32_t Rows::int4(int row, int column) const {
  CHECK(bytes(row, column).size() == sizeof(std::int32_t));
  return static_cast<std::int32_t>(
      be32toh(number_at<std::uint32_t>(PQgetvalue(result_.get(), row, column))));
}

bool Rows::boolean(int row, int column) const {
  return bytes(row, column) == std::string_view("\1");
}

std::string_view Rows::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<void> Connection::connect(std::chrono::milliseconds patience) {
  const Deadline deadline = Clock::now() + patience;
  for (;;) {
    Result<void> connected = connect_once(deadline);
    if (connected || connected.error().kind != &errors::unreachable) return connected;
    if (Clock::now() + pause_between_attempts >= deadline) return connected;
    std::this_thread::sleep_for(pause_between_attempts);
  }
}

Result<void> Connection::connect_once(Deadline deadline) {
  prepared_.clear();
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  Parameters parameters = hosts_;
  parameters.insert(parameters_.begin(), parameters_.end());
  for (const auto& [keyword, value] : parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
  CHECK(connection_ != nullptr);
  // So that a refusal comes with its SQLSTATE.
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  PQsetNoticeReceiver(connection_.get(), &keep_warning, &warning_);
  const Parameters hosts = hosts_of(connection_.get());
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (PQstatus(connection_.get()) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
         next != PGRES_POLLING_FAILED) {
    const Result<void> waited = wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
    if (!waited) {
      // libpq goes on to the next host when one refuses, and not when one says nothing.
      hosts_ = with_first_last(hosts);
      return waited;
    }
    next = PQconnectPoll(connection_.get());
  }
  if (PQstatus(connection_.get()) == CONNECTION_OK) {
    PQsetnonblocking(connection_.get(), 1);
    return {};
  }
  const Objection objection = parse(PQerrorMessage(connection_.get()));
  const bool lacks_password = PQconnectionNeedsPassword(connection_.get()) != 0;
  connection_.reset();
  return fail(
      lacks_password || is_for_good(objection.state) ? errors::unusable : errors::unreachable,
      objection.message);
}

Result<Answer> Connection::run(const std::string& statement,
                               const std::vector<Parameter>& parameters) {
  if (connection_ == nullptr) return fail(errors::unreachable, "There is no connection.");
  const Deadline deadline = Clock::now() + answer_patience;
  if (std::optional<Objection> objection = TRY(prepare(statement, deadline)))
    return Answer{.rows = {}, .objection = std::move(objection)};
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Parameter& each : parameters) {
    values.push_back(each.bytes().data());
    lengths.push_back(static_cast<int>(each.bytes().size()));
  }
  const std::vector<int> formats(parameters.size(), binary);
  if (PQsendQueryPrepared(connection_.get(), prepared_.at(statement).c_str(),
                          static_cast<int>(parameters.size()), values.data(), lengths.data(),
                          formats.data(), binary) == 0)
    return lost(PQerrorMessage(connection_.get()));
  return collect(deadline);
}

Result<Answer> Connection::run_once(const std::string& statement) {
  if (connection_ == nullptr) return fail(errors::unreachable, "There is no connection.");
  const Deadline deadline = Clock::now() + answer_patience;
  if (PQsendQueryParams(connection_.get(), statement.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                        binary) == 0)
    return lost(PQerrorMessage(connection_.get()));
  return collect(deadline);
}

Result<std::optional<Objection>> Connection::prepare(const std::string& statement,
                                                     Deadline deadline) {
  if (prepared_.contains(statement)) return std::nullopt;
  const std::string name = fmt::format("mailrail_{}", prepared_.size());
  if (PQsendPrepare(connection_.get(), name.c_str(), statement.c_str(), 0, nullptr) == 0)
    return lost(PQerrorMessage(connection_.get()));
  Answer answer = TRY(collect(deadline));
  if (answer.objection) return std::move(answer.objection);
  prepared_.emplace(statement, name);
  return std::nullopt;
}

// The first result is the answer; there are others only behind one that failed.
// A commit whose wait for a synchronous standby was cancelled is answered, with a warning.
Result<Answer> Connection::collect(Deadline deadline) {
  Answer answer;
  warning_.clear();
  for (;;) {
    pg_result* const result = TRY(next_result(deadline));
    if (result == nullptr && !warning_.empty()) return lost(warning_);
    if (result == nullptr) return answer;
    Rows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      answer.rows = std::move(rows);
      continue;
    }
    Objection objection = objection_in(result);
    if (objection.state.empty() || is_out_of_service(objection.state))
      return lost(objection.state.empty() ? PQresultErrorMessage(result) : objection.message);
    answer.objection = std::move(objection);
  }
}

Result<pg_result*> Connection::next_result(Deadline deadline) {
  for (;;) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) return lost(PQerrorMessage(connection_.get()));
    if (unsent == 0 && PQisBusy(connection_.get()) == 0) return PQgetResult(connection_.get());
    TRY(wait(static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), deadline));
    if (PQconsumeInput(connection_.get()) == 0) return lost(PQerrorMessage(connection_.get()));
  }
}

Result<void> Connection::wait(short events, Deadline deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd socket{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(std::max(left, 0ms).count()));
    if (ready > 0) return {};
    if (ready == 0) return lost("It does not answer in time.");
    if (errno != EINTR) return lost(std::strerror(errno));
  }
}

std::unexpected<Error> Connection::lost(std::string_view why) {
  Error error{.kind = &errors::unreachable, .message = parse(why).message};
  connection_.reset();
  return std::unexpected(std::move(error));
}

}  // namespace mailrail::log::postgres
