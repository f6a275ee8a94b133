// What mailrail's server is compared with: a stock Boost.Beast keep-alive server, written as
// Beast's own asynchronous example is, that answers every request with the same 200 bytes of JSON.
// It stores nothing and parses nothing but HTTP.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

// As long as the answer to a SendMessage.
constexpr std::string_view answer =
    R"({"MD5OfMessageBody":"49f68a5c8493ec2c0bf489821c21fc3b","MessageId":"5fea7756-0ea4-451a-a703-a558b933e274",)"
    R"("SequenceNumber":"18849496460467696128","MD5OfMessageAttributes":"1d0db1f4e01ef4b1b0ac11dbe6a8a4c0"})";

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(Tcp::socket socket) : stream_(std::move(socket)) {
    stream_.socket().set_option(Tcp::no_delay(true));
  }

  void read() {
    request_ = {};
    stream_.expires_after(std::chrono::seconds(30));
    http::async_read(stream_, buffer_, request_,
                     beast::bind_front_handler(&Session::on_read, shared_from_this()));
  }

 private:
  void on_read(const beast::error_code& error, std::size_t) {
    if (error) return;
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::server, "beast");
    response_.set(http::field::content_type, "application/x-amz-json-1.0");
    response_.keep_alive(request_.keep_alive());
    response_.body() = answer;
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      beast::bind_front_handler(&Session::on_write, shared_from_this()));
  }

  void on_write(const beast::error_code& error, std::size_t) {
    if (error || response_.need_eof()) return;
    read();
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

void accept(asio::io_context& loop, Tcp::acceptor& acceptor) {
  acceptor.async_accept(asio::make_strand(loop),
                        [&](const beast::error_code& error, Tcp::socket socket) {
                          if (!error) std::make_shared<Session>(std::move(socket))->read();
                          accept(loop, acceptor);
                        });
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::fprintf(stderr, "usage: beast_constant PORT THREADS\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
  const int thread_count = std::atoi(arguments[2]);
  asio::io_context loop(thread_count);
  Tcp::acceptor acceptor(loop, Tcp::endpoint(asio::ip::make_address("127.0.0.1"), port));

  accept(loop, acceptor);
  std::vector<std::thread> threads;
  for (int count = 1; count < thread_count; ++count) threads.emplace_back([&] { loop.run(); });
  loop.run();
}
