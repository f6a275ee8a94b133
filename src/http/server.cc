#include "http/server.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

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

Result<Tcp::endpoint> resolve(asio::io_context& loop, const Options& options) {
  error_code error;
  Tcp::resolver resolver(loop);
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port), Tcp::resolver::passive, error);
  if (error || found.empty()) {
    return fail(
        errors::unusable,
        fmt::format(
            "Cannot listen on '{}': that is no address of this machine ({}). Say another with "
            "--listen HOST:PORT, for example --listen 127.0.0.1:{}.",
            options.host, error.message(), options.port));
  }
  return found.begin()->endpoint();
}

std::string cannot_listen(const Options& options, const error_code& error) {
  const std::string where = fmt::format("Cannot listen on {}:{}: ", options.host, options.port);
  if (error == asio::error::address_in_use) {
    return where +
           "another process has this port. End that process, or choose another port with --listen "
           "HOST:PORT.";
  }
  if (error == asio::error::access_denied) {
    return where +
           "ports below 1024 need a privilege. Choose a higher port with --listen HOST:PORT.";
  }
  return fmt::format("{}{}. Say another address or port with --listen HOST:PORT.", where,
                     error.message());
}

std::vector<std::unique_ptr<Worker>> make_workers(const Options& options,
                                                  Occupancy& occupancy,
                                                  Handler& handler) {
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::uint32_t thread = 0; thread < options.threads; ++thread) {
    workers.push_back(std::make_unique<Worker>(thread, options, occupancy, handler));
  }
  return workers;
}

}  // namespace

// The acceptor lives on the first worker's thread, and hands connections to all of them in turn.
struct Server::Parts {
  Parts(const Options& its_options, Handler& handler)
      : options(its_options), workers(make_workers(options, occupancy, handler)) {}

  Result<void> listen() {
    const Tcp::endpoint endpoint = TRY(resolve(workers[0]->loop(), options));
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.protocol() == Tcp::v6())
      acceptor.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(Tcp::acceptor::max_listen_connections, error);
    if (error) return fail(errors::unusable, cannot_listen(options, error));
    port = acceptor.local_endpoint(error).port();
    return {};
  }

  void accept() {
    Worker& worker = *workers[next_worker++ % workers.size()];
    acceptor.async_accept(
        worker.loop(), [this, &worker](const error_code& error, Stream::Socket socket) {
          if (!acceptor.is_open()) return;
          if (!error) {
            admit(worker, std::move(socket));
          } else if (error == asio::error::no_descriptors || error == asio::error::no_memory ||
                     error == asio::error::no_buffer_space ||
                     error == boost::system::errc::too_many_files_open_in_system) {
            return accept_after_pause();
          }
          accept();
        });
  }

  void admit(Worker& worker, Stream::Socket socket) {
    const Admission admission = occupancy.enter();
    if (admission == Admission::dropped) return;
    asio::post(worker.loop(), [&worker, admission, guest = std::move(socket)]() mutable {
      worker.adopt(std::move(guest), admission);
    });
  }

  void accept_after_pause() {
    pause.expires_after(pause_without_descriptors);
    pause.async_wait([this](const error_code&) {
      if (acceptor.is_open()) accept();
    });
  }

  const Options options;
  Occupancy occupancy{options.connections_max};
  std::vector<std::unique_ptr<Worker>> workers;
  asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type> acceptor{workers[0]->loop()};
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      pause{workers[0]->loop()};
  std::uint16_t port = 0;
  std::size_t next_worker = 0;
};

Result<std::unique_ptr<Server>> Server::open(const Options& options, Handler& handler) {
  allow_descriptors(options);
  try {
    auto parts = std::make_unique<Parts>(options, handler);
    TRY(parts->listen());
    for (const std::unique_ptr<Worker>& worker : parts->workers) worker->start();
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

std::uint16_t Server::port() const { return parts_->port; }
std::uint32_t Server::threads() const { return parts_->options.threads; }

void Server::post(std::uint32_t thread, std::function<void()> work) {
  asio::post(parts_->workers[thread]->loop(), std::move(work));
}

bool Server::answer(ExchangeId exchange, Response response, const Permit* permit) {
  return parts_->workers[exchange.thread]->answer(exchange, std::move(response), permit);
}

void Server::drop_unanswered(std::uint32_t thread, std::vector<ExchangeId> except) {
  Worker& worker = *parts_->workers[thread];
  asio::post(worker.loop(), [&worker, kept = std::move(except)] { worker.drop_unanswered(kept); });
}

void Server::stop_accepting() {
  asio::post(parts_->workers[0]->loop(), [parts = parts_.get()] {
    error_code ignored;
    parts->acceptor.close(ignored);
    // Behind the acceptor, so that what it has handed out is there already.
    for (const std::unique_ptr<Worker>& each : parts->workers) {
      asio::post(each->loop(), [worker = each.get()] { worker->close_idle_connections(); });
    }
  });
}

bool Server::drain(Duration patience) { return parts_->occupancy.wait_until_none_active(patience); }

}  // namespace mailrail::http
