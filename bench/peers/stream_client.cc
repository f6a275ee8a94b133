// A dialogue over TCP.

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/peers/client.h"

namespace mailrail::bench::peers {

namespace {

constexpr std::size_t read_bytes = 256 << 10;

class StreamClient final : public Client {
 public:
  StreamClient(std::uint16_t port, std::unique_ptr<Dialogue> dialogue)
      : port_(port), dialogue_(std::move(dialogue)) {}
  ~StreamClient() override {
    if (socket_ >= 0) close(socket_);
  }
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;

  std::string open() override;
  int socket() const override { return socket_; }
  bool begin() override {
    has_more_ = !received_.empty();
    return write(dialogue_->request());
  }
  bool has_more() const override { return has_more_; }
  Heard hear() override;
  bool is_pushed() const override { return dialogue_->is_pushed(); }

 private:
  bool connect_socket();
  bool write(std::string_view bytes);
  Heard understand();

  const std::uint16_t port_;
  const std::unique_ptr<Dialogue> dialogue_;
  int socket_ = -1;
  std::string received_;   // And not yet understood.
  bool has_more_ = false;  // Of it, since before the outstanding request.
};

std::string StreamClient::open() {
  if (!connect_socket()) return fmt::format("cannot connect: {}", std::strerror(errno));
  for (std::string_view bytes = dialogue_->greeting(); !bytes.empty();
       bytes = dialogue_->greeting()) {
    if (!write(bytes)) return "the peer closed the connection at its opening";
    Heard heard = hear();
    while (heard.state == State::open) heard = hear();
    if (!heard.error.empty()) return heard.error;
    if (heard.state == State::broken) return "the peer closed the connection at its opening";
  }
  return {};
}

bool StreamClient::connect_socket() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Blocking: a request is far smaller than a socket's buffer.
bool StreamClient::write(std::string_view bytes) {
  return bytes.empty() || send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                              static_cast<ssize_t>(bytes.size());
}

Heard StreamClient::hear() {
  if (std::exchange(has_more_, false)) return understand();
  static std::array<char, read_bytes> buffer;  // One for all: the loop has one thread.
  const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return {.state = State::broken, .error = "the peer closed the connection"};
  received_.append(buffer.data(), static_cast<std::size_t>(got));
  return understand();
}

Heard StreamClient::understand() {
  Heard heard = dialogue_->hear(received_);
  received_.erase(0, heard.bytes);
  return heard;
}

}  // namespace

std::unique_ptr<Client> stream_client(std::uint16_t port, std::unique_ptr<Dialogue> dialogue) {
  return std::make_unique<StreamClient>(port, std::move(dialogue));
}

}  // namespace mailrail::bench::peers
