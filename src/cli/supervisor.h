// Supervisor: what systemd, or whoever else started this process and reads NOTIFY_SOCKET, is
// told of it (sd_notify(3)): that it is ready, stops, needs longer, is alive.
//
// Where nobody reads it, nothing is sent. Nobody waits for it: what cannot be sent at once is lost,
// and only the next word counts.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "cli/environment.h"

namespace mailrail::cli {

class Supervisor {
 public:
  explicit Supervisor(const Environment& environment);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void ready(std::string_view status) const;
  // Still starting: `longer` from now on is not too long.
  void starting(std::string_view status, Duration longer) const;
  void stopping() const;
  void alive() const;

  // How often it wants to hear alive(): half of what it waits for. Never, if it does not wait.
  std::optional<Duration> beats_every() const { return beats_every_; }

 private:
  void tell(std::string_view lines) const;

  int socket_ = -1;
  std::string address_;  // As sockaddr_un holds it: an abstract one begins with a zero.
  std::optional<Duration> beats_every_;
};

}  // namespace mailrail::cli
