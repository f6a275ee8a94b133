// Stream: one client's socket, as its HTTP thread uses it: reads and writes that never wait. When
// it is worth trying again the poller tells.
//
// Nothing is read or written behind the caller's back, so that a waiting connection holds no buffer
// and may be destroyed at any time. With TLS what is read and written goes through a session, and
// the waiting stays as it is: it looks at the socket alone.

#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/permit.h"
#include "http/tls.h"

namespace mailrail::http {

namespace asio = boost::asio;

class Stream {
 public:
  using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

  enum class Outcome { done, would_block, ended };
  struct Transfer {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  // Takes the socket from Asio. With `tls` the client must begin with its handshake, which read()
  // then sees to.
  Stream(Socket socket, const Tls* tls) {
    boost::system::error_code
        ignored;  // A socket that is broken already shows it at the first read.
    socket.non_blocking(true, ignored);
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_ = socket.release(ignored);
    if (tls != nullptr) session_ = tls->greet(socket_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    session_.reset();
    ::close(socket_);
  }

  int native_handle() const { return socket_; }

  bool is_encrypted() const { return session_ != nullptr; }
  // What a client sends can be read, and it can be answered.
  bool is_established() const { return session_ == nullptr || session_->is_established(); }

  Transfer read(std::span<char> into) {
    if (session_ != nullptr) {
      const TlsSession::Transfer read = session_->read(into);
      needs_room_ = read.outcome == TlsSession::Outcome::wants_to_write;
      return transfer(read);
    }
    const Transfer read = transfer(::recv(socket_, into.data(), into.size(), 0));
    return read.outcome == Outcome::done && read.bytes == 0 ? Transfer{Outcome::ended} : read;
  }
  // Bytes that were not read yet.
  bool has_bytes() const {
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK) > 0;
  }
  // What a read that would block waits for is room to write: a handshake may.
  bool needs_room() const { return needs_room_; }
  // A read ended because the client speaks HTTP without TLS. It can be told so, in its language.
  bool was_plain_http() const { return was_plain_http_; }
  void give_up_tls() { session_.reset(); }

  // Both in one system call, if they fit a record of TLS. Takes as much as fits. With a permit not
  // a byte leaves without it, which is asked as close to the socket as can be.
  Transfer write(std::string_view first, std::string_view second, const Permit* permit) {
    if (session_ != nullptr) return transfer(session_->write(first, second, permit));
    if (permit != nullptr && !permit->is_valid()) return {Outcome::ended};
    std::array<iovec, 2> pieces = {piece(first), piece(second)};
    msghdr message = {};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    return transfer(::sendmsg(socket_, &message, MSG_NOSIGNAL));
  }

  void finish_sending() {
    if (session_ != nullptr) session_->finish_sending();
    ::shutdown(socket_, SHUT_WR);
  }

  // Whether the client has closed, even if bytes it sent before are still unread.
  bool peer_has_closed() {
    tcp_info info = {};
    socklen_t bytes = sizeof info;
    if (getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) return true;
    return info.tcpi_state != TCP_ESTABLISHED;
  }

 private:
  static iovec piece(std::string_view bytes) {
    return {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  }

  // Of what a system call returned.
  static Transfer transfer(ssize_t bytes) {
    if (bytes >= 0) return {Outcome::done, static_cast<std::size_t>(bytes)};
    const bool may_be_tried_again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {may_be_tried_again ? Outcome::would_block : Outcome::ended};
  }

  Transfer transfer(const TlsSession::Transfer& of_session) {
    using Of = TlsSession::Outcome;
    was_plain_http_ = of_session.outcome == Of::was_plain_http;
    if (of_session.outcome == Of::done) return {Outcome::done, of_session.bytes};
    const bool is_over = was_plain_http_ || of_session.outcome == Of::ended;
    return {is_over ? Outcome::ended : Outcome::would_block};
  }

  int socket_ = -1;
  std::unique_ptr<TlsSession> session_;  // Null without TLS.
  bool needs_room_ = false;
  bool was_plain_http_ = false;
};

}  // namespace mailrail::http
