// Loop: plays the roles of a run on one thread, each on a connection of its own that is kept.
//
// It shares the machine with the server that it drives, so it does little: one epoll, one read for
// a reply, one write for a request. Of replies that are there at once all are told before the next
// request leaves: what two consumers have at the same time is seen. What waits for its time is
// woken by a timer of the kernel, to the microsecond, and does not spin.

#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <queue>
#include <vector>

#include "base/result.h"
#include "load/endpoint.h"
#include "load/role.h"
#include "load/socket.h"

namespace mailrail::load {

class Loop {
 public:
  // A request that is not answered for so long is broken off. The longest poll takes 20 s.
  explicit Loop(std::chrono::nanoseconds patience = std::chrono::seconds(60));
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Both outlive the loop. Connects; the error is of kind unreachable.
  Result<void> add(const Endpoint& endpoint, Role& role);

  // Until all roles are over, or `tick` says that it is enough: it is asked ten times a second, and
  // what is under way then is broken off.
  enum class Tick : std::uint8_t { go_on, enough };
  void run(const std::function<Tick(Time now)>& tick);

 private:
  struct Connection;
  struct Waiting {
    Time until;
    Connection* connection;
    bool operator>(const Waiting& other) const { return until > other.until; }
  };

  void advance(Connection& connection);
  Result<void> connect(Connection& connection);
  void on_readable(Connection& connection);
  void ask_next();
  bool on_bytes(Connection& connection, std::string_view bytes);
  void disconnect(Connection& connection);
  void break_off(Connection& connection, std::string_view why);
  void break_off_unanswered(Time now);
  void wake_waiting();
  void set_timer();

  const std::chrono::nanoseconds patience_;
  int epoll_ = -1;
  int timer_ = -1;
  Time timer_set_to_ = Time::max();
  std::vector<std::pair<const Endpoint*, TlsContext>> contexts_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> answered_;  // What is asked next once all that has come is read.
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  std::size_t alive_ = 0;
  std::unique_ptr<std::array<char, 256 << 10>> buffer_;
};

}  // namespace mailrail::load
