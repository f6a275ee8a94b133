// What the tests of the server talk with: a blocking client that writes bytes as they are given,
// and a server whose handler is the test itself.
//
// Nothing sleeps: a read waits for what must come, and fails the test if it doesn't come in ten
// seconds.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/server.h"

namespace mailrail::http::testing {

struct Reply {
  int status = 0;  // 0: none came.
  std::string head = {};
  std::string body = {};

  bool has(std::string_view line) const {
    return head.find(std::string(line) + "\r\n") != std::string::npos;
  }
};

enum class Body { expected, none };  // None follows the head of an answer to HEAD.

class Client {
 public:
  // A small `receive_buffer` makes a slow reader.
  explicit Client(std::uint16_t port, int receive_buffer = 0);
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(Client&&) = delete;

  bool is_connected() const { return is_connected_; }

  // False if the server has closed.
  bool send(std::string_view bytes);
  Reply read_reply(Body body = Body::expected);
  bool is_at_end();  // Waits: true once the server has closed and all is read.
  std::string read_until_end();
  std::string read_bytes(std::size_t count);

  void finish_sending();
  void reset();  // Closes so that the server sees an error, not an end.

 private:
  bool read_more();

  int socket_;
  bool is_connected_ = false;
  std::string received_;
};

// A request that waits on the test's desk.
struct Visit {
  ExchangeId exchange;
  Request request;
};

class TestServer final : private Handler {
 public:
  explicit TestServer(Options options = {});

  std::uint16_t port() const { return server_->port(); }
  Server& server() { return *server_; }
  Client connect() const { return Client(port()); }

  // From now on requests are answered on the spot, with "METHOD TARGET BODY".
  void echo() { is_echoing_ = true; }

  Visit next_visit();
  ExchangeId next_gone();
  std::size_t visits_waiting();

  // On the exchange's thread, as it must be, and waits for what came of it.
  bool answer(ExchangeId exchange, Response response, const Permit* permit = nullptr);

  // Likewise.
  bool begin_stream(ExchangeId exchange, Response head, const Permit* permit = nullptr);
  Server::Pushed push(ExchangeId exchange, std::string_view piece);
  void end_stream(ExchangeId exchange);

  // One whole exchange on this connection.
  Reply ask(Client& client, std::string_view request, std::string_view answer_body);

 private:
  void on_request(ExchangeId exchange, Request request) override;
  void on_gone(ExchangeId exchange) override;
  void run_at(ExchangeId exchange, const std::function<void()>& work);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Visit> visits_;
  std::deque<ExchangeId> gone_;
  std::atomic<bool> is_echoing_ = false;
  std::unique_ptr<Server> server_;
};

// "POST / HTTP/1.1" with a Host, these extra header lines (each with its line break), and this
// body.
std::string post(std::string_view body, std::string_view extra_headers = {});

}  // namespace mailrail::http::testing
