// Poller: which of a worker's sockets can be read or written, a batch at a time, within its loop.
//
// Beside Asio's reactor, which finds out by trying: that costs two more system calls for each
// request. A socket is told of for as long as it is so and its owner wants to know.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <sys/epoll.h>

#include "base/result.h"

namespace mailrail::http {

namespace asio = boost::asio;

class Poller {
 public:
  // What an owner waits for.
  struct Wants {
    bool bytes = false;  // Or their end.
    bool room = false;   // To write.

    friend bool operator==(const Wants&, const Wants&) = default;
  };

  struct Event {
    std::uint32_t slot = 0;       // Of the owner.
    bool has_bytes = false;       // Or their end: a read tells.
    bool has_room = false;        // Or a write fails.
    bool is_half_closed = false;  // No more bytes will come than those that are there.
    bool is_broken = false;       // Nothing can be written any more. Told whether wanted or not.
  };

  // `batch_ended` comes behind the last event of a batch.
  Poller(asio::io_context& loop,
         std::function<void(const Event&)> tell,
         std::function<void()> batch_ended);

  // Begins to tell, on the loop's thread. Refuses if the machine has no descriptor to give.
  Result<void> start();

  // On the loop's thread, like change(). Until the socket is closed. While a batch is told no slot
  // may be given to another socket. False: the machine can watch no more.
  bool add(int socket, std::uint32_t slot, Wants wants);
  void change(int socket, std::uint32_t slot, Wants wants);

  // Within a batch: its end is still to come.
  bool is_telling() const { return is_telling_; }

 private:
  static epoll_event registered(std::uint32_t slot, Wants wants);
  void wait();
  void tell_batch();

  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> epoll_;
  std::function<void(const Event&)> tell_;
  std::function<void()> batch_ended_;
  bool is_telling_ = false;
  std::array<epoll_event, 128> batch_ = {};
};

}  // namespace mailrail::http
