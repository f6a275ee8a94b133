#include "load/socket.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/shown.h"
#include "client/errors.h"

namespace mailrail::load {
namespace {

constexpr int patience_ms = 10'000;

std::unexpected<Error> unreachable(const Endpoint& endpoint, std::string_view why) {
  return fail(client::errors::unreachable,
              fmt::format("Cannot connect to {}: {}.", shown(endpoint.host_header), why));
}

std::string_view tls_reason() {
  const char* const reason = ERR_reason_error_string(ERR_get_error());
  return reason == nullptr ? "TLS failed" : reason;
}

}  // namespace

void TlsContext::Deleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void Socket::Deleter::operator()(ssl_st* session) const { SSL_free(session); }

Result<TlsContext> TlsContext::open(const Endpoint& endpoint) {
  TlsContext made;
  if (!endpoint.is_encrypted) return made;
  made.context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(made.context(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(made.context(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const int loaded =
      endpoint.ca_file.empty()
          ? SSL_CTX_set_default_verify_paths(made.context())
          : SSL_CTX_load_verify_locations(made.context(), endpoint.ca_file.c_str(), nullptr);
  if (loaded != 1) {
    const std::string which =
        endpoint.ca_file.empty() ? "of the system" : fmt::format("in {}", shown(endpoint.ca_file));
    return fail(client::errors::settings,
                fmt::format("The certificates {} cannot be read: {}.", which, tls_reason()));
  }
  return made;
}

Result<Socket> Socket::connect(const Endpoint& endpoint, const TlsContext& tls) {
  CHECK(!endpoint.addresses.empty());
  Result<Socket> connected = connect_to(endpoint.addresses.front(), endpoint, tls);
  for (std::size_t i = 1; !connected && i < endpoint.addresses.size(); ++i)
    connected = connect_to(endpoint.addresses[i], endpoint, tls);
  return connected;
}

Result<Socket> Socket::connect_to(const Address& address,
                                  const Endpoint& endpoint,
                                  const TlsContext& tls) {
  Socket made(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (made.descriptor_ < 0) return unreachable(endpoint, std::strerror(errno));
  const int on = 1;
  setsockopt(made.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* const to = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(made.descriptor_, to, address.bytes) != 0) {
    if (errno != EINPROGRESS) return unreachable(endpoint, std::strerror(errno));
    if (!made.wait_for(POLLOUT)) return unreachable(endpoint, "it does not answer");
    int error = 0;
    socklen_t bytes = sizeof error;
    getsockopt(made.descriptor_, SOL_SOCKET, SO_ERROR, &error, &bytes);
    if (error != 0) return unreachable(endpoint, std::strerror(error));
  }
  if (endpoint.is_encrypted) TRY(made.begin_tls(endpoint, tls));
  return made;
}

Result<void> Socket::begin_tls(const Endpoint& endpoint, const TlsContext& tls) {
  session_.reset(SSL_new(tls.context()));
  SSL_set_fd(session_.get(), descriptor_);
  SSL_set_tlsext_host_name(session_.get(), endpoint.host.c_str());
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(session_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, endpoint.host.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(parameters, endpoint.host.c_str(), 0);
  while (true) {
    ERR_clear_error();
    const int code = SSL_connect(session_.get());
    if (code == 1) return {};
    const int error = SSL_get_error(session_.get(), code);
    const bool is_waiting = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (!is_waiting) return unreachable(endpoint, tls_reason());
    if (!wait_for(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT))
      return unreachable(endpoint, "it does not answer");
  }
}

Socket::Socket(Socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), session_(std::move(other.session_)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(session_, other.session_);
  return *this;
}

Socket::~Socket() {
  session_.reset();
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Socket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    short waits_for = POLLOUT;
    if (session_ == nullptr) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
    } else {
      ERR_clear_error();
      std::size_t sent = 0;
      const int code = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &sent);
      if (code == 1) {
        bytes.remove_prefix(sent);
        continue;
      }
      const int error = SSL_get_error(session_.get(), code);
      if (error == SSL_ERROR_WANT_READ) waits_for = POLLIN;
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
    }
    if (!wait_for(waits_for)) return false;
  }
  return true;
}

Socket::Read Socket::receive(std::span<char> into) {
  if (session_ == nullptr) {
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got > 0) return {.bytes = static_cast<std::size_t>(got)};
    const bool is_open = got < 0 && (errno == EAGAIN || errno == EINTR);
    return {.end = is_open ? End::open : End::closed};
  }
  ERR_clear_error();
  std::size_t got = 0;
  const int code = SSL_read_ex(session_.get(), into.data(), into.size(), &got);
  if (code == 1) return {.bytes = got};
  const int error = SSL_get_error(session_.get(), code);
  const bool is_open = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  return {.end = is_open ? End::open : End::closed};
}

bool Socket::wait_for(short events) const {
  pollfd waiting = {.fd = descriptor_, .events = events, .revents = 0};
  int count = 0;
  do {
    count = ::poll(&waiting, 1, patience_ms);
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

}  // namespace mailrail::load
