// What tests of the console on a whole server share: the server, and a page that reads its stream.
// Nothing here is part of mailrail itself.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "http/test_client.h"
#include "server/server.h"

namespace mailrail::server {

using http::testing::Client;
using http::testing::Reply;

// A stream, event by event.
class Page {
 public:
  Page(std::uint16_t port, const std::string& target, const std::string& headers = {})
      : client_(port) {
    client_.send("GET " + target + " HTTP/1.1\r\nHost: h\r\nX-Mailrail-Console: 1\r\n" + headers +
                 "\r\n");
    head_ = client_.read_reply(http::testing::Body::none);
  }

  const Reply& head() const { return head_; }

  // The next event of that name, with its lines; others are passed over.
  std::string next(std::string_view name) {
    const std::string begin = "event: " + std::string(name) + "\n";
    while (true) {
      std::string text;
      while (!text.ends_with("\n\n")) {
        const std::string byte = client_.read_bytes(1);
        if (byte.empty()) return {};
        text += byte;
      }
      if (text.starts_with(begin)) return text;
    }
  }

  // The first of that name in which this stands.
  std::string next_with(std::string_view name, std::string_view what) {
    std::string text = next(name);
    while (!text.empty() && text.find(what) == std::string::npos) text = next(name);
    return text;
  }

  std::string rest() { return client_.read_until_end(); }

 private:
  Client client_;
  Reply head_;
};

inline std::string id_of(const std::string& event) {
  const std::size_t begin = event.find("\nid: ") + 5;
  return event.substr(begin, event.find('\n', begin) - begin);
}

class LiveConsoleTest : public ::testing::Test {
 protected:
  LiveConsoleTest() {
    directory_ = std::filesystem::temp_directory_path() / "mailrail-console-test-XXXXXX";
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
  }
  ~LiveConsoleTest() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  void start(Options options = {}) {
    options.port = 0;
    options.data = directory_;
    auto opened = Server::open(options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    server_ = *std::move(opened);
  }

  Reply call(const std::string& target, const std::string& input, const std::string& headers = {}) {
    Client client(server_->port());
    client.send(http::testing::post(input, "X-Amz-Target: " + target + "\r\n" + headers));
    return client.read_reply();
  }
  Reply get(const std::string& target, const std::string& headers = {}) {
    Client client(server_->port());
    client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n");
    return client.read_reply();
  }
  void create(const std::string& queue) {
    const bool is_fifo = queue.ends_with(".fifo");
    ASSERT_EQ(call("AmazonSQS.CreateQueue",
                   "{\"QueueName\": \"" + queue + "\"" +
                       (is_fifo ? R"(, "Attributes": {"FifoQueue": "true"}})" : "}"))
                  .status,
              200);
  }
  void send(const std::string& queue) {
    ASSERT_EQ(
        call("AmazonSQS.SendMessage", R"({"QueueUrl": ")" + queue + R"(", "MessageBody": "hi"})")
            .status,
        200);
  }
  Page open(const std::string& topics, const std::string& headers = {}) {
    return {server_->port(), "/_mailrail/stream?topics=" + topics, headers};
  }

  std::string directory_;
  std::unique_ptr<Server> server_;
};

inline constexpr std::string_view console_header = "X-Mailrail-Console: 1\r\n";

}  // namespace mailrail::server
