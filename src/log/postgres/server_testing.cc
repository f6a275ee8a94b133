#include "log/postgres/server_testing.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

namespace mailrail::log::postgres {
namespace {

using namespace std::chrono_literals;

constexpr const char* user = "postgres";

// Where the newest of Debian's PostgreSQLs has its programs; empty if there is none.
std::filesystem::path installed_programs() {
  std::filesystem::path found;
  std::error_code none;
  for (const auto& each : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    if (std::filesystem::exists(each.path() / "bin/initdb"))
      found = std::max(found, each.path() / "bin");
  }
  return found;
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), length) == 0);
  CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

// PostgreSQL refuses to run as root.
void leave_root() {
  if (::geteuid() != 0) return;
  const passwd* account = ::getpwnam(user);
  CHECK(account != nullptr);
  CHECK(::initgroups(user, account->pw_gid) == 0);
  CHECK(::setgid(account->pw_gid) == 0 && ::setuid(account->pw_uid) == 0);
}

pid_t start_program(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const pid_t process = ::fork();
  if (process != 0) return process;
  leave_root();
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::execv(arguments[0], arguments.data());
  std::_Exit(127);
}

int end_of(pid_t process) {
  int status = 0;
  CHECK(::waitpid(process, &status, 0) == process);
  return status;
}

}  // namespace

TestServer* TestServer::shared() {
  static const std::unique_ptr<TestServer> server = [] {
    const std::filesystem::path programs = installed_programs();
    return std::unique_ptr<TestServer>(programs.empty() ? nullptr : new TestServer(programs));
  }();
  return server.get();
}

TestServer::TestServer(std::filesystem::path programs)
    : programs_(std::move(programs)), port_(free_port()) {
  std::string name = (std::filesystem::temp_directory_path() / "mailrail-postgres-XXXXXX").string();
  directory_ = ::mkdtemp(name.data());
  if (const passwd* account = ::geteuid() == 0 ? ::getpwnam(user) : nullptr; account != nullptr)
    CHECK(::chown(directory_.c_str(), account->pw_uid, account->pw_gid) == 0);
  const pid_t made =
      start_program({programs_ / "initdb", "--pgdata", directory_ / "data", "--username", user,
                     "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-instructions"},
                    directory_ / "initdb.log");
  CHECK(end_of(made) == 0);
  start();
}

TestServer::~TestServer() {
  if (process_ != 0) kill();
  std::filesystem::remove_all(directory_);
}

void TestServer::start(const std::vector<std::string>& options) {
  std::vector<std::string> command = {programs_ / "postgres", "-D", directory_ / "data", "-p",
                                      std::to_string(port_)};
  for (const char* setting : {"listen_addresses=127.0.0.1", "unix_socket_directories=",
                              "max_connections=30", "shared_buffers=16MB"}) {
    command.insert(command.end(), {"-c", setting});
  }
  command.insert(command.end(), options.begin(), options.end());
  process_ = start_program(command, directory_ / "server.log");
  for (int tries = 0; PQping(url().c_str()) != PQPING_OK; ++tries) {
    CHECK(tries < 3000);
    std::this_thread::sleep_for(20ms);
  }
}

// Its children notice and end; the next start waits for them.
void TestServer::kill() {
  ::kill(process_, SIGQUIT);
  end_of(std::exchange(process_, 0));
}

std::string TestServer::url() const {
  return fmt::format("postgres://{}@127.0.0.1:{}/postgres", user, port_);
}

std::string TestServer::ask(const std::string& statement) const {
  PGconn* const connection = PQconnectdb(url().c_str());
  PGresult* const result = PQexec(connection, statement.c_str());
  EXPECT_LT(PQresultStatus(result), PGRES_BAD_RESPONSE) << PQerrorMessage(connection);
  EXPECT_NE(PQresultStatus(result), PGRES_FATAL_ERROR) << PQerrorMessage(connection);
  std::string text = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  PQfinish(connection);
  return text;
}

void TestServer::await(const std::string& condition) const {
  for (int tries = 0; ask("select " + condition) != "t"; ++tries) {
    ASSERT_LT(tries, 3000) << condition;
    std::this_thread::sleep_for(20ms);
  }
}

SilentServer::SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  CHECK(::listen(socket_, 8) == 0);
  CHECK(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
}

SilentServer::~SilentServer() { ::close(socket_); }

}  // namespace mailrail::log::postgres
