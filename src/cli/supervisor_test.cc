#include "cli/supervisor.h"

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/healthcheck_command.h"
#include "cli/inherited_sockets.h"

namespace mailrail::cli {
namespace {

Environment with(std::map<std::string, std::string> variables) {
  return [all = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = all.find(name);
    if (found == all.end()) return std::nullopt;
    return found->second;
  };
}

// Listens where NOTIFY_SOCKET says.
class Listening {
 public:
  explicit Listening(const std::string& name) : socket_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), bytes), 0);
  }
  ~Listening() { close(socket_); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  // Empty if nothing has come.
  std::string heard() const {
    char text[500];
    const ssize_t bytes = recv(socket_, text, sizeof text, MSG_DONTWAIT);
    return bytes < 0 ? "" : std::string(text, static_cast<std::size_t>(bytes));
  }

 private:
  int socket_;
};

TEST(Supervisor, IsToldAtAPath) {
  std::string directory = std::filesystem::temp_directory_path() / "mailrail-notify-XXXXXX";
  ASSERT_NE(mkdtemp(directory.data()), nullptr);
  const std::string path = directory + "/notify";
  const Listening systemd(path);
  const Supervisor supervisor(with({{"NOTIFY_SOCKET", path}}));

  supervisor.ready("Answers.");

  EXPECT_EQ(systemd.heard(), "READY=1\nSTATUS=Answers.");
  std::filesystem::remove_all(directory);
}

TEST(Supervisor, IsToldAtAnAbstractName) {
  const std::string name = fmt::format("@mailrail-test-{}", getpid());
  const Listening systemd(name);
  const Supervisor supervisor(with({{"NOTIFY_SOCKET", name}}));

  supervisor.starting("Recovers: 7 %.", 2s);
  supervisor.alive();
  supervisor.stopping();

  EXPECT_EQ(systemd.heard(), "EXTEND_TIMEOUT_USEC=2000000\nSTATUS=Recovers: 7 %.");
  EXPECT_EQ(systemd.heard(), "WATCHDOG=1");
  EXPECT_EQ(systemd.heard(), "STOPPING=1\nSTATUS=Answers the last calls.");
}

TEST(Supervisor, MayNotBeThere) {
  const Supervisor nobody(with({}));
  const Supervisor gone(with({{"NOTIFY_SOCKET", "/nowhere/notify"}}));

  nobody.ready("");
  gone.ready("");

  EXPECT_EQ(nobody.beats_every(), std::nullopt);
}

TEST(Supervisor, WantsToHearTwiceInTheTimeThatItWaits) {
  const std::string own = std::to_string(getpid());
  const auto beats = [](std::map<std::string, std::string> variables) {
    variables["NOTIFY_SOCKET"] = "/run/notify";
    return Supervisor(with(std::move(variables))).beats_every();
  };

  EXPECT_EQ(beats({{"WATCHDOG_USEC", "30000000"}}), 15s);
  EXPECT_EQ(beats({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", own}}), 15s);
  EXPECT_EQ(beats({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}}), std::nullopt);
  EXPECT_EQ(beats({{"WATCHDOG_USEC", "soon"}}), std::nullopt);
}

TEST(InheritedSockets, AreNoneUnlessTheyAreForThisProcess) {
  EXPECT_TRUE(inherited_sockets(with({}))->empty());
  EXPECT_TRUE(inherited_sockets(with({{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}}))->empty());
}

TEST(InheritedSockets, RefuseACountThatCannotBe) {
  const auto sockets = inherited_sockets(
      with({{"LISTEN_PID", std::to_string(getpid())}, {"LISTEN_FDS", "1000000"}}));

  ASSERT_FALSE(sockets.has_value());
}

TEST(Healthcheck, AsksTheServerOfItsEnvironment) {
  const auto asked = [](std::map<std::string, std::string> variables) {
    return *checked_endpoint(std::nullopt, with(std::move(variables)));
  };

  EXPECT_EQ(asked({}), "http://127.0.0.1:4566");
  EXPECT_EQ(asked({{"MAILRAIL_LISTEN", "0.0.0.0:80"}}), "http://127.0.0.1:80");
  EXPECT_EQ(asked({{"MAILRAIL_LISTEN", "[::]:80"}, {"MAILRAIL_TLS_CERTIFICATE", "/tls.crt"}}),
            "https://[::1]:80");
  EXPECT_EQ(asked({{"MAILRAIL_LISTEN", "0.0.0.0:80"}, {"MAILRAIL_ENDPOINT_URL", "http://other"}}),
            "http://other");
}

}  // namespace
}  // namespace mailrail::cli
