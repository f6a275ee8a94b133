// What the tests of servers that share a log have in common: servers in one process over one log in
// memory, times in milliseconds, and clients that wait for what must come.
//
// Nothing sleeps to be right: what takes its time is asked for again until it is so, and fails the
// test after ten seconds.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "log/memory/shared_memory_log.h"
#include "server/server_testing.h"

namespace mailrail::server {

// Long enough for a machine under load to renew in time, where a test does not wait for silence.
inline constexpr OwnershipTimes patient_times = {
    .renewed_after = 50ms, .calls_for = 20s, .certain_for = 30s, .silence = 60s};
inline constexpr OwnershipTimes hasty_times = {
    .renewed_after = 150ms, .calls_for = 500ms, .certain_for = 700ms, .silence = 2s};

inline void eventually(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_so()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "It did not come.";
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

class SharedLogTest : public ::testing::Test, protected SqsCalls {
 protected:
  SharedLogTest() {
    directory_ = std::filesystem::temp_directory_path() / "mailrail-shared-log-test-XXXXXX";
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
  }
  ~SharedLogTest() override { std::filesystem::remove_all(directory_); }

  // `node` names its directory, and by it the log knows whom to cut off.
  Result<std::unique_ptr<Server>> open(const std::string& node,
                                       const OwnershipTimes& times = patient_times) {
    return Server::open(
        {.port = 0,
         .data = directory_ + "/" + node,
         .http_threads = http_threads_,
         .disk_bytes_max = std::uint64_t{1} << 30,
         .given_keys = given_keys_,
         .shared_log = SharedLogOptions{.connect = [this, node](log::Disk&, std::size_t)
                                            -> Result<OpenSharedLog> { return open_log(node); },
                                        .name = "memory",
                                        .times = times,
                                        .looks_after = 20ms},
         .edge = edge_});
  }
  std::unique_ptr<Server> start(const std::string& node,
                                const OwnershipTimes& times = patient_times) {
    auto opened = open(node, times);
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return *std::move(opened);
  }
  static void stop(std::unique_ptr<Server>& server) {
    server->begin_stop();
    EXPECT_TRUE(server->is_drained(std::chrono::seconds(10)));
    const Result<void> stopped = server->finish_stop();
    EXPECT_TRUE(stopped.has_value()) << stopped.error().message;
    server.reset();
  }

  static Role role(const std::unique_ptr<Server>& server) { return server->log_status().role; }

  using SqsCalls::call;
  static Reply call(const std::unique_ptr<Server>& server,
                    const std::string& action,
                    const std::string& input) {
    Client client(server->port());
    return call(client, action, input);
  }
  static Reply get(const std::unique_ptr<Server>& server, const std::string& path) {
    Client client(server->port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return client.read_reply();
  }
  // As `mailrail standby promote` asks.
  static Reply ask(const std::unique_ptr<Server>& server, const std::string& path) {
    Client client(server->port());
    client.send("POST " + path +
                " HTTP/1.1\r\nHost: h\r\nX-Mailrail-Node: test\r\nContent-Length: 0\r\n\r\n");
    return client.read_reply();
  }
  static void create_queue(const std::unique_ptr<Server>& server) {
    ASSERT_EQ(call(server, "CreateQueue", R"({"QueueName": "q"})").status, 200);
  }
  static Reply send_message(const std::unique_ptr<Server>& server, const std::string& body) {
    return call(server, "SendMessage", R"({"QueueUrl": "q", "MessageBody": ")" + body + "\"}");
  }
  // Without hiding anything from the next.
  static std::string receive_all(const std::unique_ptr<Server>& server) {
    return call(server, "ReceiveMessage",
                R"({"QueueUrl": "q", "MaxNumberOfMessages": 10, "VisibilityTimeout": 0})")
        .body;
  }

  // All that was sent to it before has come to its HTTP thread, if that is the only one.
  static void settle(const std::unique_ptr<Server>& server) { get(server, "/livez"); }

  std::uint32_t http_threads_ = 1;
  EdgeOptions edge_;
  std::vector<auth::Key> given_keys_ = {};
  log::SharedMemoryLog::Place place_;
  std::string directory_;

 private:
  OpenSharedLog open_log(const std::string& node) {
    return [this, node]() -> Result<std::unique_ptr<log::SharedLog>> {
      return log::SharedMemoryLog::open(place_, node);
    };
  }
};

}  // namespace mailrail::server
