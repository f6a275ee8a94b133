// Names that are slow to look up. This binary's getaddrinfo() is the one below, for libcurl too: it
// keeps whoever asks for slow.test waiting until the test is over, and asks the system's otherwise.

#include <condition_variable>
#include <future>
#include <mutex>
#include <string_view>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include "client/endpoint_testing.h"
#include "client/http_client.h"

namespace mailrail::client {
namespace {

class Gate {
 public:
  // Waits until the gate is open, and is counted meanwhile.
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    --waiting_;
    changed_.notify_all();
  }

  bool is_waited_at_by(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return waiting_ == count; });
  }

  // Lets all through, and is closed again.
  void open() {
    std::unique_lock lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_ == 0; });
    is_open_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int waiting_ = 0;
};

Gate& gate() {
  static Gate gate;
  return gate;
}

}  // namespace
}  // namespace mailrail::client

extern "C" int getaddrinfo(const char* name,
                           const char* service,
                           const addrinfo* hints,
                           addrinfo** results) {
  if (name != nullptr && std::string_view(name) == "slow.test") {
    mailrail::client::gate().pass();
    return EAI_NONAME;
  }
  static const auto system =
      reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return system(name, service, hints, results);
}

namespace mailrail::client {
namespace {

using testing::anywhere;
using testing::Connection;
using testing::Endpoint;
using testing::outcome;
using testing::post;

TEST(HttpClientNames, EndALookUpThatTakesTooLongAndHoldUpNothingElse) {
  Endpoint endpoint;
  std::future<HttpOutcome> broken_off;

  {
    HttpClient client(anywhere());
    auto slow = post(client, {.url = "http://slow.test/", .timeout = 100ms});
    EXPECT_TRUE(gate().is_waited_at_by(1));
    EXPECT_EQ(outcome(slow).why, "No connection to slow.test:80 within 100ms.");

    broken_off = post(client, {.url = "http://slow.test/"});
    EXPECT_TRUE(gate().is_waited_at_by(2));  // The first is still there.
    auto told = post(client, {.url = endpoint.url("localhost")});
    Connection connection = endpoint.accept();
    connection.read_request();
    connection.answer(200);
    EXPECT_EQ(outcome(told).status, 200);
    if (::testing::Test::HasFailure()) gate().open();  // Or the client might wait at it for ever.
  }

  EXPECT_EQ(outcome(broken_off).why, "mailrail stopped before an answer came.");
  gate().open();
}

}  // namespace
}  // namespace mailrail::client
