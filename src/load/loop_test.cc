#include "load/loop.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/errors.h"

namespace mailrail::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Connects whoever comes at a port of its own of 127.0.0.1, and never answers.
class SilentServer {
 public:
  SilentServer() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(descriptor_, at, bytes), 0);
    EXPECT_EQ(::listen(descriptor_, 4), 0);
    EXPECT_EQ(::getsockname(descriptor_, at, &bytes), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(descriptor_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  Endpoint endpoint(const std::string& host) const {
    return *resolve("http://" + host + ":" + std::to_string(port_));
  }

 private:
  int descriptor_;
  int port_ = 0;
};

// Asks once.
class Asker final : public Role {
 public:
  Step next(Time) override {
    if (std::exchange(has_asked_, true)) return {.kind = Step::Kind::over};
    return {.kind = Step::Kind::ask, .request = "POST / HTTP/1.1\r\n\r\n"};
  }
  void on_reply(const Reply&, Time) override { ADD_FAILURE(); }
  void on_broken(std::string_view why) override { told = why; }
  void on_gone(std::string_view why) override { told = why; }

  std::string told;

 private:
  bool has_asked_ = false;
};

TEST(LoadLoop, TriesEveryAddressOfAName) {
  const SilentServer server;
  Endpoint endpoint = server.endpoint("[::1]");
  endpoint.addresses.push_back(server.endpoint("127.0.0.1").addresses.front());
  Asker asker;
  Loop loop;

  const Result<void> added = loop.add(endpoint, asker);

  EXPECT_TRUE(added) << added.error().message;
}

TEST(LoadLoop, SaysWhyNoAddressTakesIt) {
  Endpoint endpoint = SilentServer().endpoint("[::1]");  // It is gone.
  endpoint.addresses.push_back(endpoint.addresses.front());
  Asker asker;
  Loop loop;

  const Result<void> added = loop.add(endpoint, asker);

  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, &client::errors::unreachable);
  EXPECT_THAT(added.error().message, HasSubstr("Cannot connect to [::1]:"));
}

TEST(LoadLoop, BreaksOffARequestThatIsNotAnswered) {
  const SilentServer server;
  const Endpoint endpoint = server.endpoint("127.0.0.1");
  Asker asker;
  Loop loop(50ms);
  ASSERT_TRUE(loop.add(endpoint, asker));

  loop.run([](Time) { return Loop::Tick::go_on; });

  EXPECT_EQ(asker.told, "the server did not answer within 0.05 s");
}

}  // namespace
}  // namespace mailrail::load
