// Stream: one client's socket, as its HTTP thread uses it: reads and writes that never wait, and a
// call when it is worth trying again.
//
// Nothing is read or written behind the caller's back, so that a waiting connection holds no buffer
// and may be destroyed at any time. With TLS what is read and written goes through a session, and
// the waiting stays as it is: it looks at the socket alone.

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

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

  // With `tls` the client must begin with its handshake, which read() then sees to.
  Stream(Socket socket, const Tls* tls) : socket_(std::move(socket)) {
    boost::system::error_code
        ignored;  // A socket that is broken already shows it at the first read.
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    if (tls != nullptr) session_ = tls->greet(socket_.native_handle());
  }

  bool is_encrypted() const { return session_ != nullptr; }
  // What a client sends can be read, and it can be answered.
  bool is_established() const { return session_ == nullptr || session_->is_established(); }

  Transfer read(std::span<char> into) {
    if (session_ != nullptr) return transfer(session_->read(into));
    boost::system::error_code error;
    const std::size_t bytes = socket_.read_some(asio::buffer(into.data(), into.size()), error);
    return transfer(error, bytes);
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
    boost::system::error_code error;
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(first), asio::buffer(second)};
    const std::size_t bytes = socket_.write_some(buffers, error);
    return transfer(error, bytes);
  }

  // Calls `then(Outcome)` once: done when there are bytes to read, ended when the client has closed
  // or is gone.
  template <class Then>
  void when_readable(Then then) {
    // A peek, not a wait: it costs no system call to set up, and the byte goes nowhere.
    static thread_local char byte;
    socket_.async_receive(
        asio::buffer(&byte, 1), asio::socket_base::message_peek,
        [then = std::move(then)](const boost::system::error_code& error, std::size_t) {
          then(error ? Outcome::ended : Outcome::done);
        });
  }

  template <class Then>
  void when_writable(Then then) {
    socket_.async_wait(Socket::wait_write,
                       [then = std::move(then)](const boost::system::error_code& error) {
                         then(error ? Outcome::ended : Outcome::done);
                       });
  }

  void finish_sending() {
    if (session_ != nullptr) session_->finish_sending();
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }

  // Whether the client has closed, even if bytes it sent before are still unread.
  bool peer_has_closed() {
    tcp_info info = {};
    socklen_t bytes = sizeof info;
    if (getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) return true;
    return info.tcpi_state != TCP_ESTABLISHED;
  }

 private:
  static Transfer transfer(const boost::system::error_code& error, std::size_t bytes) {
    if (!error) return {Outcome::done, bytes};
    if (error == asio::error::would_block || error == asio::error::try_again)
      return {Outcome::would_block};
    return {Outcome::ended};
  }

  Transfer transfer(const TlsSession::Transfer& of_session) {
    using Of = TlsSession::Outcome;
    needs_room_ = of_session.outcome == Of::wants_to_write;
    was_plain_http_ = of_session.outcome == Of::was_plain_http;
    if (of_session.outcome == Of::done) return {Outcome::done, of_session.bytes};
    const bool is_over = was_plain_http_ || of_session.outcome == Of::ended;
    return {is_over ? Outcome::ended : Outcome::would_block};
  }

  Socket socket_;
  std::unique_ptr<TlsSession> session_;  // Null without TLS.
  bool needs_room_ = false;
  bool was_plain_http_ = false;
};

}  // namespace mailrail::http
