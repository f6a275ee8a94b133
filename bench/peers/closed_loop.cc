#include "bench/peers/closed_loop.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace mailrail::bench::peers {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds patience{30'000};  // With a peer that answers nobody.

struct Connection {
  std::unique_ptr<Client> client;
  Clock::time_point begun_at;
  std::uint64_t messages = 0;  // Heard of the request so far.
  bool is_busy = false;
};

class ClosedLoop {
 public:
  ClosedLoop(const Plan& plan, std::vector<std::unique_ptr<Client>> clients) : plan_(plan) {
    for (auto& each : clients) connections_.push_back({.client = std::move(each)});
  }
  ~ClosedLoop() { close(epoll_); }
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;

  Outcome run();

 private:
  void open();
  bool is_over(Clock::time_point now) const;
  bool is_done(Clock::time_point now) const;
  milliseconds time_left(Clock::time_point now) const;
  void begin(Connection& connection);
  void hear(Connection& connection);
  void count(Connection& connection, const Heard& heard, Clock::time_point now);
  void note_error(std::string_view what);
  void give_up(Connection& connection);

  const Plan plan_;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections_;
  std::size_t busy_ = 0;
  std::size_t pushed_ = 0;  // Of the busy ones, those whose answer may never come.
  load::Window window_;
  Clock::time_point ends_at_ = Clock::time_point::max();
  Outcome outcome_;
};

Outcome ClosedLoop::run() {
  open();
  window_.from = Clock::now() + plan_.warm_up;
  if (plan_.duration.count() > 0) ends_at_ = window_.from + plan_.duration;
  for (Connection& each : connections_)
    if (each.client != nullptr) begin(each);
  std::array<epoll_event, 256> events;
  for (Clock::time_point now = Clock::now(); !is_done(now); now = Clock::now()) {
    const milliseconds wait = time_left(now);
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(wait.count()));
    if (count == 0 && wait == patience) {
      note_error(
          fmt::format("{} connections heard nothing for {} s", busy_, patience.count() / 1000));
      break;
    }
    for (int index = 0; index < count; ++index)
      hear(*static_cast<Connection*>(events[static_cast<std::size_t>(index)].data.ptr));
  }
  const Clock::time_point last = std::max(outcome_.measure.last, window_.from);
  outcome_.seconds = std::chrono::duration<double>(last - window_.from).count();
  return std::move(outcome_);
}

void ClosedLoop::open() {
  for (Connection& each : connections_) {
    std::string error = each.client->open();
    epoll_event event = {.events = EPOLLIN, .data = {.ptr = &each}};
    if (error.empty() && epoll_ctl(epoll_, EPOLL_CTL_ADD, each.client->socket(), &event) == 0)
      continue;
    note_error(error.empty() ? "cannot wait for its socket" : error);
    each.client.reset();
  }
}

bool ClosedLoop::is_over(Clock::time_point now) const {
  return now >= ends_at_ ||
         (plan_.message_count > 0 && outcome_.messages_in_all >= plan_.message_count);
}

bool ClosedLoop::is_done(Clock::time_point now) const {
  return busy_ == 0 || (busy_ == pushed_ && is_over(now));
}

// Until somebody has to look even if no event comes. One that is over still waits for its answers.
milliseconds ClosedLoop::time_left(Clock::time_point now) const {
  if (now >= ends_at_ || ends_at_ == Clock::time_point::max()) return patience;
  return std::min(patience, std::chrono::ceil<milliseconds>(ends_at_ - now));
}

// And hears at once what has arrived already.
void ClosedLoop::begin(Connection& connection) {
  const Clock::time_point now = Clock::now();
  if (is_over(now)) return;
  connection.begun_at = now;
  connection.messages = 0;
  connection.is_busy = true;
  ++busy_;
  pushed_ += connection.client->is_pushed() ? 1 : 0;
  if (!connection.client->begin()) {
    note_error("the peer closed the connection");
    give_up(connection);
  } else if (connection.client->has_more()) {
    hear(connection);
  }
}

void ClosedLoop::hear(Connection& connection) {
  const Heard heard = connection.client->hear();
  const Clock::time_point now = Clock::now();
  if (!heard.error.empty()) note_error(heard.error);
  count(connection, heard, now);
  if (heard.state == State::broken) return give_up(connection);
  if (heard.state == State::open || !connection.is_busy) return;
  connection.is_busy = false;
  --busy_;
  pushed_ -= connection.client->is_pushed() ? 1 : 0;
  begin(connection);
}

void ClosedLoop::count(Connection& connection, const Heard& heard, Clock::time_point now) {
  outcome_.messages_in_all += heard.messages;
  connection.messages += heard.messages;
  if (heard.state == State::whole)
    outcome_.measure.count(window_, connection.begun_at, now, connection.messages);
}

void ClosedLoop::note_error(std::string_view what) {
  ++outcome_.errors;
  if (outcome_.first_error.empty()) outcome_.first_error = what;
}

void ClosedLoop::give_up(Connection& connection) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.client->socket(), nullptr);
  if (!std::exchange(connection.is_busy, false)) return;
  --busy_;
  pushed_ -= connection.client->is_pushed() ? 1 : 0;
}

}  // namespace

Outcome run(const Plan& plan, std::vector<std::unique_ptr<Client>> clients) {
  return ClosedLoop(plan, std::move(clients)).run();
}

}  // namespace mailrail::bench::peers
