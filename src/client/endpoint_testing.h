// What the tests of the client talk to: an endpoint on a free port whose answers, byte by byte, are
// the test's own, over TLS if it likes.
//
// Nothing sleeps: a read waits for what must come, and fails the test if it doesn't come in ten
// seconds.

#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <string_view>

#include "client/http_client.h"

struct ssl_st;
struct ssl_ctx_st;

namespace mailrail::client::testing {

// A certificate that vouches for itself, and its key.
class Certificate {
 public:
  explicit Certificate(const std::string& host);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  const std::string& file() const { return file_; }  // As PEM.
  ssl_ctx_st* context() const { return context_; }

 private:
  std::string file_;
  ssl_ctx_st* context_;
};

// The client's connection, as the endpoint sees it.
class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection();
  Connection(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(Connection&&) = delete;

  // False if the client breaks off, as it does if it doesn't trust the certificate.
  bool start_tls(const Certificate& certificate);

  // Head and body. Empty if the client has closed.
  std::string read_request();
  bool send(std::string_view bytes);
  void answer(int status, std::string_view body = {});

  // Waits until the client has closed.
  bool is_at_end();

 private:
  bool read_more();

  int socket_;
  ssl_st* tls_ = nullptr;
  std::string received_;
};

class Endpoint {
 public:
  // With a `backlog` of 0 the kernel takes up one connection and ignores others.
  explicit Endpoint(int backlog = 1000);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view host = "127.0.0.1", std::string_view path = "/") const;

  Connection accept();
  bool has_visitor() const;  // Somebody has connected and was not accepted yet.

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

// A client that may reach the endpoints of a test.
HttpClient::Options anywhere();

std::future<HttpOutcome> post(HttpClient& client, HttpRequest request);
HttpOutcome outcome(std::future<HttpOutcome>& promised);

// Both at once.
HttpOutcome ask(HttpClient& client, HttpRequest request);

// Returns when the client has begun what it may begin of all that was posted before.
void settle(HttpClient& client);

}  // namespace mailrail::client::testing
