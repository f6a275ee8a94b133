// The ceiling: a bare HTTP server on raw epoll that answers every request with the same JSON, as
// long as the answer to a send. No server on this machine answers faster, so targets are shares of
// its rate.
//
// Each thread has a socket that listens on the same port, and the connections that the kernel gives
// it. Of a request it reads no more than how long it is.

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

// As long as the answer to a SendMessage.
constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 206\r\n\r\n"
    R"({"MD5OfMessageBody":"49f68a5c8493ec2c0bf489821c21fc3b","MessageId":"5fea7756-0ea4-451a-a703-a558b933e274",)"
    R"("SequenceNumber":"18849496460467696128","MD5OfMessageAttributes":"1d0db1f4e01ef4b1b0ac11dbe6a8a4c0"})";
static_assert(answer.substr(answer.find("\r\n\r\n") + 4).size() == 206);

struct Connection {
  int socket = -1;
  std::string received = {};
};

// Bytes of the request at the beginning, or 0 if it is not there whole.
std::size_t request_bytes(std::string_view received) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t head_end = received.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return 0;
  std::size_t body_bytes = 0;
  const std::size_t place = received.substr(0, head_end).find(name);
  if (place != std::string_view::npos)
    std::from_chars(received.data() + place + name.size(), received.data() + head_end, body_bytes);
  const std::size_t bytes = head_end + 4 + body_bytes;
  return received.size() >= bytes ? bytes : 0;
}

// False once it is to be closed.
bool serve(Connection& connection, std::array<char, 64 << 10>& buffer) {
  const ssize_t got = recv(connection.socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  connection.received.append(buffer.data(), static_cast<std::size_t>(got));
  while (const std::size_t bytes = request_bytes(connection.received)) {
    connection.received.erase(0, bytes);
    // Blocking: an answer is far smaller than a socket's buffer.
    if (send(connection.socket, answer.data(), answer.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(answer.size()))
      return false;
  }
  return true;
}

int listen_on(std::uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, SOMAXCONN) != 0) {
    std::perror("epoll_constant");
    std::exit(1);
  }
  return listener;
}

void watch(int epoll, Connection& connection) {
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = &connection}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, connection.socket, &event);
}

void accept_one(int epoll, int listener) {
  const int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted < 0) return;
  const int on = 1;
  setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(epoll, *new Connection{.socket = accepted});
}

[[noreturn]] void loop(int listener) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Connection listening{.socket = listener};
  watch(epoll, listening);
  std::array<char, 64 << 10> buffer;
  std::array<epoll_event, 64> events;
  while (true) {
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      auto* const connection =
          static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == &listening) {
        accept_one(epoll, listener);
      } else if (!serve(*connection, buffer)) {
        close(connection->socket);
        delete connection;
      }
    }
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::fprintf(stderr, "usage: epoll_constant PORT THREADS\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  std::vector<std::thread> threads;
  for (int count = 1; count < std::atoi(arguments[2]); ++count)
    threads.emplace_back([listener = listen_on(port)] { loop(listener); });
  loop(listen_on(port));
}
