#include "http/poller.h"

#include <cerrno>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "base/check.h"

namespace mailrail::http {
namespace {

Poller::Event event_of(const epoll_event& told) {
  const auto is_any_of = [&](std::uint32_t kinds) { return (told.events & kinds) != 0; };
  constexpr std::uint32_t broken = EPOLLHUP | EPOLLERR;
  return {.slot = told.data.u32,
          .has_bytes = is_any_of(EPOLLIN | EPOLLRDHUP | broken),
          .has_room = is_any_of(EPOLLOUT | broken),
          .is_half_closed = is_any_of(EPOLLRDHUP | broken),
          .is_broken = is_any_of(broken)};
}

}  // namespace

Poller::Poller(asio::io_context& loop,
               std::function<void(const Event&)> tell,
               std::function<void()> batch_ended)
    : epoll_(loop.get_executor()), tell_(std::move(tell)), batch_ended_(std::move(batch_ended)) {}

Result<void> Poller::start() {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  boost::system::error_code error(errno, boost::system::system_category());
  if (descriptor >= 0) epoll_.assign(descriptor, error);
  if (error && descriptor >= 0) ::close(descriptor);
  if (!epoll_.is_open()) {
    return fail(errors::unusable,
                fmt::format("Cannot start the HTTP threads: {}.", error.message()));
  }
  wait();
  return {};
}

bool Poller::add(int socket, std::uint32_t slot, Wants wants) {
  epoll_event event = registered(slot, wants);
  return epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket, &event) == 0;
}

void Poller::change(int socket, std::uint32_t slot, Wants wants) {
  epoll_event event = registered(slot, wants);
  CHECK(epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, socket, &event) == 0);
}

epoll_event Poller::registered(std::uint32_t slot, Wants wants) {
  epoll_event event = {};
  if (wants.bytes) event.events |= EPOLLIN | EPOLLRDHUP;
  if (wants.room) event.events |= EPOLLOUT;
  event.data.u32 = slot;
  return event;
}

void Poller::wait() {
  epoll_.async_wait(asio::posix::descriptor_base::wait_read,
                    [this](const boost::system::error_code& error) {
                      if (error) return;  // The loop ends.
                      tell_batch();
                      wait();
                    });
}

void Poller::tell_batch() {
  const int count =
      epoll_wait(epoll_.native_handle(), batch_.data(), static_cast<int>(batch_.size()), 0);
  if (count < 0) return;  // By a signal; they are told again.
  is_telling_ = true;
  for (const epoll_event& each : std::span(batch_).first(static_cast<std::size_t>(count)))
    tell_(event_of(each));
  is_telling_ = false;
  batch_ended_();
}

}  // namespace mailrail::http
