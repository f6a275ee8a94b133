// Stream: one client's socket, as its HTTP thread uses it: reads and writes that never wait, and a
// call when it is worth trying again.
//
// Nothing is read or written behind the caller's back, so that a waiting connection holds no buffer
// and may be destroyed at any time. TLS fits in here: read and write then go through OpenSSL, and
// the waiting stays as it is.

#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

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

  explicit Stream(Socket socket) : socket_(std::move(socket)) {
    boost::system::error_code
        ignored;  // A socket that is broken already shows it at the first read.
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  }

  Transfer read(std::span<char> into) {
    boost::system::error_code error;
    const std::size_t bytes = socket_.read_some(asio::buffer(into.data(), into.size()), error);
    return transfer(error, bytes);
  }

  // Both in one system call. Takes as much as fits.
  Transfer write(std::string_view first, std::string_view second) {
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

  std::string remote_address() const {
    boost::system::error_code error;
    const asio::ip::tcp::endpoint peer = socket_.remote_endpoint(error);
    return error ? std::string() : peer.address().to_string();
  }

 private:
  static Transfer transfer(const boost::system::error_code& error, std::size_t bytes) {
    if (!error) return {Outcome::done, bytes};
    if (error == asio::error::would_block || error == asio::error::try_again)
      return {Outcome::would_block};
    return {Outcome::ended};
  }

  Socket socket_;
};

}  // namespace mailrail::http
