#include "bench/load.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mailrail::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batch_size = 10;

enum class Step { send, receive, remove };

struct Connection {
  int socket = -1;
  Step step = Step::send;         // Of the outstanding request, or of the next.
  std::size_t message_count = 0;  // In the outstanding send.
  Clock::time_point sent_at;
  std::string received;
  std::size_t reply_bytes = 0;  // Of head and body, once the head is here.
  std::vector<std::string> receipt_handles;
};

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++count;
  return count;
}

std::vector<std::string> receipt_handles_in(std::string_view reply) {
  constexpr std::string_view key = "\"ReceiptHandle\":\"";
  std::vector<std::string> handles;
  for (std::size_t at = reply.find(key); at != std::string_view::npos; at = reply.find(key, at)) {
    at += key.size();
    handles.emplace_back(reply.substr(at, reply.find('"', at) - at));
  }
  return handles;
}

class Load {
 public:
  explicit Load(const Plan& plan)
      : plan_(plan),
        requests_(plan.messages, fmt::format("{}:{}", plan.host, plan.port)),
        constant_(requests_.send(0)),
        receive_(requests_.receive(plan.mode == Mode::cycle ? 1 : plan.receive_count_max,
                                   plan.wait_seconds)) {}

  Outcome run();

 private:
  bool is_over(Clock::time_point now) const;
  bool open(Connection& connection);
  void begin(Connection& connection);
  Step first_step() const;
  Step step_after(const Connection& connection) const;
  std::string_view request(Connection& connection);
  std::string_view send_request(Connection& connection);
  void on_readable(Connection& connection);
  void on_reply(Connection& connection);
  void note_error(std::string_view what);
  void give_up(Connection& connection, std::string_view what);

  const Plan& plan_;
  const Requests requests_;
  const std::string
      constant_;  // The send that never changes: to a standard queue, or to a constant server.
  const std::string receive_;
  std::string scratch_;
  std::array<char, 256 << 10> buffer_;

  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections_;
  int busy_ = 0;
  std::uint64_t sent_messages_ = 0;
  std::uint64_t received_messages_ = 0;
  Clock::time_point counts_from_;
  Clock::time_point ends_at_ = Clock::time_point::max();
  Outcome outcome_;
};

Outcome Load::run() {
  connections_.resize(static_cast<std::size_t>(plan_.connections));
  for (Connection& each : connections_) {
    if (!open(each)) note_error(fmt::format("cannot connect: {}", std::strerror(errno)));
  }
  const Clock::time_point start = Clock::now();
  counts_from_ = start + plan_.warm_up;
  if (plan_.duration.count() > 0) ends_at_ = counts_from_ + plan_.duration;
  for (Connection& each : connections_) {
    each.step = first_step();
    if (each.socket >= 0) begin(each);
  }
  std::array<epoll_event, 256> events;
  while (busy_ > 0) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int index = 0; index < count; ++index) {
      on_readable(*static_cast<Connection*>(events[static_cast<std::size_t>(index)].data.ptr));
    }
  }
  outcome_.seconds = std::chrono::duration<double>(Clock::now() - counts_from_).count();
  for (Connection& each : connections_) close(each.socket);
  close(epoll_);
  std::ranges::sort(outcome_.latencies_us);
  return std::move(outcome_);
}

bool Load::open(Connection& connection) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(plan_.port);
  if (inet_pton(AF_INET, plan_.host.c_str(), &address.sin_addr) != 1) return false;
  connection.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = &connection}};
  if (connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0 &&
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) == 0) {
    return true;
  }
  close(std::exchange(connection.socket, -1));
  return false;
}

bool Load::is_over(Clock::time_point now) const {
  if (now >= ends_at_) return true;
  const std::uint64_t done = first_step() == Step::receive ? received_messages_ : sent_messages_;
  return plan_.message_count > 0 && done >= plan_.message_count;
}

void Load::begin(Connection& connection) {
  const Clock::time_point now = Clock::now();
  if (connection.step == first_step() && is_over(now)) return;
  const std::string_view bytes = request(connection);
  connection.sent_at = now;
  ++busy_;
  // Blocking: a request is far smaller than a socket's buffer.
  if (send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    give_up(connection, "the server closed the connection");
  }
}

Step Load::first_step() const {
  return plan_.mode == Mode::receive || plan_.mode == Mode::receive_delete ? Step::receive
                                                                           : Step::send;
}

Step Load::step_after(const Connection& connection) const {
  if (plan_.mode == Mode::cycle && connection.step == Step::send) return Step::receive;
  return connection.receipt_handles.empty() ? first_step() : Step::remove;
}

std::string_view Load::request(Connection& connection) {
  switch (connection.step) {
    case Step::send:
      return send_request(connection);
    case Step::receive:
      return receive_;
    case Step::remove:
      return scratch_ = requests_.delete_batch(std::exchange(connection.receipt_handles, {}));
  }
  std::abort();
}

std::string_view Load::send_request(Connection& connection) {
  const std::uint64_t first = sent_messages_;
  connection.message_count = 1;
  if (plan_.mode == Mode::send_batch) {
    const std::uint64_t left = plan_.message_count > 0 ? plan_.message_count - first : batch_size;
    connection.message_count = std::min<std::uint64_t>(batch_size, left);
  }
  sent_messages_ += connection.message_count;
  if (plan_.mode == Mode::send_batch)
    return scratch_ = requests_.send_batch(first, connection.message_count);
  if (plan_.mode == Mode::publish) return scratch_ = requests_.publish(first);
  if (plan_.messages.groups == 0 && plan_.messages.bodies.empty()) return constant_;
  return scratch_ = requests_.send(first);
}

void Load::on_readable(Connection& connection) {
  constexpr std::string_view end = "\r\n\r\n", length = "\r\nContent-Length: ";
  constexpr std::string_view length_by_node = "\r\ncontent-length: ";
  const ssize_t got = recv(connection.socket, buffer_.data(), buffer_.size(), 0);
  if (got <= 0) return give_up(connection, "the server closed the connection");
  connection.received.append(buffer_.data(), static_cast<std::size_t>(got));
  if (connection.reply_bytes == 0) {
    const std::size_t head_end = connection.received.find(end);
    if (head_end == std::string::npos) return;
    std::size_t place = connection.received.find(length);
    if (place > head_end) place = connection.received.find(length_by_node);
    if (place > head_end) return give_up(connection, "a reply without Content-Length");
    connection.reply_bytes =
        head_end + end.size() +
        std::strtoull(connection.received.c_str() + place + length.size(), nullptr, 10);
  }
  if (connection.received.size() >= connection.reply_bytes) on_reply(connection);
}

void Load::on_reply(Connection& connection) {
  const Clock::time_point now = Clock::now();
  const std::string_view reply = connection.received;
  const bool is_ok =
      reply.starts_with("HTTP/1.1 200 ") && reply.find("\"Failed\":[{") == std::string_view::npos;
  std::size_t messages = connection.step == Step::send ? connection.message_count : 0;
  if (connection.step == Step::receive) {
    messages = count_of(reply, "\"ReceiptHandle\":");
    received_messages_ += messages;
    if (plan_.mode != Mode::receive) connection.receipt_handles = receipt_handles_in(reply);
  }
  const bool is_measured = plan_.mode != Mode::cycle || connection.step == Step::receive;
  if (is_measured && now >= counts_from_ && connection.sent_at >= counts_from_) {
    const auto latency =
        std::chrono::duration_cast<std::chrono::microseconds>(now - connection.sent_at);
    outcome_.latencies_us.push_back(static_cast<std::uint32_t>(latency.count()));
    outcome_.messages += messages;
  }
  if (!is_ok) note_error(reply);
  if (plan_.mode == Mode::cycle && connection.step == Step::receive && messages != 1) {
    note_error("a cycle's receive didn't return one message");
  }
  connection.received.clear();
  connection.reply_bytes = 0;
  connection.step = step_after(connection);
  --busy_;
  begin(connection);
}

void Load::note_error(std::string_view what) {
  ++outcome_.errors;
  if (outcome_.first_error.empty()) outcome_.first_error = what;
}

void Load::give_up(Connection& connection, std::string_view what) {
  note_error(what);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.socket, nullptr);
  --busy_;
}

}  // namespace

Outcome run(const Plan& plan) { return std::make_unique<Load>(plan)->run(); }

}  // namespace mailrail::bench
