#include "load/loop.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/check.h"

namespace mailrail::load {

using Clock = std::chrono::steady_clock;

namespace {

constexpr auto between_ticks = std::chrono::milliseconds(100);

}  // namespace

struct Loop::Connection {
  const Endpoint& endpoint;
  const TlsContext& tls;
  Role& role;
  std::optional<Socket> socket = {};
  ReplyReader reader = {};
  bool is_asking = false;
  Time asked_at = {};
};

Loop::Loop(std::chrono::nanoseconds patience)
    : patience_(patience),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      buffer_(std::make_unique<std::array<char, 256 << 10>>()) {
  CHECK(epoll_ >= 0 && timer_ >= 0);
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = nullptr}};
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event) == 0);
  contexts_.reserve(2);  // SQS and SNS; connections refer to them.
}

Loop::~Loop() {
  connections_.clear();
  ::close(timer_);
  ::close(epoll_);
}

Result<void> Loop::add(const Endpoint& endpoint, Role& role) {
  auto known =
      std::ranges::find(contexts_, &endpoint, &std::pair<const Endpoint*, TlsContext>::first);
  if (known == contexts_.end()) {
    CHECK(contexts_.size() < contexts_.capacity());
    contexts_.emplace_back(&endpoint, TRY(TlsContext::open(endpoint)));
    known = std::prev(contexts_.end());
  }
  connections_.push_back(std::make_unique<Connection>(
      Connection{.endpoint = endpoint, .tls = known->second, .role = role}));
  return connect(*connections_.back());
}

void Loop::run(const std::function<Tick(Time now)>& tick) {
  alive_ = connections_.size();
  for (const auto& each : connections_) advance(*each);
  Time last_tick = Clock::now();
  std::array<epoll_event, 256> events;
  while (alive_ > 0) {
    set_timer();
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(between_ticks.count()));
    for (int i = 0; i < count; ++i) {
      auto* const connection =
          static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection != nullptr) on_readable(*connection);
    }
    ask_next();
    wake_waiting();
    const Time now = Clock::now();
    if (now - last_tick < between_ticks) continue;
    last_tick = now;
    break_off_unanswered(now);
    if (tick(now) == Tick::enough) break;
  }
  for (const auto& each : connections_) disconnect(*each);
}

void Loop::advance(Connection& connection) {
  while (true) {
    const Time now = Clock::now();
    Step step = connection.role.next(now);
    if (step.kind == Step::Kind::wait) {
      waiting_.push({.until = step.until, .connection = &connection});
      return;
    }
    if (step.kind == Step::Kind::over) {
      --alive_;
      return;
    }
    const Result<void> connected = connection.socket ? Result<void>() : connect(connection);
    if (!connected) {
      // To try again at once would only heat.
      connection.role.on_gone(connected.error().message);
      --alive_;
      return;
    }
    connection.is_asking = true;
    connection.asked_at = now;
    if (connection.socket->send(step.request)) return;
    break_off(connection, "the server closed the connection");
  }
}

Result<void> Loop::connect(Connection& connection) {
  connection.socket = TRY(Socket::connect(connection.endpoint, connection.tls));
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = &connection}};
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket->descriptor(), &event) == 0);
  return {};
}

void Loop::on_readable(Connection& connection) {
  while (connection.socket) {
    const Socket::Read read = connection.socket->receive(*buffer_);
    if (read.bytes > 0) {
      // In the open a read that does not fill the buffer was the last one.
      const bool may_be_more = connection.endpoint.is_encrypted || read.bytes == buffer_->size();
      if (!on_bytes(connection, {buffer_->data(), read.bytes}) || !may_be_more) return;
      continue;
    }
    if (read.end == Socket::End::open) return;
    const bool was_asking = connection.is_asking;
    break_off(connection, "the server closed the connection");
    if (was_asking) answered_.push_back(&connection);
    return;
  }
}

void Loop::ask_next() {
  for (Connection* const each : answered_) advance(*each);
  answered_.clear();
}

// Whether to read on.
bool Loop::on_bytes(Connection& connection, std::string_view bytes) {
  connection.reader.add(bytes);
  const auto reply = connection.reader.reply();
  if (!reply) {
    if (connection.reader.problem().empty()) return true;
    break_off(connection, connection.reader.problem());
    answered_.push_back(&connection);
    return false;
  }
  if (!connection.is_asking) {
    disconnect(connection);  // Nobody asked: whatever it is, it belongs to nothing.
    return false;
  }
  const bool ends = reply->ends_connection;
  connection.is_asking = false;
  connection.role.on_reply(*reply, Clock::now());
  connection.reader.take();
  if (ends) disconnect(connection);
  answered_.push_back(&connection);
  return false;
}

void Loop::disconnect(Connection& connection) {
  connection.socket.reset();
  connection.reader = {};
}

void Loop::break_off(Connection& connection, std::string_view why) {
  const std::string reason(why);  // The reader's own may be what goes.
  disconnect(connection);
  if (std::exchange(connection.is_asking, false)) connection.role.on_broken(reason);
}

void Loop::break_off_unanswered(Time now) {
  for (const auto& each : connections_) {
    if (!each->is_asking || now - each->asked_at < patience_) continue;
    break_off(*each, fmt::format("the server did not answer within {} s",
                                 std::chrono::duration<double>(patience_).count()));
    answered_.push_back(each.get());
  }
}

void Loop::wake_waiting() {
  while (!waiting_.empty() && waiting_.top().until <= Clock::now()) {
    Connection* const connection = waiting_.top().connection;
    waiting_.pop();
    advance(*connection);
  }
}

void Loop::set_timer() {
  const Time next = waiting_.empty() ? Time::max() : waiting_.top().until;
  if (next == timer_set_to_) return;
  timer_set_to_ = next;
  itimerspec when = {};
  if (next != Time::max()) {
    const auto since_boot = next.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    when.it_value.tv_sec = seconds.count();
    // A time of 0 would stop it.
    when.it_value.tv_nsec = std::max<std::int64_t>(1, (since_boot - seconds).count());
  }
  CHECK(timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr) == 0);
}

}  // namespace mailrail::load
