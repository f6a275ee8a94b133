#include "cli/supervisor.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace mailrail::cli {
namespace {

std::optional<std::int64_t> number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const char* const end = text->data() + text->size();
  const auto [parsed, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || parsed != end || value <= 0) return std::nullopt;
  return value;
}

}  // namespace

Supervisor::Supervisor(const Environment& environment) {
  address_ = environment("NOTIFY_SOCKET").value_or("");
  const bool is_known = address_.starts_with('/') || address_.starts_with('@');
  if (!is_known || address_.size() >= sizeof(sockaddr_un::sun_path)) return;
  if (address_.starts_with('@')) address_[0] = '\0';
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto microseconds = number(environment("WATCHDOG_USEC"));
  const auto process = number(environment("WATCHDOG_PID"));
  if (microseconds && (!process || *process == getpid()))
    beats_every_ = std::max<Duration>(Duration(*microseconds / 2'000), Duration(1));
}

Supervisor::~Supervisor() {
  if (socket_ >= 0) close(socket_);
}

void Supervisor::ready(std::string_view status) const {
  tell(fmt::format("READY=1\nSTATUS={}", status));
}

void Supervisor::starting(std::string_view status, Duration longer) const {
  tell(fmt::format("EXTEND_TIMEOUT_USEC={}\nSTATUS={}", longer.count() * 1'000, status));
}

void Supervisor::stopping() const { tell("STOPPING=1\nSTATUS=Answers the last calls."); }

void Supervisor::alive() const { tell("WATCHDOG=1"); }

void Supervisor::tell(std::string_view lines) const {
  if (socket_ < 0) return;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, address_.data(), address_.size());
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  (void)sendto(socket_, lines.data(), lines.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), bytes);
}

}  // namespace mailrail::cli
