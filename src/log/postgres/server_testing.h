// A PostgreSQL server of the test's own, in a temporary directory, on a free port of 127.0.0.1.
//
// Tests that need one are skipped, visibly, where its programs are not installed. It ends with the
// object. Nothing here is part of mailrail itself.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace mailrail::log::postgres {

class TestServer {
 public:
  // The one of this process, which is started when it is first asked for; null where PostgreSQL is
  // not installed.
  static TestServer* shared();

  ~TestServer();

  std::string url() const;
  // Ends all at once, without anything that an orderly stop does, and waits until it has ended.
  void kill();
  // As it was, on the same port.
  void start(const std::vector<std::string>& options = {});
  // Runs one statement, or several, as the superuser; the first value of the last one's answer.
  std::string ask(const std::string& statement) const;
  // Asks until it is so, for a minute at most.
  void await(const std::string& condition) const;

 private:
  explicit TestServer(std::filesystem::path programs);

  std::filesystem::path programs_;
  std::filesystem::path directory_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

// Takes connections into its queue and says nothing, like a server whose machine hangs.
class SilentServer {
 public:
  SilentServer();
  ~SilentServer();
  SilentServer(const SilentServer&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  const int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace mailrail::log::postgres
