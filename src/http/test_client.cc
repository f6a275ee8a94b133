#include "http/test_client.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <future>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/check.h"

namespace mailrail::http::testing {

namespace {

constexpr auto patience = 10s;

Options with_free_port(Options options) {
  for (Listener& each : options.listeners) each.port = 0;
  return options;
}

}  // namespace

Client::Client(std::uint16_t port, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  CHECK(socket_ >= 0);
  const timeval wait = {.tv_sec = patience.count(), .tv_usec = 0};
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer > 0)
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  is_connected_ =
      connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Client::~Client() {
  if (socket_ >= 0) close(socket_);
}

Client::Client(Client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      is_connected_(other.is_connected_),
      received_(std::move(other.received_)) {}

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::read_more() {
  char bytes[64 << 10];
  const ssize_t got = recv(socket_, bytes, sizeof bytes, 0);
  EXPECT_FALSE(got < 0 && errno == EAGAIN) << "Nothing came in time.";
  if (got <= 0) return false;
  received_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

Reply Client::read_reply(Body body) {
  constexpr std::string_view end = "\r\n\r\n", length = "\r\nContent-Length: ";
  while (received_.find(end) == std::string::npos) {
    if (!read_more()) return {};
  }
  Reply reply;
  reply.head = received_.substr(0, received_.find(end) + end.size());
  received_.erase(0, reply.head.size());
  reply.status = std::atoi(reply.head.c_str() + std::string_view("HTTP/1.1 ").size());
  const std::size_t place = reply.head.find(length);
  if (body == Body::none || place == std::string::npos) return reply;
  const std::size_t size = std::strtoull(reply.head.c_str() + place + length.size(), nullptr, 10);
  while (received_.size() < size) {
    if (!read_more()) return {};
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

bool Client::is_at_end() { return received_.empty() && !read_more(); }

std::string Client::read_until_end() {
  while (read_more()) {
  }
  return std::exchange(received_, {});
}

std::string Client::read_bytes(std::size_t count) {
  while (received_.size() < count && read_more()) {
  }
  std::string bytes = received_.substr(0, count);
  received_.erase(0, bytes.size());
  return bytes;
}

void Client::finish_sending() { shutdown(socket_, SHUT_WR); }

void Client::reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(socket_, -1));
}

TestServer::TestServer(Options options) {
  auto opened = Server::open(with_free_port(std::move(options)), *this);
  CHECK(opened.has_value());
  server_ = *std::move(opened);
  server_->start();
}

void TestServer::on_request(ExchangeId exchange, Request request) {
  if (is_echoing_) {
    server_->answer(
        exchange, {.body = fmt::format("{} {} {}", request.method, request.target, request.body)});
    return;
  }
  const std::scoped_lock lock(mutex_);
  visits_.push_back({.exchange = exchange, .request = std::move(request)});
  changed_.notify_all();
}

void TestServer::on_gone(ExchangeId exchange) {
  const std::scoped_lock lock(mutex_);
  gone_.push_back(exchange);
  changed_.notify_all();
}

Visit TestServer::next_visit() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, patience, [this] { return !visits_.empty(); }))
      << "No request came.";
  if (visits_.empty()) return {};
  Visit visit = std::move(visits_.front());
  visits_.pop_front();
  return visit;
}

ExchangeId TestServer::next_gone() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, patience, [this] { return !gone_.empty(); }))
      << "Nobody went.";
  if (gone_.empty()) return {};
  const ExchangeId exchange = gone_.front();
  gone_.pop_front();
  return exchange;
}

std::size_t TestServer::visits_waiting() {
  const std::scoped_lock lock(mutex_);
  return visits_.size();
}

void TestServer::run_at(ExchangeId exchange, const std::function<void()>& work) {
  std::promise<void> done;
  server_->post(exchange.thread, [&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

bool TestServer::answer(ExchangeId exchange, Response response, const Permit* permit) {
  bool is_taken = false;
  run_at(exchange, [&] { is_taken = server_->answer(exchange, std::move(response), permit); });
  return is_taken;
}

bool TestServer::begin_stream(ExchangeId exchange, Response head, const Permit* permit) {
  bool is_begun = false;
  run_at(exchange, [&] { is_begun = server_->begin_stream(exchange, std::move(head), permit); });
  return is_begun;
}

Server::Pushed TestServer::push(ExchangeId exchange, std::string_view piece) {
  Server::Pushed pushed = Server::Pushed::gone;
  run_at(exchange, [&] { pushed = server_->push(exchange, piece); });
  return pushed;
}

void TestServer::end_stream(ExchangeId exchange) {
  run_at(exchange, [&] { server_->end_stream(exchange); });
}

Reply TestServer::ask(Client& client, std::string_view request, std::string_view answer_body) {
  client.send(request);
  EXPECT_TRUE(answer(next_visit().exchange, {.body = std::string(answer_body)}));
  return client.read_reply();
}

std::string post(std::string_view body, std::string_view extra_headers) {
  return fmt::format("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: {}\r\n{}\r\n{}", body.size(),
                     extra_headers, body);
}

}  // namespace mailrail::http::testing
