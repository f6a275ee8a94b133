#include "http/server.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "http/address_book.h"
#include "http/occupancy.h"
#include "http/worker.h"

namespace mailrail::http {

namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;

// How long to let connections wait in the kernel's backlog when this process has no descriptor left
// for them.
constexpr auto pause_without_descriptors = std::chrono::milliseconds(100);

// As far as the machine allows: the usual soft limit of 1,024 is far below what was asked for.
void allow_descriptors(const Options& options) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = options.connections_max + Occupancy::told_max + options.descriptors_besides;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

Result<Tcp::endpoint> resolve(asio::io_context& loop, const Listener& listener) {
  error_code error;
  Tcp::resolver resolver(loop);
  const auto found =
      resolver.resolve(listener.host, std::to_string(listener.port), Tcp::resolver::passive, error);
  if (error || found.empty()) {
    return fail(
        errors::unusable,
        fmt::format("Cannot listen on '{}': that is no address of this machine ({}). Say another "
                    "with {} HOST:PORT, for example {} 127.0.0.1:{}.",
                    listener.host, error.message(), listener.flag, listener.flag, listener.port));
  }
  return found.begin()->endpoint();
}

std::string cannot_listen(const Listener& listener, const error_code& error) {
  const std::string where = fmt::format("Cannot listen on {}:{}: ", listener.host, listener.port);
  if (error == asio::error::address_in_use) {
    return fmt::format(
        "{}another process has this port. End that process, or choose another port with {} "
        "HOST:PORT.",
        where, listener.flag);
  }
  if (error == asio::error::access_denied) {
    return fmt::format(
        "{}ports below 1024 need a privilege. Choose a higher port with {} HOST:PORT.", where,
        listener.flag);
  }
  return fmt::format("{}{}. Say another address or port with {} HOST:PORT.", where, error.message(),
                     listener.flag);
}

// Of dual-stack listeners, too, IPv4 as IPv4.
asio::ip::address plain(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

AddressBook::Key key_of(const asio::ip::address& address, const AddressBook& book) {
  if (address.is_v4()) return book.key_of_ipv4(address.to_v4().to_uint());
  return book.key_of_ipv6(address.to_v6().to_bytes());
}

// Where connections come in: takes them, for whoever is told of them. On one worker's thread.
class Entrance {
 public:
  using Came = std::function<void(Stream::Socket, Door)>;
  using NextLoop = std::function<asio::io_context&()>;

  Entrance(asio::io_context& loop, Listener listener)
      : listener_(std::move(listener)), acceptor_(loop), pause_(loop) {}

  Result<void> listen(asio::io_context& loop) {
    if (listener_.socket) return take_over(*listener_.socket);
    const Tcp::endpoint endpoint = TRY(resolve(loop, listener_));
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.protocol() == Tcp::v6())
      acceptor_.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(Tcp::acceptor::max_listen_connections, error);
    if (error) return fail(errors::unusable, cannot_listen(listener_, error));
    return {};
  }

  std::uint16_t port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

  // `next_loop` says where the next connection will live.
  void accept(NextLoop next_loop, Came came) {
    next_loop_ = std::move(next_loop);
    came_ = std::move(came);
    accept_one();
  }

  void close() {
    error_code ignored;
    acceptor_.close(ignored);
  }

 private:
  Result<void> take_over(int socket) {
    sockaddr_storage name = {};
    socklen_t bytes = sizeof name;
    error_code error;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&name), &bytes) != 0)
      error = {errno, boost::system::system_category()};
    if (!error) acceptor_.assign(name.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4(), socket, error);
    if (!error) return {};
    return fail(errors::unusable, fmt::format("Cannot listen on the socket that this process was "
                                              "given as descriptor {}: {}.",
                                              socket, error.message()));
  }

  void accept_one() {
    acceptor_.async_accept(next_loop_(), [this](const error_code& error, Stream::Socket socket) {
      if (!acceptor_.is_open()) return;
      if (!error) {
        came_(std::move(socket), listener_.door);
      } else if (error == asio::error::no_descriptors || error == asio::error::no_memory ||
                 error == asio::error::no_buffer_space ||
                 error == boost::system::errc::too_many_files_open_in_system) {
        return accept_after_pause();
      }
      accept_one();
    });
  }

  void accept_after_pause() {
    pause_.expires_after(pause_without_descriptors);
    pause_.async_wait([this](const error_code&) {
      if (acceptor_.is_open()) accept_one();
    });
  }

  const Listener listener_;
  NextLoop next_loop_;
  Came came_;
  asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type> acceptor_;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      pause_;
};

}  // namespace

// The entrances live on the first worker's thread, and connections go to all of them in turn.
struct Server::Parts {
  Parts(const Options& its_options, Handler& handler) : options(its_options) {
    for (std::uint32_t thread = 0; thread < options.threads; ++thread) {
      workers.push_back(std::make_unique<Worker>(thread, Worker::Shared{.options = options,
                                                                        .occupancy = occupancy,
                                                                        .addresses = addresses,
                                                                        .handler = handler}));
    }
  }

  Result<void> listen() {
    asio::io_context& loop = workers[0]->loop();
    for (const Listener& each : options.listeners) {
      entrances.push_back(std::make_unique<Entrance>(loop, each));
      TRY(entrances.back()->listen(loop));
      ports.push_back(entrances.back()->port());
    }
    return {};
  }

  void accept() {
    for (const std::unique_ptr<Entrance>& each : entrances) {
      // Asked before the connection comes; with several entrances two may come to one thread.
      each->accept([this]() -> asio::io_context& { return next_worker().loop(); },
                   [this](Stream::Socket socket, Door door) { admit(std::move(socket), door); });
    }
  }

  Worker& next_worker() { return *workers[next++ % workers.size()]; }

  void admit(Stream::Socket socket, Door door) {
    error_code error;
    const Tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return;  // It is gone.
    const asio::ip::address address = plain(peer.address());
    const AddressBook::Key key = key_of(address, addresses);
    const bool has_room = addresses.enter(key);
    const Admission admission =
        occupancy.enter(has_room ? Occupancy::Address::has_room : Occupancy::Address::is_full);
    if (admission == Admission::dropped) {
      if (has_room) addresses.leave(key);
      return;
    }
    const asio::io_context::executor_type home = socket.get_executor();
    const auto at_home = [&](const std::unique_ptr<Worker>& each) {
      return each->loop().get_executor() == home;
    };
    Worker& worker = **std::ranges::find_if(workers, at_home);
    asio::post(home, [&worker, arrival = Arrival{.socket = std::move(socket),
                                                 .door = door,
                                                 .address = address.to_string(),
                                                 .key = key,
                                                 .admission = admission}]() mutable {
      worker.adopt(std::move(arrival));
    });
  }

  const Options options;
  Occupancy occupancy{options.connections_max};
  AddressBook addresses{options.addresses};
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::unique_ptr<Entrance>> entrances;  // In the order of the listeners.
  std::vector<std::uint16_t> ports;
  std::size_t next = 0;
};

Result<std::unique_ptr<Server>> Server::open(const Options& options, Handler& handler) {
  allow_descriptors(options);
  try {
    auto parts = std::make_unique<Parts>(options, handler);
    TRY(parts->listen());
    for (const std::unique_ptr<Worker>& worker : parts->workers) TRY(worker->start());
    return std::unique_ptr<Server>(new Server(std::move(parts)));
  } catch (const std::exception&
               exception) {  // Asio's, if the machine has no descriptor or thread to give.
    return fail(errors::unusable,
                fmt::format("Cannot start the HTTP threads: {}.", exception.what()));
  }
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  for (const std::unique_ptr<Worker>& worker : parts_->workers) worker->stop();
}

void Server::start() {
  asio::post(parts_->workers[0]->loop(), [parts = parts_.get()] { parts->accept(); });
}

std::uint16_t Server::port(std::size_t listener) const { return parts_->ports[listener]; }
std::uint32_t Server::threads() const { return parts_->options.threads; }

void Server::post(std::uint32_t thread, std::function<void()> work) {
  asio::post(parts_->workers[thread]->loop(), std::move(work));
}

bool Server::answer(ExchangeId exchange, Response response, const Permit* permit) {
  return parts_->workers[exchange.thread]->answer(exchange, std::move(response), permit);
}

bool Server::begin_stream(ExchangeId exchange, Response head, const Permit* permit) {
  return parts_->workers[exchange.thread]->begin_stream(exchange, std::move(head), permit);
}

Server::Pushed Server::push(ExchangeId exchange, std::string_view piece) {
  return parts_->workers[exchange.thread]->push(exchange, piece);
}

void Server::end_stream(ExchangeId exchange) {
  parts_->workers[exchange.thread]->end_stream(exchange);
}

Response Server::ask(Handler& handler, Request request) {
  Response answer;
  std::promise<void> is_done;
  request.door = Door::own;
  post(0, [&, worker = parts_->workers[0].get()] {
    worker->ask(handler, std::move(request), [&](Response response) {
      answer = std::move(response);
      // The handler answers in the midst of something, which is over when this runs.
      post(0, [&] { is_done.set_value(); });
    });
  });
  is_done.get_future().wait();
  return answer;
}

void Server::drop_unanswered(std::uint32_t thread, std::vector<ExchangeId> except) {
  Worker& worker = *parts_->workers[thread];
  asio::post(worker.loop(), [&worker, kept = std::move(except)] { worker.drop_unanswered(kept); });
}

void Server::stop_accepting() {
  asio::post(parts_->workers[0]->loop(), [parts = parts_.get()] {
    for (const std::unique_ptr<Entrance>& each : parts->entrances) each->close();
    // Behind the entrances, so that what it has handed out is there already.
    for (const std::unique_ptr<Worker>& each : parts->workers) {
      asio::post(each->loop(), [worker = each.get()] { worker->close_idle_connections(); });
    }
  });
}

std::size_t Server::connections() const { return parts_->occupancy.open(); }

bool Server::drain(Duration patience) { return parts_->occupancy.wait_until_none_active(patience); }

}  // namespace mailrail::http
