// A whole server over a directory of its own, and clients of it, for tests.
// Nothing here is part of mailrail itself.

#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "http/test_client.h"
#include "server/server.h"

namespace mailrail::server {

using http::testing::Client;
using http::testing::Reply;

// An action of SQS and its input, as JSON.
struct SqsCalls {
  static void send(Client& client, const std::string& action, const std::string& input) {
    client.send("POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonSQS." + action +
                "\r\nContent-Length: " + std::to_string(input.size()) + "\r\n\r\n" + input);
  }
  static Reply call(Client& client, const std::string& action, const std::string& input) {
    send(client, action, input);
    return client.read_reply();
  }
};

// The threads of a whole server over a directory of its own; what they do is judged by other tests.
class ServerTest : public ::testing::Test, protected SqsCalls {
 protected:
  ServerTest() {
    directory_ = std::filesystem::temp_directory_path() / "mailrail-server-test-XXXXXX";
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    start();
  }
  ~ServerTest() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  // With one HTTP thread calls are taken in the order in which they were sent.
  void start(std::uint32_t http_threads = 1) { start(Options{.http_threads = http_threads}); }
  void start(Options options) {
    options.port = 0;
    options.data = directory_;
    auto opened = Server::open(options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    server_ = *std::move(opened);
  }

  void stop() {
    server_->begin_stop();
    EXPECT_TRUE(server_->is_drained(std::chrono::seconds(10)));
    EXPECT_TRUE(server_->finish_stop().has_value());
    server_.reset();
  }

  Client connect() const { return Client(server_->port()); }

  // Receives and deletes one message at a time, and says how many there were.
  static int drain(Client& client) {
    constexpr std::string_view before = "\"ReceiptHandle\":\"";
    for (int drained = 0;; ++drained) {
      const std::string body = call(client, "ReceiveMessage", R"({"QueueUrl": "q"})").body;
      const std::size_t begin = body.find(before);
      if (begin == std::string::npos) return drained;
      std::string handle = body.substr(begin + before.size());
      handle.resize(handle.find('"'));
      EXPECT_EQ(
          call(client, "DeleteMessage", R"({"QueueUrl": "q", "ReceiptHandle": ")" + handle + "\"}")
              .status,
          200);
    }
  }

  std::uint64_t files_in_directory() const {
    std::uint64_t bytes = 0;
    for (const auto& each : std::filesystem::directory_iterator(directory_)) {
      std::error_code gone;
      const std::uint64_t size = each.file_size(gone);
      if (!gone) bytes += size;
    }
    return bytes;
  }

  // The kernel has in memory no longer what is on the disk.
  void forget_cached_files() const {
    for (const auto& each : std::filesystem::directory_iterator(directory_)) {
      const int descriptor = ::open(each.path().c_str(), O_RDONLY | O_CLOEXEC);
      if (descriptor < 0) continue;  // It has another name by now.
      EXPECT_EQ(::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED), 0);
      ::close(descriptor);
    }
  }

  std::string directory_;
  std::unique_ptr<Server> server_;
};

}  // namespace mailrail::server
